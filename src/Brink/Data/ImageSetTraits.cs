namespace Brink.Data;

/// <summary>What is true of every sample of a labelled image set: its shape, classes and channel statistics.</summary>
/// <param name="Name">The set's name as the command line spells it, e.g. <c>cifar10</c>.</param>
/// <param name="Classes">K, the number of classes; labels are 0 … K − 1. At least 1.</param>
/// <param name="Channels">C, colour channels of an image.</param>
/// <param name="Height">H, in pixels.</param>
/// <param name="Width">W, in pixels.</param>
/// <param name="Mean">Mean of each channel of pixel/255 over the training split; length C.</param>
/// <param name="StandardDeviation">Standard deviation of each channel of pixel/255; length C, all positive.</param>
/// <param name="ClassNames">The K class names in the order of the labels, or <see langword="null"/>.</param>
public sealed record ImageSetTraits(
    string Name,
    int Classes,
    int Channels,
    int Height,
    int Width,
    double[] Mean,
    double[] StandardDeviation,
    IReadOnlyList<string>? ClassNames = null)
{
    /// <summary>C·H·W: bytes of one sample's pixels, and the length of one standardised input.</summary>
    public int SampleLength => Channels * Height * Width;
}
