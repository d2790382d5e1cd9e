using System.Globalization;
using MathNet.Numerics.LinearAlgebra;

namespace Brink.Theory.Sweeps;

/// <summary>
/// Regression with squared parameters (Kreisler et al., arXiv 2305.13064) as a swept model, on three samples of four numbers:
/// rows of the Hadamard matrix of order four, which are orthogonal, and targets 1, ½, −½.
/// </summary>
/// <remarks>The start is u = size·(1, …, 1), v = size·ratio·(1, …, 1).</remarks>
internal sealed class SquaredRegressionSweep : SweptModel
{
    private const int Eta = 0;
    private const int Size = 1;
    private const int Ratio = 2;
    private const int Features = 4;

    private static readonly double[] s_inputs = [1, 1, 1, 1, 1, -1, 1, -1, 1, 1, -1, -1];
    private static readonly double[] s_targets = [1, 0.5, -0.5];

    private static readonly SweptParameter[] s_parameters =
    [
        new("eta", "η", 0.1, "Step size") { Least = 0, Low = 0.01, High = 1.5 },
        new("size", "u at the start", 0.5, "Every uᵢ at the start") { Low = 0.1, High = 2 },
        new("ratio", "v/u at the start", 0.5, "Every vᵢ over uᵢ at the start") { Low = 0, High = 2 },
    ];

    private static readonly string[] s_variables =
        [.. from letter in new[] { 'u', 'v' } from k in Enumerable.Range(1, Features) select string.Create(CultureInfo.InvariantCulture, $"{letter}{k}")];

    public override string Name => "squared-regression";

    public override string Description => "mean ½((u∘u − v∘v)ᵀx − y)² (Kreisler et al., arXiv 2305.13064) on three orthogonal samples of four numbers";

    public override IReadOnlyList<SweptParameter> Parameters => s_parameters;

    public override (SweepAxis X, SweepAxis Y) Axes => (new SweepAxis("eta", 0.05, 1.5, 1), new SweepAxis("size", 0.1, 2, 1));

    internal override int KernelParameters => 1;

    public override TheoryModel Function(IReadOnlyList<double> values)
    {
        double[,] inputs = new double[s_targets.Length, Features];
        Buffer.BlockCopy(s_inputs, 0, inputs, 0, s_inputs.Length * sizeof(double));
        return new SquaredRegression(inputs, s_targets);
    }

    public override IReadOnlyList<string> VariableNames(IReadOnlyList<double> values) => s_variables;

    internal override ISweepKernel<TLane, T> Kernel<TLane, T>(IReadOnlyList<double> values) => new SquaredRegressionKernel<TLane, T>(
        Array.ConvertAll(s_inputs, T.CreateChecked), Array.ConvertAll(s_targets, T.CreateChecked));

    internal override void Begin(IReadOnlyList<double> values, Span<double> state, Span<double> kernelParameters)
    {
        state[..Features].Fill(values[Size]);
        state[Features..].Fill(values[Size] * values[Ratio]);
        kernelParameters[0] = values[Eta];
    }

    internal override void Hessian(IReadOnlyList<double> values, ReadOnlySpan<double> state, Matrix<double> hessian)
    {
        hessian.Clear();
        Span<double> slope = stackalloc double[2 * Features];
        for (int n = 0; n < s_targets.Length; n++)
        {
            double residual = -s_targets[n];
            for (int i = 0; i < Features; i++)
            {
                double x = s_inputs[(n * Features) + i];
                (double u, double v) = (state[i], state[Features + i]);
                residual += x * ((u * u) - (v * v));
                (slope[i], slope[Features + i]) = (2 * x * u, -2 * x * v);
            }

            // ½r² of one sample: ∇r∇rᵀ + r·∇²r.
            for (int i = 0; i < slope.Length; i++)
            {
                for (int j = 0; j < slope.Length; j++)
                {
                    hessian[i, j] += slope[i] * slope[j] / s_targets.Length;
                }

                double bend = 2 * s_inputs[(n * Features) + (i % Features)] * (i < Features ? 1 : -1);
                hessian[i, i] += residual * bend / s_targets.Length;
            }
        }
    }
}
