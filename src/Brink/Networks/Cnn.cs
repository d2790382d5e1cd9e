using Brink.Torch.Nn;

namespace Brink.Networks;

/// <summary>
/// The convolutional network of Flatland: twice a 3×3 convolution to 32 channels (padding 1), batch normalisation where
/// asked for, the activation and a 2×2 max-pooling; then a linear layer to the classes. Any number of image channels.
/// </summary>
internal static class Cnn
{
    private const int Filters = 32;
    private const int Poolings = 2;

    internal static Sequential Create(NetworkOptions options)
    {
        long height = options.Height >> Poolings;
        long width = options.Width >> Poolings;
        if (height == 0 || width == 0)
        {
            throw new BrinkException(
                $"the network 'cnn' halves images twice and needs at least 4×4 pixels, not {options.Height}×{options.Width}");
        }

        List<Module> parts = [];
        int inputs = options.Channels;
        for (int k = 0; k < Poolings; k++)
        {
            parts.Add(new Conv2d(inputs, Filters, size: 3, padding: 1, bias: options.Bias));
            if (options.BatchNorm)
            {
                parts.Add(new BatchNorm2d(Filters));
            }

            parts.Add(ActivationCatalogue.Create(options.Activation));
            parts.Add(new MaxPool2d(2));
            inputs = Filters;
        }

        parts.Add(new Flatten());
        parts.Add(new Linear(Filters * height * width, options.Classes, options.Bias));
        return new Sequential(parts);
    }
}
