using System.Numerics;
using Brink.Theory;
using Brink.Theory.Sweeps;

namespace Brink.Tests.Theory.Sweeps;

/// <summary>
/// Regimes against what is known of the maps. Balanced weights of depth two stay equal, and u = √η·w follows the cubic map
/// u ↦ u(a − u²), a = 1 + ηy: its fixed point is stable for 1 &lt; a &lt; 2, its cycle of two for 2 &lt; a &lt; √5, and at a = 3 it is the
/// Chebyshev polynomial of degree three, whose Lyapunov exponent is ln 3.
/// </summary>
public sealed class RegimeTests
{
    private static readonly OrbitRules s_rules = new() { Steps = 4000, Window = 1000 };

    [Theory]
    [InlineData(0.2, Regime.Converged, 1)]
    [InlineData(0.95, Regime.Converged, 1)]
    [InlineData(0.99, Regime.Edge, 1)]
    [InlineData(1.02, Regime.Periodic, 2)]
    [InlineData(1.22, Regime.Periodic, 2)]
    [InlineData(1.25, Regime.Periodic, 4)]
    [InlineData(2.0, Regime.Chaotic, 0)]
    [InlineData(2.01, Regime.Diverged, 0)]
    public void The_scalar_network_of_depth_two_doubles_its_period_where_the_cubic_map_does(double eta, Regime regime, int period)
    {
        OrbitSummary found = Sweeps.Judge("scalar", s_rules, single: false, ("eta", eta), ("ratio", 1), ("size", 0.8));
        Assert.Equal((regime, period), (found.Regime, found.Period));
    }

    [Fact]
    public void The_step_at_which_the_period_doubles_is_found_to_a_thousandth()
    {
        (double low, double high) = (1.15, 1.3);
        var rules = new OrbitRules { Steps = 60_000, Window = 100 };
        while (high - low > 2e-4)
        {
            double middle = (low + high) / 2;
            (low, high) = Sweeps.Judge("scalar", rules, false, ("eta", middle), ("ratio", 1), ("size", 0.8)).Period == 2 ? (middle, high) : (low, middle);
        }

        Assert.Equal(Math.Sqrt(5) - 1, low, 1e-3);
    }

    [Fact]
    public void At_twice_the_critical_step_the_exponent_is_ln_3()
    {
        var rules = new OrbitRules { Steps = 100, Window = 3_000_000 };
        OrbitSummary found = Sweeps.Judge("scalar", rules, false, ("eta", 2), ("ratio", 1), ("size", 0.8));
        Assert.Equal(Regime.Chaotic, found.Regime);
        Assert.Equal(Math.Log(3), found.Exponent, 1e-3);
    }

    [Fact]
    public void The_logistic_maps_exponent_is_ln_2()
    {
        var line = new LineSweep<VectorLane<double>, double>(new LogisticModel(), [4]);
        double[] exponents = new double[1];
        double[] orbits = new double[10];
        line.Follow([[3.9999999999]], new OrbitRules { Steps = 100, Window = 3_000_000 }, 10, orbits, exponents, CancellationToken.None);
        Assert.Equal(Math.Log(2), exponents[0], 1e-3);
    }

    [Theory]
    [InlineData(3.2, 2)]
    [InlineData(3.5, 4)]
    [InlineData(3.55, 8)]
    [InlineData(3.83, 3)]
    public void The_logistic_maps_cycles_are_those_of_the_textbooks(double r, int period)
    {
        var summaries = new OrbitSummary[1];
        new LineSweep<VectorLane<double>, double>(new LogisticModel(), [r]).Judge([[r]], s_rules, summaries, CancellationToken.None);
        Assert.Equal((Regime.Periodic, period), (summaries[0].Regime, summaries[0].Period));
        Assert.True(summaries[0].Exponent < 0);
    }

