using Brink.Torch.Nn;

namespace Brink.Networks;

/// <summary>
/// DenseNet121 (Huang et al. 2017) in torchvision's layout: a 7×7 convolution and a pooling that each halve the image, four
/// blocks of 6, 12, 24 and 16 dense layers that add 32 channels each, between them 1×1 convolutions to half the channels
/// with an average pooling, the mean over the image, a linear layer. Batch normalisation before every activation; drop
/// rate 0. Where the image is one pixel wide before a pooling, as 28×28 is before the last, that pooling is left out.
/// </summary>
internal static class DenseNet
{
    private const int BottleneckFactor = 4;

    internal static Module OneTwentyOne(NetworkOptions options) => Create(options, [6, 12, 24, 16], growth: 32, stem: 64);

    /// <summary>Makes a network of this kind.</summary>
    /// <param name="options">What it is made for.</param>
    /// <param name="layers">Dense layers in each block.</param>
    /// <param name="growth">Channels that a dense layer adds.</param>
    /// <param name="stem">Channels of the first convolution.</param>
    internal static Module Create(NetworkOptions options, IReadOnlyList<int> layers, int growth, int stem)
    {
        List<(string, Module)> features =
        [
            ("conv0", new Conv2d(options.Channels, stem, size: 7, stride: 2, padding: 3, bias: false)),
            ("norm0", new BatchNorm2d(stem)),
            ("relu0", new ReLU()),
            ("pool0", new MaxPool2d(3, stride: 2, padding: 1)),
        ];
        int channels = stem;

        // Both halvings of the stem round up.
        int side = (Math.Min(options.Height, options.Width) + 3) / 4;
        for (int block = 0; block < layers.Count; block++)
        {
            features.Add(($"denseblock{block + 1}", Block(channels, layers[block], growth)));
            channels += layers[block] * growth;
            if (block + 1 < layers.Count)
            {
                features.Add(($"transition{block + 1}", Transition(channels, pooled: side > 1)));
                channels /= 2;
                side = Math.Max(side / 2, 1);
            }
        }

        features.Add(("norm5", new BatchNorm2d(channels)));
        var network = new Sequential(
        [
            ("features", new Sequential(features)), ("relu", new ReLU()), ("avgpool", new AdaptiveAvgPool2d(1)), ("flatten", new Flatten()),
            ("classifier", new Linear(channels, options.Classes, options.Bias)),
        ]);
        return new Redrawn(network, TorchvisionWeights.OfDenseNet);
    }

    private static Sequential Block(int channels, int layers, int growth) =>
        new(Enumerable.Range(0, layers).Select(k => ($"denselayer{k + 1}", (Module)Layer(channels + (k * growth), growth))));

    private static DenseConnection Layer(int inputs, int growth) => new DenseConnection(
        new Sequential(
        [
            ("norm1", new BatchNorm2d(inputs)),
            ("relu1", new ReLU()),
            ("conv1", new Conv2d(inputs, BottleneckFactor * growth, size: 1, bias: false)),
            ("norm2", new BatchNorm2d(BottleneckFactor * growth)),
            ("relu2", new ReLU()),
            ("conv2", new Conv2d(BottleneckFactor * growth, growth, size: 3, padding: 1, bias: false)),
        ]),
        bodyName: string.Empty);

    private static Sequential Transition(int channels, bool pooled) => new(
    [
        ("norm", new BatchNorm2d(channels)), ("relu", new ReLU()), ("conv", new Conv2d(channels, channels / 2, size: 1, bias: false)),
        ("pool", pooled ? new AvgPool2d(2) : new Identity()),
    ]);
}
