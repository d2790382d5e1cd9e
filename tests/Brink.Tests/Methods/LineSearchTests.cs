using Brink.Methods;
using FsCheck;
using FsCheck.Fluent;

namespace Brink.Tests.Methods;

public sealed class LineSearchTests
{
    private sealed record Case(string Method, string Form, double[] Start, double Delta, double C, string Reference, double Xi, int Memory)
    {
        internal ClosedForm Function => Form switch
        {
            "rosenbrock" => new Rosenbrock(),
            "scalar" => new ScalarNetwork(),
            _ => new Quadratic(new[,] { { 3.0, 1.0 }, { 1.0, 0.05 + 1.0 } }),
        };

        internal LineSearch Search()
        {
            var parameters = new SearchParameters(C, Delta);
            ReferenceValue reference = ReferenceValue.Named(Method == "ls" ? "monotone" : Reference, Xi, Memory);
            return Method switch
            {
                "nls-ub" => new BoundedSearch(reference, parameters),
                "ponls" => new PolyakSearch(reference, parameters),
                _ => new ExtrapolatingSearch(Method, reference, parameters),
            };
        }
    }

    private static readonly Arbitrary<Case> Cases = Arb.From(
        from method in Gen.Elements("ls", "nls", "nls-ub", "ponls")
        from form in Gen.Elements("rosenbrock", "scalar", "quadratic")
        from x in Gen.Choose(-150, 150)
        from y in Gen.Choose(-150, 150)
        from delta in Gen.Elements(0.5, 0.5, 0.8, 0.3)
        from c in Gen.Elements(1e-4, 1e-4, 0.1, 0.6)
        from reference in Gen.Elements("zhang-hager", "grippo")
        from xi in Gen.Elements(1.0, 0.85, 0.0)
        from memory in Gen.Choose(1, 5)
        select new Case(method, form, [x / 97.0, y / 97.0], delta, c, reference, xi, memory));

