using Brink.Torch.Nn;

namespace Brink.Networks;

/// <summary>
/// The multilayer perceptron: Flatten, then for every width a linear layer, batch normalisation where asked for and the
/// activation, then a linear layer to the classes. <c>784-100-100-10</c> has the parameters 1.weight, 1.bias, 3.weight …
/// </summary>
internal static class Mlp
{
    internal static Sequential Create(NetworkOptions options)
    {
        List<Module> parts = [new Flatten()];
        long inputs = options.InputCount;
        foreach (int width in options.Widths)
        {
            parts.Add(new Linear(inputs, width, options.Bias));
            if (options.BatchNorm)
            {
                parts.Add(new BatchNorm1d(width));
            }

            parts.Add(ActivationCatalogue.Create(options.Activation));
            inputs = width;
        }

        parts.Add(new Linear(inputs, options.Classes, options.Bias));
        return new Sequential(parts);
    }
}
