using Brink.Flows;
using Brink.Methods;
using Brink.Objectives;
using Brink.Tests.Curvature;
using Brink.Tests.Methods;
using Brink.Tests.Objectives;
using Brink.Torch;

namespace Brink.Tests.Flows;

public sealed class CentralFlowTests
{
    private const double Eta = 0.5;

    /// <summary>Curvature y² reaches 2/η = 4 at y = 2, before the valley's end at 2.25: Σ = b(y₀ − 2)/2.</summary>
    private const double B = 1.2624;
    private const double End = 2.25;
    private const double Variance = 0.1578;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void On_a_quartic_Σ_is_the_variance_of_gradient_descent(int substeps)
    {
        using var objective = new ClosedFormObjective(Polynomial.Valley(1, B, End), 2);
        (double[] mean, double[] variance, double loss) = GradientDescentAverages(objective, [0.01, 1.5], 3000, 200);
        using var flow = new CentralFlow(new CentralFlowOptions { StepSize = Eta, Substeps = substeps });
        (double[] end, double value, Oscillation oscillation) = Run(objective, flow, [0.01, 1.5], 150);
        Assert.Equal(Variance, variance[0], 1e-9);
        Assert.Equal(Variance, oscillation.Trace, 1e-9);
        Assert.Equal([4.0], oscillation.Tracked.Select(x => Math.Round(x, 8)));
        Assert.Equal(mean[1], end[1], 1e-9);
        Assert.Equal(loss, value + oscillation.ExcessLoss, 1e-9);
        Assert.Equal(oscillation.Trace / Eta, oscillation.ExcessLoss, 1e-9);
        Assert.Equal(16 * Variance, oscillation.ExcessSquaredGradient, 1e-7);
    }