    [Fact]
    public void Every_search_takes_the_steps_of_the_table() =>
        Prop.ForAll(Cases, c =>
        {
            using LineSearch search = c.Search();
            var objective = new ClosedFormObjective(c.Function, 2);
            var table = new ReferenceSearch(c.Function, c.Method, objective.Outputs)
            {
                C = c.C,
                Delta = c.Delta,
                Xi = c.Reference == "grippo" ? null : c.Xi,
                Memory = c.Memory,
            };
            foreach (Taken taken in Trajectory.Run(search, objective, c.Start, 25))
            {
                // Near a minimum trials differ from R by rounding alone, and either answer is right.
                if (taken.FromValue < 1e-12)
                {
                    break;
                }

                (double stepSize, int backtracks, double reference) = table.Next(taken.From);
                Assert.Equal(stepSize, taken.Report.StepSize, 1e-12 * stepSize);
                Assert.Equal(backtracks, taken.Report.Backtracks);
                Assert.Equal(reference, taken.Report.ReferenceValue!.Value, 1e-12 * Math.Abs(reference));
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Every_accepted_step_satisfies_the_acceptance_inequality_and_no_step_size_is_tried_twice() =>
        Prop.ForAll(Cases, c =>
        {
            using LineSearch search = c.Search();
            var objective = new ClosedFormObjective(c.Function, 2);
            foreach (Taken taken in Trajectory.Run(search, objective, c.Start, 25))
            {
                double[] gradient = c.Function.Gradient(taken.From);
                double bound = taken.Report.ReferenceValue!.Value - (c.C * taken.Report.StepSize * Plain.Dot(gradient, gradient));
                bool gaveUp = taken.Report.Backtracks == 100;
                Assert.True(gaveUp || taken.ToValue <= bound + (1e-12 * Math.Abs(bound)));
                Assert.Equal(taken.Tried.Length, taken.Tried.Distinct().Count() + (gaveUp && taken.Tried[0] == 1e-6 ? 1 : 0));
                Assert.Equal(taken.Tried.Length, taken.Report.FunctionEvaluations);
                Assert.Equal(1, taken.Report.GradientEvaluations);
                Assert.Equal(Plain.Step(taken.From, taken.Report.StepSize, gradient), taken.To, (a, b) => Math.Abs(a - b) <= 1e-13 * (1 + Math.Abs(a)));
                Assert.True(c.Method != "ls" || gaveUp || taken.ToValue <= taken.FromValue);
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Evaluations_of_trials_that_were_not_taken_are_disposed()
    {
        foreach (string method in (string[])["ls", "nls", "nls-ub", "ponls"])
        {
            var c = new Case(method, "rosenbrock", [-1.2, 1], 0.5, 1e-4, "zhang-hager", 1, 10);
            using LineSearch search = c.Search();
            var objective = new ClosedFormObjective(c.Function, 2);
            int steps = Trajectory.Run(search, objective, c.Start, 20).Count;
            Assert.Equal(20, steps);
            Assert.Equal(0, objective.Alive);
            Assert.Equal(steps, objective.Gradients);
        }
    }

    [Fact]
    public void The_first_trial_is_the_initial_step_size_and_later_ones_the_last_accepted()
    {
        using var search = new ExtrapolatingSearch("nls", new ZhangHagerReference(), new SearchParameters(InitialStepSize: 0.3));
        List<Taken> taken = Trajectory.Run(search, new ClosedFormObjective(new Rosenbrock(), 2), [-1.2, 1], 8);
        Assert.Equal(0.3, taken[0].Tried[0]);
        for (int k = 1; k < taken.Count; k++)
        {
            Assert.Equal(taken[k - 1].Report.StepSize, taken[k].Tried[0]);
        }
    }

    [Theory]
    [InlineData(1e9, 1e4)]
    [InlineData(1e-9, 1e-6)]
    public void The_starting_step_is_clamped(double initial, double first)
    {
        using var search = new ExtrapolatingSearch("ls", new MonotoneReference(), new SearchParameters(InitialStepSize: initial));
        Taken taken = Trajectory.Run(search, new ClosedFormObjective(Quadratic.Diagonal(1), 1), [1], 1)[0];
        Assert.Equal(first, taken.Tried[0]);
    }

    [Fact]
    public void A_polyak_step_below_the_clamp_is_raised_to_it()
    {
        // f − f* < 0: the formula asks for a negative step.
        using var search = new PolyakSearch(new MonotoneReference(), new SearchParameters(), optimum: 5);
        Taken taken = Trajectory.Run(search, new ClosedFormObjective(Quadratic.Diagonal(1), 1), [1], 1)[0];
        Assert.Equal(1e-6, taken.Tried[0]);
    }

    [Fact]
    public void A_polyak_search_starts_from_its_formula_and_only_backtracks()
    {
        // f = ½a·w²: (½aw²)/(0.1·a²w² + 1e-8) is 5/a but for the 1e-8; the loss falls below 2/a, so after two backtracks.
        using var search = new PolyakSearch(new MonotoneReference(), new SearchParameters());
        Taken taken = Trajectory.Run(search, new ClosedFormObjective(Quadratic.Diagonal(4), 1), [3], 1)[0];
        double start = 18 / ((0.1 * 144) + 1e-8);
        Assert.Equal([start, start / 2, start / 4], taken.Tried);
        Assert.Equal(start / 4, taken.Report.StepSize);
        Assert.Equal(2, taken.Report.Backtracks);
    }

    [Fact]
    public void An_extrapolation_stops_at_the_largest_step()
    {
        // A plane: every step is accepted.
        var plane = new OneDimensional(w => w, _ => 1, _ => 0);
        using var search = new ExtrapolatingSearch("nls", new ZhangHagerReference(), new SearchParameters());
        List<Taken> taken = Trajectory.Run(search, new ClosedFormObjective(plane, 1), [0], 2);
        Assert.Equal(8192, taken[0].Report.StepSize);
        Assert.Equal(14, taken[0].Tried.Length);
        Assert.Equal(0, taken[0].Report.Backtracks);
        Assert.Equal([8192.0], taken[1].Tried);
    }

    [Fact]
    public void A_search_that_fails_takes_the_smallest_step_after_100_rejected_trials()
    {
        // The slope promises a descent that the values never give.
        var lie = new OneDimensional(w => w == 1 ? 0 : 1, _ => 1, _ => 0);
        using var search = new ExtrapolatingSearch("ls", new MonotoneReference(), new SearchParameters());
        Taken taken = Trajectory.Run(search, new ClosedFormObjective(lie, 1), [1], 1)[0];
        Assert.Equal(100, taken.Report.Backtracks);
        Assert.Equal(101, taken.Report.FunctionEvaluations);
        Assert.Equal(1e-6, taken.Report.StepSize);
        Assert.Equal(Enumerable.Range(0, 100).Select(k => Math.Pow(0.5, k)).Append(1e-6), taken.Tried);
        Assert.Equal([1 - 1e-6], taken.To);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    public void A_trial_whose_loss_is_not_finite_is_rejected(double beyond)
    {
        // ½w² with a hole left of −1: from 1, trials beyond η = 2 fall into it.
        var hole = new OneDimensional(w => w < -1 ? beyond : 0.5 * w * w, w => w, _ => 1);
        using var search = new ExtrapolatingSearch("nls", new ZhangHagerReference(), new SearchParameters(InitialStepSize: 16));
        Taken taken = Trajectory.Run(search, new ClosedFormObjective(hole, 1), [1], 1)[0];
        Assert.Equal([16.0, 8, 4, 2, 1], taken.Tried);
        Assert.Equal(1, taken.Report.StepSize);
        Assert.Equal(4, taken.Report.Backtracks);
        Assert.Equal(0, taken.ToValue);
    }

    [Theory]
    [InlineData(10, null, 8)]
    [InlineData(16, null, 8)]
    [InlineData(17, null, 16)]
    [InlineData(10, 3.0, 2)]
    public void Extrapolation_of_the_bounded_search_stays_below_its_bound(int outputs, double? bound, double largest)
    {
        var plane = new OneDimensional(w => w, _ => 1, _ => 0);
        using var search = new BoundedSearch(new ZhangHagerReference(), new SearchParameters(), bound);
        List<Taken> taken = Trajectory.Run(search, new ClosedFormObjective(plane, 1, outputs), [0], 8);
        Assert.Equal(largest, taken.Max(step => step.Report.StepSize));
        Assert.All(taken, step => Assert.True(step.Tried.Length <= 2));
    }
}
