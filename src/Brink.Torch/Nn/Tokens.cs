using Brink.Torch.Interop;

namespace Brink.Torch.Nn;

/// <summary>
/// An image's square patches as tokens, N × C × H × W to N × (H/p · W/p) × (p·p·C): patches row by row; within one, rows,
/// then columns, then channels. In the notation of einops, <c>b c (h p1) (w p2) -> b (h w) (p1 p2 c)</c>.
/// </summary>
/// <param name="side">p, which divides height and width.</param>
public sealed class ImagePatches(long side) : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        using var scope = new TensorScope();
        long[] shape = input.Shape;
        (long rows, long columns) = (shape[2] / side, shape[3] / side);
        Tensor patches = input.Reshape(shape[0], shape[1], rows, side, columns, side).Permute(0, 2, 4, 3, 5, 1);
        return scope.Keep(patches.Reshape(shape[0], rows * columns, side * side * shape[1]));
    }
}

/// <summary>
/// Adds the fixed two-dimensional sine-cosine code of a token's place (Beyer et al. 2022): for the patch in row y and column
/// x, the quarters sin(xω), cos(xω), sin(yω), cos(yω) with ω_k = 10000^(−k/(width/4 − 1)). Nothing here is trained.
/// </summary>
/// <remarks>
/// The code is computed by float32 operators in the order of <c>vit-pytorch</c>, in float64 networks too, because that is
/// what is added there: a code of more digits would give another function.
/// </remarks>
public sealed class SinePositions : Module
{
    private readonly Lock _gate = new();
    private readonly long _rows;
    private readonly long _columns;
    private readonly long _width;
    private Tensor? _code;

    /// <summary>Makes the code of a grid of patches.</summary>
    /// <param name="rows">Rows of patches.</param>
    /// <param name="columns">Columns of patches.</param>
    /// <param name="width">Length of a token: a multiple of 4, at least 8.</param>
    public SinePositions(long rows, long columns, long width)
    {
        if (width < 8 || width % 4 != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(width), width, "the length of a token must be a multiple of 4 and at least 8");
        }

        (_rows, _columns, _width) = (rows, columns, width);
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return input + Code(input.Type, input.Device);
    }

    private Tensor Code(ScalarType type, Device device)
    {
        lock (_gate)
        {
            if (_code is null || _code.Type != type || _code.Device != device)
            {
                using GradientMode off = GradientMode.Off();
                using var scope = new TensorScope();

                // The old code is left to the collector: another thread may just be adding it.
                _code = Compute().To(type).To(device).Clone().Unscoped();
            }

            return _code;
        }
    }

    private Tensor Compute()
    {
        long quarter = _width / 4;
        Tensor exponent = Tensor.From([.. Enumerable.Range(0, (int)quarter).Select(k => (float)k)]) / (quarter - 1);
        Tensor frequency = Operator.Find("reciprocal").Call(Operator.Find("pow", "Scalar").Call(10000.0, exponent));
        Tensor y = Tensor.From([.. Places().Select(place => (float)place.Row)], _rows * _columns, 1) * frequency;
        Tensor x = Tensor.From([.. Places().Select(place => (float)place.Column)], _rows * _columns, 1) * frequency;
        Operator sine = Operator.Find("sin");
        Operator cosine = Operator.Find("cos");
        return Tensor.Concatenate([sine.Call(x), cosine.Call(x), sine.Call(y), cosine.Call(y)], 1);
    }

    private IEnumerable<(long Row, long Column)> Places() =>
        from k in Enumerable.Range(0, (int)(_rows * _columns)) select (k / _columns, k % _columns);
}

/// <summary>The mean of a sample's tokens: N × tokens × width to N × width.</summary>
public sealed class TokenMean : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.Mean(1L);
}