    [Fact]
    public void Two_directions_at_the_edge_in_any_basis()
    {
        var form = Polynomial.TwoValleys((1, 1.0, 2.2), (0.25, 0.8, 4.3));
        double[][] q = Rows(Matrices.Orthogonal(4, 3));
        var turned = new Turned(form, q);
        using var plain = new ClosedFormObjective(form, 4);
        using var other = new ClosedFormObjective(turned, 4);
        double[] start = [0.01, 1.9, 0.02, 3.9];
        using var one = new CentralFlow(new CentralFlowOptions { StepSize = Eta });
        using var two = new CentralFlow(new CentralFlowOptions { StepSize = Eta });
        (double[] end, _, Oscillation oscillation) = Run(plain, one, start, 150);
        (double[] turnedEnd, _, Oscillation turnedOscillation) = Run(other, two, turned.Out(start), 150);

        // s·y² = 4 at y = 2 and y = 4; Σ_i = b(y₀ − y)/(s·y).
        Assert.Equal(2, end[1], 1e-5);
        Assert.Equal(4, end[3], 1e-5);
        Assert.Equal([0.24, 0.1], oscillation.Variances.Select(x => Math.Round(x, 4)));
        Assert.Equal(oscillation.Trace, turnedOscillation.Trace, 1e-4);
        Assert.All(turned.Out(end).Zip(turnedEnd), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
        (_, double[] variance, _) = GradientDescentAverages(plain, [0.1, 2, 0.1, 4], 3000, 200);
        Assert.Equal(0.1, variance[0], 1e-6);
        Assert.Equal(0.24, variance[2], 1e-6);
    }

    [Theory]
    [InlineData(2.25, 1.5)]
    [InlineData(1.5625, 1.25)]
    public void The_constrained_flow_stops_at_any_bound(double bound, double y)
    {
        using var objective = new ClosedFormObjective(Polynomial.Valley(1, 0.5, End), 2);
        using var flow = new CentralFlow(new CentralFlowOptions { StepSize = 0.3, Bound = bound });
        (double[] end, _, Oscillation oscillation) = Run(objective, flow, [0.01, 0.5], 150);
        Assert.Equal(y, end[1], 1e-7);
        Assert.Equal(bound, oscillation.Tracked[0], 1e-6);
    }

    [Fact]
    public void Away_from_the_edge_it_is_the_gradient_flow()
    {
        using var objective = new ClosedFormObjective(Quadratic.Diagonal(0.3, 0.1, -0.05), 3);
        using var flow = new CentralFlow(new CentralFlowOptions { StepSize = 1, Substeps = 2 });
        (double[] end, _, Oscillation oscillation) = Run(objective, flow, [1, -2, 0.5], 20);
        Assert.Equal(Math.Exp(-6), end[0], 1e-7);
        Assert.Equal(-2 * Math.Exp(-2), end[1], 1e-7);
        Assert.Equal(0.5 * Math.Exp(1), end[2], 1e-7);
        Assert.Empty(oscillation.Variances);
    }

    [Fact]
    public void A_start_beyond_the_edge_is_brought_back()
    {
        using var objective = new ClosedFormObjective(Polynomial.Valley(1, B, End), 2);
        using var flow = new CentralFlow(new CentralFlowOptions { StepSize = Eta });
        (double[] end, _, Oscillation oscillation) = Run(objective, flow, [0.01, 3.5], 150);
        Assert.Equal(2, end[1], 1e-7);
        Assert.Equal(Variance, oscillation.Trace, 1e-7);
    }

    [Fact]
    public void A_curvature_that_nothing_lowers_is_an_error_in_one_line()
    {
        using var objective = new ClosedFormObjective(Quadratic.Diagonal(5, 1), 2);
        using var flow = new CentralFlow(new CentralFlowOptions { StepSize = Eta });
        BrinkException failure = Assert.Throws<BrinkException>(() => Run(objective, flow, [1, 1], 1));
        Assert.Contains("cannot be held", failure.Message);
        Assert.DoesNotContain('\n', failure.Message);
    }

    [Fact]
    public void A_network_is_held_at_the_edge_and_resumes_to_the_same_bits()
    {
        var problem = new TinyProblem { Loss = "squared", Samples = 12, Widths = [6], Seed = 3 };
        using var scope = new TensorScope();
        using var workers = new Workers(1);
        using NetworkObjective objective = problem.Objective(workers);
        double eta = 2 / (0.9 * SharpnessAfterFlow(objective, problem.Weights(), 40));
        var options = new CentralFlowOptions { StepSize = eta };
        using var flow = new CentralFlow(options);
        using var resumed = new CentralFlow(options);
        Evaluation at = objective.Evaluate(problem.Weights().Clone().Unscoped(), Wanted.ValueAndGradient);
        Oscillation? last = null;
        int steps = (int)(40 / eta);
        Evaluation? other = null;
        for (int k = 0; k < steps; k++)
        {
            if (k == steps - 3)
            {
                other = objective.Evaluate(at.Weights.Clone().Unscoped(), Wanted.ValueAndGradient);
                resumed.Restore(flow.State(), objective);
            }

            (at, last) = Step(objective, flow, at);
            if (other is not null)
            {
                (other, _) = Step(objective, resumed, other);
            }
        }

        Assert.True(at.Weights.IsSameAs(other!.Weights));
        Assert.NotEmpty(last!.Variances);
        Assert.InRange(last.Tracked[0], 0.99 * 2 / eta, 1.01 * 2 / eta);
        at.Dispose();
        other.Dispose();
    }

    private static double SharpnessAfterFlow(NetworkObjective objective, Tensor weights, double time)
    {
        using var flow = new CentralFlow(new CentralFlowOptions { StepSize = 0.5, Bound = 1e6 });
        Evaluation at = objective.Evaluate(weights.Clone().Unscoped(), Wanted.ValueAndGradient);
        for (double t = 0; t < time; t += 0.5)
        {
            (at, _) = Step(objective, flow, at);
        }

        double sharpness = Brink.Curvature.Lanczos.Largest(new Brink.Curvature.HessianOperator(objective, at)).Values[0];
        at.Dispose();
        return sharpness;
    }

    private static (Evaluation Next, Oscillation? Found) Step(Objective objective, Method method, Evaluation at)
    {
        using Evaluation before = at;
        (Evaluation next, StepReport report) = method.Step(objective, before);
        return (next, report.Oscillation);
    }

    private static (double[] End, double Value, Oscillation Last) Run(ClosedFormObjective objective, CentralFlow flow, double[] start, int steps)
    {
        using var scope = new TensorScope();
        Evaluation at = objective.At(start);
        Oscillation? last = null;
        for (int k = 0; k < steps; k++)
        {
            (at, last) = Step(objective, flow, at);
        }

        using Evaluation end = at;
        return (end.Weights.ToArray<double>(), end.Value, last!);
    }

    /// <summary>Mean and variance of each coordinate, and mean loss, over the last iterates of plain gradient descent.</summary>
    private static (double[] Mean, double[] Variance, double Loss) GradientDescentAverages(
        ClosedFormObjective objective, double[] start, int before, int counted)
    {
        double[] w = start;
        var seen = new List<double[]>();
        for (int k = 0; k < before + counted; k++)
        {
            w = Plain.Step(w, Eta, objective.Form.Gradient(w));
            if (k >= before)
            {
                seen.Add(w);
            }
        }

        double[] mean = [.. w.Select((_, i) => seen.Average(point => point[i]))];
        return (mean, [.. w.Select((_, i) => seen.Average(point => Math.Pow(point[i] - mean[i], 2)))], seen.Average(objective.Form.Value));
    }

    private static double[][] Rows(Tensor matrix)
    {
        double[] all = matrix.Contiguous().ToArray<double>();
        int size = (int)matrix.Shape[0];
        return [.. Enumerable.Range(0, size).Select(i => all[(i * size)..((i + 1) * size)])];
    }
}
