using MathNet.Numerics.LinearAlgebra;

namespace Brink.Theory.Sweeps;

/// <summary>The minimalist example of Liu et al. (arXiv 2503.02809) under projected gradient descent, as a swept model.</summary>
internal sealed class MinimalistSweep : SweptModel
{
    private const int Eta = 0;
    private const int Lambda1 = 1;
    private const int Lambda2 = 2;
    private const int Epsilon = 3;
    private const int Alpha = 4;

    private static readonly SweptParameter[] s_parameters =
    [
        new("eta", "η", 0.05, "Step size") { Least = 0, Low = 0.002, High = 0.2, Logarithmic = true },
        new("lambda1", "λ₁", 100, "Curvature of the irrelevant direction") { Least = 0, LeastIncluded = false, Low = 1, High = 1000, Logarithmic = true },
        new("lambda2", "λ₂", 0.01, "Curvature of the relevant direction") { Least = 0, Low = 1e-4, High = 1, Logarithmic = true },
        new("epsilon", "ε", 1e-3, "Least size of β₁ after a step; 0 projects nothing") { Least = 0, Low = 1e-8, High = 0.1, Logarithmic = true },
        new("alpha", "α₀", 0.1, "Second layer at the start") { Low = 0.01, High = 2 },
        new("beta1", "β₁₀", 0.1, "First layer at the start, irrelevant direction") { Low = 0, High = 1 },
        new("beta2", "β₂₀", 0.1, "First layer at the start, relevant direction") { Low = 0, High = 2 },
    ];

    private static readonly string[] s_variables = ["alpha", "beta1", "beta2"];

    public override string Name => "minimalist";

    public override string Description => "½λ₁α²β₁² + ½λ₂(αβ₂ − 1)² (Liu et al., arXiv 2503.02809), |β₁| kept at ε or above";

    public override IReadOnlyList<SweptParameter> Parameters => s_parameters;

    public override (SweepAxis X, SweepAxis Y) Axes => (new SweepAxis("eta", 0.01, 0.1, 1), new SweepAxis("alpha", 0.05, 1, 1));

    internal override int KernelParameters => 3;

    public override TheoryModel Function(IReadOnlyList<double> values) => new Minimalist(values[Lambda1], values[Lambda2]);

    public override IReadOnlyList<string> VariableNames(IReadOnlyList<double> values) => s_variables;

    internal override ISweepKernel<TLane, T> Kernel<TLane, T>(IReadOnlyList<double> values) => new MinimalistKernel<TLane, T>();

    internal override void Begin(IReadOnlyList<double> values, Span<double> state, Span<double> kernelParameters)
    {
        (state[0], state[1], state[2]) = (values[Alpha], values[Alpha + 1], values[Alpha + 2]);
        kernelParameters[0] = values[Eta] * values[Lambda1];
        kernelParameters[1] = values[Eta] * values[Lambda2];
        kernelParameters[2] = values[Epsilon];
    }

    internal override void Hessian(IReadOnlyList<double> values, ReadOnlySpan<double> state, Matrix<double> hessian)
    {
        (double a, double b, double c) = (state[0], state[1], state[2]);
        (double first, double second) = (values[Lambda1], values[Lambda2]);
        hessian[0, 0] = (first * b * b) + (second * c * c);
        hessian[0, 1] = hessian[1, 0] = 2 * first * a * b;
        hessian[0, 2] = hessian[2, 0] = second * ((2 * a * c) - 1);
        hessian[1, 1] = first * a * a;
        hessian[2, 2] = second * a * a;
    }
}
