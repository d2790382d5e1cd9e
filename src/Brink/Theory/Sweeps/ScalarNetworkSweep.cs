using MathNet.Numerics.LinearAlgebra;

namespace Brink.Theory.Sweeps;

/// <summary>
/// The scalar network ½(∏w − y)² (Kreisler et al., arXiv 2305.13064; the scalar case of Crăciun and Ghoshdastidar,
/// arXiv 2402.13108) as a swept model. A start is given by its size (the geometric mean of the weights) and the ratio of the
/// first weight to each of the others, which are equal.
/// </summary>
internal sealed class ScalarNetworkSweep : SweptModel
{
    private const int Eta = 0;
    private const int Depth = 1;
    private const int Target = 2;
    private const int Size = 3;
    private const int Ratio = 4;

    private static readonly SweptParameter[] s_parameters =
    [
        new("eta", "η", 0.5, "Step size") { Least = 0, Low = 0.02, High = 2 },
        new("depth", "D", 2, "Number of weights") { Least = 1, Most = 64, Whole = true, Low = 1, High = 10 },
        new("target", "y", 1, "What the product of the weights should be") { Least = 0, LeastIncluded = false, Low = 0.1, High = 4 },
        new("size", "|∏w|^(1/D) at the start", 1.1, "Geometric mean of the weights at the start; 0 starts on the saddle") { Least = 0, Low = 0.1, High = 2 },
        new("ratio", "w₁/w₂ at the start", 1.5, "First weight over each of the others at the start") { Least = 0, LeastIncluded = false, Low = 0.2, High = 5, Logarithmic = true },
    ];

    public override string Name => "scalar";

    public override string Description => "½(w₁w₂⋯w_D − y)², the scalar linear network (Kreisler et al., arXiv 2305.13064)";

    public override IReadOnlyList<SweptParameter> Parameters => s_parameters;

    public override (SweepAxis X, SweepAxis Y) Axes => (new SweepAxis("eta", 0.5, 2, 1), new SweepAxis("ratio", 1, 4, 1));

    internal override int KernelParameters => 2;

    public override TheoryModel Function(IReadOnlyList<double> values) => new ScalarNetwork((int)values[Depth], values[Target]);

    public override IReadOnlyList<string> VariableNames(IReadOnlyList<double> values) =>
        [.. Enumerable.Range(1, (int)values[Depth]).Select(k => $"w{k}")];

    internal override ISweepKernel<TLane, T> Kernel<TLane, T>(IReadOnlyList<double> values) =>
        new ScalarNetworkKernel<TLane, T>((int)values[Depth]);

    internal override void Begin(IReadOnlyList<double> values, Span<double> state, Span<double> kernelParameters)
    {
        double depth = values[Depth];
        double others = values[Size] * Math.Pow(values[Ratio], -1 / depth);
        state.Fill(others);
        state[0] = depth == 1 ? values[Size] : others * values[Ratio];
        (kernelParameters[0], kernelParameters[1]) = (values[Eta], values[Target]);
    }

    internal override void Hessian(IReadOnlyList<double> values, ReadOnlySpan<double> state, Matrix<double> hessian)
    {
        double product = 1;
        foreach (double weight in state)
        {
            product *= weight;
        }

        double residual = product - values[Target];
        for (int i = 0; i < state.Length; i++)
        {
            double one = Without(state, i, i);
            hessian[i, i] = one * one;
            for (int j = 0; j < i; j++)
            {
                hessian[i, j] = hessian[j, i] = (one * Without(state, j, j)) + (residual * Without(state, i, j));
            }
        }
    }

    private static double Without(ReadOnlySpan<double> state, int i, int j)
    {
        double product = 1;
        for (int k = 0; k < state.Length; k++)
        {
            product *= k == i || k == j ? 1 : state[k];
        }

        return product;
    }
}
