using Brink.Methods;
using Brink.Objectives;
using Brink.Torch;

namespace Brink.Flows;

/// <summary>
/// <c>rk4</c>: the classical method of order four at h = α/λ₁, without error control: how gradient flow is usually computed
/// (Cohen et al., ICLR 2021, appendix). Stable for α below 2.78 as long as λ₁ is the current one.
/// </summary>
public sealed class RungeKutta4 : FlowIntegrator
{
    private const double RadiusTolerance = 0.01;

    private readonly double _fraction;
    private readonly SpectralRadius _radius;
    private readonly MethodVectors _memory = new();

    /// <summary>Sets up the integrator.</summary>
    /// <param name="fraction">α, positive.</param>
    /// <param name="stepsPerRadius">Steps that λ₁ is used for at most before it is measured again, at least 1.</param>
    /// <exception cref="BrinkException">A parameter is out of range.</exception>
    public RungeKutta4(double fraction = 1, int stepsPerRadius = 10)
    {
        _fraction = Require.Positive("step-fraction", fraction);
        _radius = new SpectralRadius((int)Require.AtLeast("steps per radius", stepsPerRadius, 1), RadiusTolerance);
    }

    /// <inheritdoc/>
    public override string Name => "rk4";

    /// <inheritdoc/>
    public override (Evaluation Next, FlowStep Report) Step(Objective objective, Evaluation at, double longest)
    {
        ArgumentNullException.ThrowIfNull(objective);
        ArgumentNullException.ThrowIfNull(at);
        Require.Duration(longest);
        using var scope = new TensorScope();
        int hvps = _radius.BeforeStep(_memory, objective, at);
        double radius = SpectralRadius.Value(_memory);
        double step = Land(radius > 0 ? _fraction / radius : StartingStep(at), longest);
        Tensor first = at.Gradient();
        Tensor sum = first.Clone();
        Evaluation? stage = null;
        try
        {
            // Half a step along the first slope, half along the second, a whole one along the third.
            for (int j = 0; j < 3; j++)
            {
                Tensor slope = stage?.Gradient() ?? first;
                Evaluation next = Along(objective, at, slope, -(j == 2 ? step : step / 2));
                stage?.Dispose();
                stage = next;
                sum.AddInPlace(stage.Gradient(), j == 2 ? 1 : 2);
            }
        }
        finally
        {
            stage?.Dispose();
        }

        SpectralRadius.StepTaken(_memory);
        return (Along(objective, at, sum, -step / 6), new FlowStep(step, 4, 0, 4, hvps, null));
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, Tensor> State() =>
        _memory.State().Concat(_radius.State()).ToDictionary(entry => entry.Key, entry => entry.Value);

    /// <inheritdoc/>
    public override void Restore(IReadOnlyDictionary<string, Tensor> state, Objective objective)
    {
        (IReadOnlyDictionary<string, Tensor> own, IReadOnlyDictionary<string, Tensor> tracker) = SpectralRadius.Split(state);
        _memory.Restore(own, objective);
        _radius.Restore(tracker);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _radius.Dispose();
        _memory.Dispose();
        base.Dispose(disposing);
    }
}
