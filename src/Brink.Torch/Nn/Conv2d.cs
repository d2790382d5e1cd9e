namespace Brink.Torch.Nn;

/// <summary>
/// Two-dimensional cross-correlation with square filters, after <c>torch.nn.Conv2d</c>: N × inputs × H × W to
/// N × outputs × H′ × W′ with H′ = ⌊(H + 2·padding − dilation·(size − 1) − 1) / stride⌋ + 1.
/// </summary>
/// <param name="inputs">Input channels.</param>
/// <param name="outputs">Output channels.</param>
/// <param name="size">Side of the filters.</param>
/// <param name="stride">Step between positions.</param>
/// <param name="padding">Zeros around the image.</param>
/// <param name="dilation">Distance between taps.</param>
/// <param name="groups">Groups of channels that do not mix; divides inputs and outputs.</param>
/// <param name="bias">Whether there is a bias.</param>
public sealed class Conv2d(
    long inputs, long outputs, long size, long stride = 1, long padding = 0, long dilation = 1, long groups = 1, bool bias = true)
    : AffineLayer(outputs, bias, outputs, inputs / groups, size, size)
{
    /// <inheritdoc/>
    /// <remarks>
    /// On images smaller than the filter some taps meet nothing but padding; they are left out, with their products by zero.
    /// Where one position is all that remains, what is left is a matrix product. In a ResNet on 32×32 images the last stage
    /// is such: a ninth of the arithmetic remains.
    /// </remarks>
    public override Tensor Forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        Taps rows = Taps.Of(input.Shape[^2], size, stride, padding);
        Taps columns = Taps.Of(input.Shape[^1], size, stride, padding);
        if (dilation != 1 || rows.Padding != columns.Padding || (rows.Count == size && columns.Count == size))
        {
            return input.Convolution(Weight.Value, Bias?.Value, stride, padding, dilation, groups);
        }

        Tensor weight = Weight.Value.Narrow(2, rows.First, rows.Count).Narrow(3, columns.First, columns.Count);
        bool onePosition = rows.CoverAll && columns.CoverAll && groups == 1;
        return onePosition
            ? input.Flatten(1).Linear(weight.Flatten(1), Bias?.Value).View(-1, Weight.Shape[0], 1, 1)
            : input.Convolution(weight, Bias?.Value, stride, rows.Padding, dilation, groups);
    }

    /// <summary>The taps along one side of an image that meet a pixel at some position.</summary>
    /// <param name="First">The first of them.</param>
    /// <param name="Count">How many, up to the last.</param>
    /// <param name="Padding">Padding with which they alone give the same positions.</param>
    /// <param name="CoverAll">Whether there is one position, at which they meet each pixel once.</param>
    private readonly record struct Taps(long First, long Count, long Padding, bool CoverAll)
    {
        internal static Taps Of(long side, long size, long stride, long padding)
        {
            // The first tap meets a pixel first at the last position, the last tap at the first one.
            long positions = ((side + (2 * padding) - size) / stride) + 1;
            long first = Math.Max(0, padding - ((positions - 1) * stride));
            long last = Math.Min(size - 1, side - 1 + padding);
            long count = last - first + 1;
            long left = padding - first;

            // Padding is the same on both sides; where it cannot be after the cut, all taps stay.
            bool same = positions > 0 && count > 0 && left >= 0 && ((side + (2 * left) - count) / stride) + 1 == positions;
            return same ? new Taps(first, count, left, positions == 1 && left == 0 && count == side) : new Taps(0, size, padding, CoverAll: false);
        }
    }
}
