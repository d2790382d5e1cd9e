using System.Globalization;
using MathNet.Numerics.LinearAlgebra;

namespace Brink.Theory.Sweeps;

/// <summary>
/// The linear network ½‖W_L⋯W₁ − diag(σ)‖² of square layers (Crăciun and Ghoshdastidar, arXiv 2402.13108, with X = I) as a swept
/// model. The target's singular values σ₁ ≥ … ≥ σ_n fall by equal ratios. A start is W_l = size·(I + spread·N_l) with fixed matrices
/// N_l of independent normal numbers, the same in every cell.
/// </summary>
internal sealed class LinearNetworkSweep : SweptModel
{
    private const int Eta = 0;
    private const int Depth = 1;
    private const int Width = 2;
    private const int Target = 3;
    private const int Condition = 4;
    private const int Size = 5;
    private const int Spread = 6;
    private const int Widest = 4;
    private const int Deepest = 8;

    private static readonly SweptParameter[] s_parameters =
    [
        new("eta", "η", 0.3, "Step size") { Least = 0, Low = 0.02, High = 2 },
        new("depth", "L", 2, "Number of layers") { Least = 1, Most = Deepest, Whole = true, Low = 1, High = Deepest },
        new("width", "n", 2, "Width of every layer, input and output included") { Least = 1, Most = Widest, Whole = true, Low = 1, High = Widest },
        new("target", "σ₁ of the target", 1, "Largest singular value of the target") { Least = 0, LeastIncluded = false, Low = 0.1, High = 4 },
        new("condition", "σ₁/σ_n of the target", 2, "Largest over smallest singular value of the target") { Least = 1, Low = 1, High = 100, Logarithmic = true },
        new("size", "size of the start", 0.5, "Factor of the start; 0 starts on the saddle") { Least = 0, Low = 0.1, High = 2 },
        new("spread", "spread of the start", 0.3, "How far the start is from multiples of the identity; at 0 the layers are balanced and n scalar networks go side by side") { Least = 0, Low = 0, High = 1 },
    ];

    private static readonly double[] s_noise = NormalDraw.Vector(2402_13108, Deepest * Widest * Widest, 1);

    public override string Name => "linear";

    public override string Description => "½‖W_L⋯W₁ − Y‖², the linear network of square layers (Crăciun and Ghoshdastidar, arXiv 2402.13108)";

    public override IReadOnlyList<SweptParameter> Parameters => s_parameters;

    public override (SweepAxis X, SweepAxis Y) Axes => (new SweepAxis("eta", 0.2, 1.8, 1), new SweepAxis("size", 0.1, 1.8, 1));

    internal override int KernelParameters => 1 + Widest;

    public override TheoryModel Function(IReadOnlyList<double> values)
    {
        int width = (int)values[Width];
        double[,] target = new double[width, width];
        for (int k = 0; k < width; k++)
        {
            target[k, k] = SingularValue(values, k);
        }

        return new LinearNetwork([.. Enumerable.Repeat(width, (int)values[Depth] + 1)], LinearNetwork.IdentityInputs(width), target);
    }

    public override IReadOnlyList<string> VariableNames(IReadOnlyList<double> values) =>
    [
        .. from layer in Enumerable.Range(1, (int)values[Depth])
           from row in Enumerable.Range(1, (int)values[Width])
           from column in Enumerable.Range(1, (int)values[Width])
           select string.Create(CultureInfo.InvariantCulture, $"W{layer}_{row}{column}"),
    ];

    internal override ISweepKernel<TLane, T> Kernel<TLane, T>(IReadOnlyList<double> values) =>
        new LinearNetworkKernel<TLane, T>((int)values[Depth], (int)values[Width], KernelParameters);

    internal override void Begin(IReadOnlyList<double> values, Span<double> state, Span<double> kernelParameters)
    {
        int width = (int)values[Width];
        for (int i = 0; i < state.Length; i++)
        {
            (int layer, int place) = Math.DivRem(i, width * width);
            (int row, int column) = Math.DivRem(place, width);
            double noise = s_noise[(((layer * Widest) + row) * Widest) + column];
            state[i] = values[Size] * ((row == column ? 1 : 0) + (values[Spread] * noise));
        }

        kernelParameters.Clear();
        kernelParameters[0] = values[Eta];
        for (int k = 0; k < width; k++)
        {
            kernelParameters[1 + k] = SingularValue(values, k);
        }
    }

    internal override void Hessian(IReadOnlyList<double> values, ReadOnlySpan<double> state, Matrix<double> hessian)
    {
        double[,] dense = Function(values).Hessian(state);
        for (int i = 0; i < state.Length; i++)
        {
            for (int j = 0; j < state.Length; j++)
            {
                hessian[i, j] = (dense[i, j] + dense[j, i]) / 2;
            }
        }
    }

    private static double SingularValue(IReadOnlyList<double> values, int k)
    {
        int width = (int)values[Width];
        return width == 1 ? values[Target] : values[Target] * Math.Pow(values[Condition], -(double)k / (width - 1));
    }
}
