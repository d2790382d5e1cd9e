using Brink.Torch.Nn;

namespace Brink.Networks;

/// <summary>
/// Convolutional networks of 3×3 convolutions (padding 1), each followed by the activation and a 2×2 pooling, then a linear
/// layer to the classes. Any number of image channels.
/// </summary>
internal static class Cnn
{
    private static readonly int[] s_flatland = [32, 32];

    /// <summary>The network of Flatland: two convolutions to 32 channels; batch normalisation, where asked for, before the activation.</summary>
    internal static Module Create(NetworkOptions options) => Create("cnn", options, s_flatland, normLast: false);

    /// <summary>
    /// The convolutional family of Cohen et al. (ICLR 2021): channels as in <see cref="NetworkOptions.Widths"/>; batch
    /// normalisation, where asked for, between activation and pooling; the last layer always has its bias.
    /// </summary>
    internal static Module Cohen(NetworkOptions options) => Create("cohen-cnn", options, options.Widths, normLast: true);

    private static Sequential Create(string name, NetworkOptions options, IReadOnlyList<int> channels, bool normLast)
    {
        long height = options.Height >> channels.Count;
        long width = options.Width >> channels.Count;
        if (height == 0 || width == 0)
        {
            int least = 1 << channels.Count;
            throw new BrinkException(
                $"the network '{name}' halves images {Times(channels.Count)} and needs at least {least}×{least} pixels, not {options.Height}×{options.Width}");
        }

        List<Module> parts = [];
        int inputs = options.Channels;
        foreach (int outputs in channels)
        {
            Module activation = ActivationCatalogue.Create(options.Activation);
            parts.Add(new Conv2d(inputs, outputs, size: 3, padding: 1, bias: options.Bias));
            if (!options.BatchNorm)
            {
                parts.Add(activation);
            }
            else
            {
                var norm = new BatchNorm2d(outputs);
                parts.AddRange(normLast ? [activation, norm] : [norm, activation]);
            }

            parts.Add(options.AveragePooling ? new AvgPool2d(2) : new MaxPool2d(2));
            inputs = outputs;
        }

        parts.Add(new Flatten());
        parts.Add(new Linear(inputs * height * width, options.Classes, options.Bias || normLast));
        return new Sequential(parts);
    }

    private static string Times(int count) => count switch { 1 => "once", 2 => "twice", _ => $"{count} times" };
}
