using Brink.Torch.Nn;

namespace Brink.Networks;

/// <summary>
/// VGG11 (Simonyan and Zisserman 2015) in torchvision's layout: eight 3×3 convolutions with ReLU, halved five times; the
/// image averaged to 7×7; three linear layers. No dropout. Where the image is one pixel wide before a pooling, as 28×28 is
/// before the last, that pooling is left out.
/// </summary>
internal static class Vgg
{
    /// <summary>Output channels of the convolutions; a 0 is a 2×2 max-pooling.</summary>
    private static readonly int[] s_eleven = [64, 0, 128, 0, 256, 256, 0, 512, 512, 0, 512, 512, 0];

    internal static Module Eleven(NetworkOptions options) => Create(options, s_eleven, averaged: 7, hidden: 4096);

    /// <summary>Makes a network of this kind.</summary>
    /// <param name="options">What it is made for.</param>
    /// <param name="layers">Output channels of the convolutions, 0 for a pooling; the first is a convolution.</param>
    /// <param name="averaged">Side to which the image is averaged.</param>
    /// <param name="hidden">Width of the two hidden linear layers.</param>
    internal static Module Create(NetworkOptions options, IReadOnlyList<int> layers, int averaged, int hidden)
    {
        List<Module> features = [];
        int channels = options.Channels;
        int side = Math.Min(options.Height, options.Width);
        foreach (int outputs in layers)
        {
            if (outputs == 0)
            {
                // Identity keeps the places, and so the names, of the parts that follow.
                features.Add(side > 1 ? new MaxPool2d(2) : new Identity());
                side = Math.Max(side / 2, 1);
                continue;
            }

            features.Add(new Conv2d(channels, outputs, size: 3, padding: 1));
            if (options.BatchNorm)
            {
                features.Add(new BatchNorm2d(outputs));
            }

            features.Add(new ReLU());
            channels = outputs;
        }

        // The places 2 and 5 are torchvision's dropouts.
        var classifier = new Sequential(
            new LinearOfMeans(channels, (long)averaged * averaged, hidden), new ReLU(), new Identity(),
            new Linear(hidden, hidden), new ReLU(), new Identity(),
            new Linear(hidden, options.Classes, options.Bias));
        var network = new Sequential(
            [("features", new Sequential(features)), ("avgpool", new MeansOfWindows(averaged)), ("flatten", new Flatten()), ("classifier", classifier)]);
        return new Redrawn(network, TorchvisionWeights.OfVgg);
    }
}
