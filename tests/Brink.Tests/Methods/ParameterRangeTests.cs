using Brink.Methods;

namespace Brink.Tests.Methods;

public sealed class ParameterRangeTests
{
    private static readonly (string Name, double[] Bad, double[] Good, string Range, Func<double, Method> Make)[] Parameters =
    [
        ("c", [0, 1, -1, double.NaN], [1e-4, 0.999], "above 0 and below 1", v => Search(new SearchParameters(SufficientDecrease: v))),
        ("delta", [0, 1, 2, double.NaN], [0.5, 0.01], "above 0 and below 1", v => Search(new SearchParameters(Contraction: v))),
        ("initial-eta", [0, -1, double.PositiveInfinity, double.NaN], [1e-9, 1e9], "positive and finite", v => Search(new SearchParameters(InitialStepSize: v))),
        ("min-eta", [0, -1, double.NaN], [1e-9], "positive and finite", v => Search(new SearchParameters(SmallestStepSize: v))),
        ("max-eta", [1e-7, double.PositiveInfinity, double.NaN], [1e-6, 5], "at least 1E-06", v => Search(new SearchParameters(LargestStepSize: v))),
        ("max-backtracks", [0, -3], [1, 5], "at least 1", v => Search(new SearchParameters(MaximumBacktracks: (int)v))),
        ("upper-bound", [0, -1, double.NaN], [8], "positive and finite", v => new BoundedSearch(new MonotoneReference(), new SearchParameters(), v)),
        ("cp", [0, -1, double.NaN], [0.1], "positive and finite", v => new PolyakSearch(new MonotoneReference(), new SearchParameters(), v)),
        ("xi", [-0.1, 1.1, double.NaN], [0, 1], "between 0 and 1", v => Search(reference: new ZhangHagerReference(v))),
        ("memory", [0, -1], [1, 10], "at least 1", v => Search(reference: new GrippoReference((int)v))),
        ("eta", [0, -1, double.PositiveInfinity, double.NaN], [1e-9, 1e9], "positive and finite", v => new GradientDescent(v)),
        ("momentum", [-0.1, 1, double.NaN], [0, 0.99], "at least 0 and below 1", v => new GradientDescent(1, v)),
        ("weight-decay", [-0.1, double.PositiveInfinity, double.NaN], [0, 1], "at least 0", v => new GradientDescent(1, weightDecay: v)),
        ("warmup-start", [0, -1, double.NaN], [1], "positive and finite", v => new Warmup(start: v)),
        ("warmup-factor", [1, 0.5, double.PositiveInfinity, double.NaN], [1.01, 5], "above 1 and finite", v => new Warmup(factor: v)),
        ("sigma", [0, -2, double.NaN], [2.06], "positive and finite", v => new CurvatureDynamicsAwareTuning(v)),
        ("eta", [0, double.NaN], [0.1], "positive and finite", v => new SharpnessAwareMinimization(v)),
        ("rho", [0, -1, double.NaN], [0.05], "positive and finite", v => new SharpnessAwareMinimization(1, radius: v)),
        ("momentum", [-0.1, 1], [0, 0.9], "at least 0 and below 1", v => new SharpnessAwareMinimization(1, momentum: v)),
        ("weight-decay", [-1], [0, 1e-4], "at least 0", v => new SharpnessAwareMinimization(1, weightDecay: v)),
        ("eta", [0, -1], [1], "positive and finite", v => new StochasticGradientDescent(v)),
        ("momentum", [-0.1, 1], [0, 0.9], "at least 0 and below 1", v => new StochasticGradientDescent(1, v)),
        ("dampening", [-0.1, 1.1, double.NaN], [0, 1], "between 0 and 1", v => new StochasticGradientDescent(1, 0.9, v)),
        ("batch-size", [-1, 0], [1, 5], "at least 1", v => new StochasticMethod(new GradientDescent(1), (int)v, 0)),
        ("alpha", [-0.1, 1, double.NaN], [0, 0.99], "at least 0 and below 1", v => new RmsProp(1, v)),
        ("epsilon", [0, -1, double.NaN], [1e-8], "positive and finite", v => new RmsProp(1, epsilon: v)),
        ("beta1", [-0.1, 1, double.NaN], [0, 0.9], "at least 0 and below 1", v => new Adam(1, beta1: v)),
        ("beta2", [-0.1, 1, double.NaN], [0, 0.999], "at least 0 and below 1", v => new Adam(1, beta2: v)),
        ("epsilon", [0, -1], [1e-8], "positive and finite", v => new Adam(1, epsilon: v)),
    ];

    [Fact]
    public void A_value_outside_its_range_is_refused_with_the_range()
    {
        foreach ((string name, double[] bad, _, string range, Func<double, Method> make) in Parameters)
        {
            foreach (double value in bad)
            {
                string message = Assert.Throws<BrinkException>(() => make(value)).Message;
                Assert.StartsWith($"{name} is {value}", message);
                Assert.Contains(range, message);
                Assert.DoesNotContain('\n', message);
            }
        }
    }

    [Fact]
    public void A_value_inside_its_range_is_taken()
    {
        foreach ((_, _, double[] good, _, Func<double, Method> make) in Parameters)
        {
            foreach (double value in good)
            {
                make(value).Dispose();
            }
        }
    }

    [Fact]
    public void Nesterov_needs_momentum_and_no_dampening()
    {
        Assert.Contains("momentum above 0", Assert.Throws<BrinkException>(() => new GradientDescent(1, nesterov: true)).Message);
        Assert.Contains("momentum above 0", Assert.Throws<BrinkException>(() => new StochasticGradientDescent(1, nesterov: true)).Message);
        Assert.Contains("dampening", Assert.Throws<BrinkException>(() => new StochasticGradientDescent(1, 0.9, 0.1, nesterov: true)).Message);
    }

    [Fact]
    public void An_unknown_schedule_is_refused_with_the_nearest() =>
        Assert.Contains("large", Assert.Throws<BrinkException>(() => new Warmup("lage")).Message);

    private static ExtrapolatingSearch Search(SearchParameters? parameters = null, ReferenceValue? reference = null) =>
        new("nls", reference ?? new MonotoneReference(), parameters ?? new SearchParameters());
}
