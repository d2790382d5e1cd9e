using Brink.Torch.Nn;

namespace Brink.Networks;

/// <summary>
/// The multilayer perceptron: Flatten, then for every width a linear layer, batch normalisation where asked for and the
/// activation, then a linear layer to the classes. <c>784-100-100-10</c> has the parameters 1.weight, 1.bias, 3.weight …
/// The fully-connected and the deep linear networks of the papers are variants of it.
/// </summary>
internal static class Mlp
{
    internal static Module Create(NetworkOptions options) => Create(options, normLast: false);

    /// <summary>The fully-connected family of Cohen et al. (ICLR 2021): batch normalisation, where asked for, follows the activation.</summary>
    internal static Module Cohen(NetworkOptions options) => Create(options, normLast: true);

    /// <summary>The deep linear network: a product of matrices, without activations and biases.</summary>
    internal static Module DeepLinear(NetworkOptions options)
    {
        List<Module> parts = [new Flatten()];
        long inputs = options.InputCount;
        foreach (int width in options.Widths.Append(options.Classes))
        {
            parts.Add(new Linear(inputs, width, bias: false));
            inputs = width;
        }

        return new Sequential(parts);
    }

    private static Sequential Create(NetworkOptions options, bool normLast)
    {
        List<Module> parts = [new Flatten()];
        long inputs = options.InputCount;
        foreach (int width in options.Widths)
        {
            Module activation = ActivationCatalogue.Create(options.Activation);
            parts.Add(new Linear(inputs, width, options.Bias));
            if (!options.BatchNorm)
            {
                parts.Add(activation);
            }
            else
            {
                var norm = new BatchNorm1d(width);
                parts.AddRange(normLast ? [activation, norm] : [norm, activation]);
            }

            inputs = width;
        }

        parts.Add(new Linear(inputs, options.Classes, options.Bias));
        return new Sequential(parts);
    }
}
