using Brink.Torch.Nn;

namespace Brink.Networks;

/// <summary>
/// Residual networks (He et al. 2016; Zagoruyko and Komodakis 2016) in torchvision's layout: a 7×7 convolution and a
/// pooling that each halve the image, four stages of residual blocks of which the last three halve it again, the mean over
/// the image, a linear layer. Convolutions have no biases. Without <see cref="NetworkOptions.BatchNorm"/> there is no
/// normalisation at all, as in Flatland; with it these are torchvision's own networks.
/// </summary>
internal static class ResNet
{
    internal static Module ThirtyFour(NetworkOptions options) => Create(options, [3, 4, 6, 3], stem: 64, bottleneck: false);

    internal static Module WideFiftyTwo(NetworkOptions options) => Create(options, [3, 4, 6, 3], stem: 64, bottleneck: true);

    /// <summary>Makes a network of this kind.</summary>
    /// <param name="options">What it is made for.</param>
    /// <param name="blocks">Blocks in each stage; every stage has twice the channels of the one before.</param>
    /// <param name="stem">Channels of the first convolution and of the first stage.</param>
    /// <param name="bottleneck">
    /// Whether a block is 1×1, 3×3, 1×1 with an inner width twice the stage's and an output four times it (the wide
    /// ResNet50-2); else it is two 3×3 convolutions.
    /// </param>
    internal static Module Create(NetworkOptions options, IReadOnlyList<int> blocks, int stem, bool bottleneck)
    {
        List<(string, Module)> parts =
        [
            ("conv1", Convolution(options.Channels, stem, 7, 2)),
            .. Norm(options, "bn1", stem),
            ("relu", new ReLU()),
            ("maxpool", new MaxPool2d(3, stride: 2, padding: 1)),
        ];
        int inputs = stem;
        for (int stage = 0; stage < blocks.Count; stage++)
        {
            int width = stem << stage;
            int outputs = bottleneck ? 4 * width : width;
            List<Module> chain = [];
            for (int k = 0; k < blocks[stage]; k++)
            {
                int stride = stage > 0 && k == 0 ? 2 : 1;
                List<(string, Module)> body = bottleneck
                    ? Bottleneck(options, inputs, width, stride)
                    : Basic(options, inputs, width, stride);
                Sequential? projection = stride != 1 || inputs != outputs
                    ? new Sequential([("0", Convolution(inputs, outputs, 1, stride)), .. Norm(options, "1", outputs)])
                    : null;
                chain.Add(new Residual(new Sequential(body), projection, new ReLU(), bodyName: string.Empty));
                inputs = outputs;
            }

            parts.Add(($"layer{stage + 1}", new Sequential(chain)));
        }

        parts.AddRange(
            [("avgpool", new AdaptiveAvgPool2d(1)), ("flatten", new Flatten()), ("fc", new Linear(inputs, options.Classes, options.Bias))]);
        return new Redrawn(new Sequential(parts), TorchvisionWeights.OfResNet);
    }

    private static List<(string, Module)> Basic(NetworkOptions options, int inputs, int width, int stride) =>
    [
        ("conv1", Convolution(inputs, width, 3, stride)), .. Norm(options, "bn1", width), ("relu", new ReLU()),
        ("conv2", Convolution(width, width, 3, 1)), .. Norm(options, "bn2", width),
    ];

    private static List<(string, Module)> Bottleneck(NetworkOptions options, int inputs, int width, int stride) =>
    [
        ("conv1", Convolution(inputs, 2 * width, 1, 1)), .. Norm(options, "bn1", 2 * width), ("relu1", new ReLU()),
        ("conv2", Convolution(2 * width, 2 * width, 3, stride)), .. Norm(options, "bn2", 2 * width), ("relu2", new ReLU()),
        ("conv3", Convolution(2 * width, 4 * width, 1, 1)), .. Norm(options, "bn3", 4 * width),
    ];

    private static Conv2d Convolution(int inputs, int outputs, int size, int stride) =>
        new(inputs, outputs, size, stride, padding: size / 2, bias: false);

    private static IEnumerable<(string, Module)> Norm(NetworkOptions options, string name, int channels) =>
        options.BatchNorm ? [(name, new BatchNorm2d(channels))] : [];
}