    [Theory]
    [InlineData(0.5, Regime.Converged)]
    [InlineData(1.9, Regime.Converged)]
    [InlineData(2.0, Regime.Periodic)]
    [InlineData(2.1, Regime.Diverged)]
    public void Depth_one_is_a_parabola(double eta, Regime regime)
    {
        OrbitSummary found = Sweeps.Judge("scalar", s_rules, false, ("eta", eta), ("depth", 1), ("size", 3));
        Assert.Equal(regime, found.Regime);
        if (regime == Regime.Converged)
        {
            Assert.Equal(eta, found.EdgeProduct, 1e-6);
            Assert.Equal(Math.Log(Math.Abs(1 - eta)), found.Exponent, 1e-6);
        }
    }

    [Fact]
    public void No_step_moves_nothing()
    {
        OrbitSummary found = Sweeps.Judge("minimalist", s_rules, false, ("eta", 0));
        Assert.Equal((Regime.Converged, 1), (found.Regime, found.Period));
        Assert.Equal(0, found.EdgeProduct);
        Assert.Equal(0, found.Exponent, 1e-15);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void A_start_on_the_saddle_stays_there_and_is_called_what_it_is(int depth)
    {
        OrbitSummary found = Sweeps.Judge("scalar", s_rules, false, ("eta", 0.3), ("size", 0), ("depth", depth));

        // At depth two the origin is a strict saddle, left at rate 1 + ηy; deeper, its Hessian is zero.
        Assert.Equal(depth == 2 ? Regime.Unstable : Regime.Converged, found.Regime);
        Assert.Equal(depth == 2 ? Math.Log(1.3) : 0, found.Exponent, 1e-6);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Overflow_is_divergence(bool single)
    {
        OrbitSummary found = Sweeps.Judge("scalar", s_rules, single, ("eta", 2), ("size", 1e30), ("depth", 10));
        Assert.Equal(Regime.Diverged, found.Regime);
        Assert.Equal(Regime.Diverged, Sweeps.Judge("minimalist", s_rules, single, ("alpha", 1e300)).Regime);
    }

    [Fact]
    public void Denormals_are_not_flushed()
    {
        // Without projection β₁ shrinks by 1 − ηλ₁α² = ½ a step, and passes through the denormals to zero.
        SweptModel model = Sweeps.Model("minimalist");
        double[] values = [0.05, 100, 0, 0, Math.Sqrt(0.1), 1e-160, 0];
        double[] end = new double[3];
        ILineSweep sweep = ILineSweep.Create(model, values, single: false);
        sweep.Advance([values], 500, end);
        Assert.InRange(end[1], double.Epsilon, 2.2250738585072014e-308);
        Assert.Equal(Math.ScaleB(1e-160, -500), end[1], 1e-3 * end[1] * 1000);
        sweep.Advance([values], 2000, end);
        Assert.InRange(end[1], 0, 2 * double.Epsilon);
    }

    [Fact]
    public void Without_the_relevant_direction_only_the_oscillation_is_left()
    {
        // λ₂ = 0: β₂ never moves.
        SweptModel model = Sweeps.Model("minimalist");
        double[] values = [0.05, 100, 0, 1e-3, 0.3, 0.01, 0.7];
        double[] end = new double[3];
        ILineSweep.Create(model, values, single: false).Advance([values], 1000, end);
        Assert.Equal(0.7, end[2]);
        Assert.Equal(1e-3, Math.Abs(end[1]));
    }

    [Fact]
    public void The_projection_keeps_the_size_and_the_sign()
    {
        SweptModel model = Sweeps.Model("minimalist");

        // 1 − ηλ₁α² = −½: the sign turns every step.
        double[] values = [0.05, 100, 0, 1e-3, Math.Sqrt(0.3), 1e-3, 0];
        double[] end = new double[3];
        ILineSweep sweep = ILineSweep.Create(model, values, single: false);
        sweep.Advance([values], 1, end);
        Assert.Equal(-1e-3, end[1]);
        sweep.Advance([values], 2, end);
        Assert.Equal(1e-3, end[1]);
    }

    [Fact]
    public void The_minimalist_example_reaches_the_edge_and_hovers()
    {
        OrbitSummary found = Sweeps.Judge(
            "minimalist", new OrbitRules { Steps = 15_000 }, false, ("alpha", 0.3), ("beta1", 0.01), ("beta2", 0.3));
        Assert.Equal(Regime.Edge, found.Regime);
        Assert.Equal(2, found.EdgeProduct, 0.05);
    }

    [Theory]
    [InlineData("eta", -0.1, "at least 0")]
    [InlineData("depth", 2.5, "whole number")]
    [InlineData("depth", 65, "at most 64")]
    [InlineData("target", 0, "above 0")]
    [InlineData("eta", double.NaN, "a number")]
    public void A_parameter_out_of_range_is_refused_with_the_range(string name, double value, string range)
    {
        BrinkException refused = Assert.Throws<BrinkException>(() => new ParameterPlane(
            Sweeps.Model("scalar"), new SweepAxis("ratio", 1, 2, 3), null, new Dictionary<string, double> { [name] = value }));
        Assert.Contains(range, refused.Message);
    }

    [Fact]
    public void A_plane_over_the_depth_runs_every_depth()
    {
        var plane = new ParameterPlane(
            Sweeps.Model("scalar"), new SweepAxis("depth", 1, 6, 6), new SweepAxis("eta", 0.1, 3, 30), new Dictionary<string, double> { ["ratio"] = 1, ["size"] = 1.0001 });
        var cells = new OrbitSummary[6 * 30];
        PhaseSweep.Run(plane, s_rules, 2, [.. Enumerable.Range(0, plane.Lines)], (line, found) =>
        {
            for (int k = 0; k < found.Length; k++)
            {
                cells[plane.Place(line, k)] = found[k];
            }
        }, TestContext.Current.CancellationToken);
        for (int place = 0; place < cells.Length; place++)
        {
            // Near balanced weights of product one λ₁ = D: converged below η = 2/D and not above, where the deeper networks may
            // be thrown to a flatter place, the saddle at the origin.
            double product = plane.Y.Value(place / 6) * plane.X.Value(place % 6);
            if (product < 1.94 || (product > 2.06 && plane.X.Value(place % 6) <= 2))
            {
                Assert.Equal(product < 2, cells[place].Regime == Regime.Converged);
            }
        }
    }

    /// <summary>x ↦ rx(1 − x): not gradient descent, but the map that everybody knows.</summary>
    private sealed class LogisticModel : SweptModel
    {
        public override string Name => "logistic";

        public override string Description => "x ↦ rx(1 − x)";

        public override IReadOnlyList<SweptParameter> Parameters { get; } = [new("eta", "r", 4, "growth")];

        public override (SweepAxis X, SweepAxis Y) Axes => throw new NotSupportedException("the map is iterated, not shown");

        internal override int KernelParameters => 1;

        public override TheoryModel Function(IReadOnlyList<double> values) => throw new NotSupportedException("the map descends no function");

        public override IReadOnlyList<string> VariableNames(IReadOnlyList<double> values) => ["x"];

        internal override ISweepKernel<TLane, T> Kernel<TLane, T>(IReadOnlyList<double> values) => new LogisticKernel<TLane, T>();

        internal override void Begin(IReadOnlyList<double> values, Span<double> state, Span<double> kernelParameters) =>
            (state[0], kernelParameters[0]) = (0.3, values[0]);

        internal override void Hessian(IReadOnlyList<double> values, ReadOnlySpan<double> state, MathNet.Numerics.LinearAlgebra.Matrix<double> hessian) =>
            hessian[0, 0] = 0;
    }

    private readonly struct LogisticKernel<TLane, T> : ISweepKernel<TLane, T>
        where TLane : unmanaged, ILane<TLane, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Advance(Span<TLane> state, ReadOnlySpan<TLane> parameters, int steps) =>
            AdvanceTangent(state, new TLane[state.Length], parameters, steps);

        public void AdvanceTangent(Span<TLane> state, Span<TLane> tangent, ReadOnlySpan<TLane> parameters, int steps)
        {
            var one = TLane.All(T.One);
            for (int k = 0; k < steps; k++)
            {
                for (int i = 0; i < state.Length; i++)
                {
                    TLane x = state[i];
                    state[i] = parameters[i] * x * (one - x);
                    tangent[i] = tangent[i] * parameters[i] * (one - x - x);
                }
            }
        }
    }
}
