using Brink.Flows;
using Brink.Objectives;
using Brink.Theory;
using Brink.Torch;
using FsCheck;
using FsCheck.Fluent;
using MathNet.Numerics.LinearAlgebra;

namespace Brink.Tests.Theory;

/// <summary>The minimalist example against its published figures, its conserved quantity, and LAPACK-style eigenvalues.</summary>
public sealed class MinimalistTests
{
    [Theory]
    [InlineData(1e-3, 2.066)]
    [InlineData(1e-4, 2.102)]
    [InlineData(1e-6, 2.152)]
    public void The_figures_of_the_paper(double epsilon, double largest)
    {
        foreach (double[] start in (double[][])[[.1, .1, .1], [.3, .01, .3], [.6, .01, .6]])
        {
            MinimalistStudy study = Study(start, epsilon, 20000);
            Assert.InRange(study.LargestProductAfterCrossing!.Value, largest - 1e-3, largest + 1e-3);
            Assert.InRange(study.LateMeanProduct!.Value, 1.998, 2.002);
            Assert.Equal(0, study.Phases.ProgressiveSharpening);
            Assert.NotNull(study.Phases.EdgeOfStability);
        }
    }

    [Theory]
    [InlineData(1e-3)]
    [InlineData(1e-4)]
    [InlineData(1e-6)]
    public void The_slope_is_the_surrogates(double epsilon)
    {
        MinimalistStudy study = Study([.3, .01, .3], epsilon, 10000);
        Assert.InRange(study.Slope!.Value, -0.000405, -0.000395);
        Assert.Equal(2 * Math.Log(1 - 2e-4), study.SurrogateRate, 1e-15);
    }

    [Fact]
    public void No_verdict_passes_outside_its_hypotheses()
    {
        Assert.All(Study([.1, .1, .1], 1e-3, 20000).Verdicts().Take(3), verdict => Assert.Equal(VerdictOutcome.Holds, verdict.Outcome));
        (Minimalist Model, double Eta, double[] Start)[] outside =
        [
            (new(100, 0.01), 0, [.1, .1, .1]),
            (new(100, 0), 0.05, [.1, .1, .1]),
            (new(1, 1), 0.05, [.1, .1, .1]),
            (new(100, 0.01), 0.05, [0, .1, 0]),
            (new(100, 0.01), 0.05, [1e200, 1e200, 1e200]),
            (new(100, 0.01), 0.05, [-.1, .1, .1]),
        ];
        foreach ((Minimalist model, double eta, double[] start) in outside)
        {
            var descent = new MinimalistDescent(model, eta, 1e-3);
            IReadOnlyList<Verdict> verdicts = new MinimalistStudy(descent, [.. descent.Run(start, 300)]).Verdicts();
            Assert.All(verdicts, verdict => Assert.Equal(VerdictOutcome.NotApplicable, verdict.Outcome));
            Assert.All(verdicts, verdict => Assert.NotNull(verdict.UnmetHypothesis));
        }
    }

    [Fact]
    public void Where_the_minimum_is_stable_the_edge_is_not_needed()
    {
        var descent = new MinimalistDescent(new Minimalist(100, 0.5), 0.01, 1e-6);
        var study = new MinimalistStudy(descent, [.. descent.Run([.5, .01, .5], 5000)]);
        Assert.Null(study.Phases.EdgeOfStability);
        Assert.NotNull(study.Phases.Convergence);
        Verdict[] applicable = [.. study.Verdicts().Where(verdict => verdict.Outcome != VerdictOutcome.NotApplicable)];
        Assert.Equal(VerdictOutcome.Holds, Assert.Single(applicable).Outcome);
    }

    [Fact]
    public void The_closed_form_of_the_flow_is_the_integrators_and_c_is_kept()
    {
        for (ulong seed = 0; seed < 6; seed++)
        {
            var model = new Minimalist(2 + seed, 0.5);
            double[] start = TheoryProblems.Start(3, seed, positive: seed % 2 == 0);
            start[2] = Math.CopySign(start[2], start[0]);
            double[] end = TheoryProblems.Integrate(model, start);
            double[] closed = model.FlowLimit(start);
            Assert.All(end.Zip(closed), pair => Assert.Equal(pair.First, pair.Second, 1e-8));
            Assert.Equal(Minimalist.Conserved(start), Minimalist.Conserved(closed), 1e-13);
            Assert.Equal(model.Sharpness(closed), model.FlowLimitSharpness(start), 1e-12);
            Assert.Equal(model.Sharpness(end), model.FlowLimitSharpness(start), 1e-6);
            foreach (MinimalistFlowPoint point in new MinimalistFlow(model).Follow(start, 3, 7, TestContext.Current.CancellationToken))
            {
                Assert.Equal(Minimalist.Conserved(start), Minimalist.Conserved([point.Alpha, point.Beta1, point.Beta2]), 1e-7);
            }
        }
    }

    [Fact]
    public void The_closed_form_of_the_flow_is_the_librarys_integrators()
    {
        using var scope = new TensorScope();
        double[] start = [0.9, 0.4, 0.5];
        foreach (TheoryModel model in (TheoryModel[])[new Minimalist(3, 0.5), new ScalarNetwork(3)])
        {
            using var objective = new ModelObjective(model);
            using var integrator = new DormandPrince(1e-11, 1e-13);
            Evaluation at = objective.Evaluate(Tensor.From(start).Clone().Unscoped(), Wanted.ValueAndGradient);
            for (int step = 0; step < 20_000 && at.Gradient().Norm() > 1e-11; step++)
            {
                Evaluation next = integrator.Step(objective, at, double.PositiveInfinity).Next;
                at.Dispose();
                at = next;
            }

            Assert.All(at.Weights.ToArray<double>().Zip(model.FlowLimit(start)), pair => Assert.Equal(pair.First, pair.Second, 1e-8));
            at.Dispose();
        }
    }

    [Fact]
    public void Beyond_opposite_signs_the_limit_is_refused_and_its_sharpness_known()
    {
        var model = new Minimalist(3, 0.5);
        double[] start = [0.4, 0.3, -0.9];
        Assert.Throws<BrinkException>(() => model.FlowLimit(start));
        Assert.Equal(model.Sharpness(TheoryProblems.Integrate(model, start)), model.FlowLimitSharpness(start), 1e-6);
        double[] plane = [0.4, 0, -0.9];
        Assert.All(TheoryProblems.Integrate(model, plane).Zip(model.FlowLimit(plane)), pair => Assert.Equal(pair.First, pair.Second, 1e-8));
    }

    [Fact]
    public void The_constrained_trajectory_slides_along_the_edge_as_its_closed_form()
    {
        // With β₁ = 0 the border is α = √(2/(ηλ₁)), and on it β₂ − 1/α falls by the rate λ₂α².
        var model = new Minimalist(100, 0.01);
        double alpha = Math.Sqrt(2 / (0.05 * 100));
        IReadOnlyList<MinimalistFlowPoint> curve = new MinimalistFlow(model).FollowConstrained([alpha, 0, 0.9], 0.05, 200, 5, TestContext.Current.CancellationToken);
        foreach (MinimalistFlowPoint point in curve)
        {
            Assert.Equal(alpha, point.Alpha, 1e-9);
            Assert.Equal((1 / alpha) + ((0.9 - (1 / alpha)) * Math.Exp(-0.01 * alpha * alpha * point.Time)), point.Beta2, 1e-6);
        }

        Assert.All(
            new MinimalistFlow(model).FollowConstrained([.1, .1, .1], 0.05, 1000, 101, TestContext.Current.CancellationToken),
            point => Assert.True(point.Sharpness <= 40 * (1 + 1e-9), $"{point}"));
    }

    [Fact]
    public void Degenerate_input_does_as_mathematics_says_or_is_refused()
    {
        Assert.Throws<BrinkException>(() => new Minimalist(0, 1));
        Assert.Throws<BrinkException>(() => new Minimalist(double.NaN, 1));
        Assert.Throws<BrinkException>(() => new Minimalist(1, -1));
        Assert.Throws<BrinkException>(() => new MinimalistDescent(new Minimalist(1, 1), -0.1, 0));
        Assert.Throws<BrinkException>(() => new MinimalistDescent(new Minimalist(1, 1), 0.1, double.PositiveInfinity));
        Assert.Throws<BrinkException>(() => new Minimalist(1, 1).FlowLimit([0, 2, 0]));
        Assert.Throws<BrinkException>(() => new Minimalist(1, 1).FlowLimitSharpness([0.3, 0, -0.3]));

        // η = 0: nothing moves. A start on a saddle stays there. Overflow ends the run with the point that shows it.
        Assert.All(new MinimalistDescent(new Minimalist(100, 0.01), 0, 0).Run([.1, .2, .3], 5), point => Assert.Equal([.1, .2, .3], point.Weights));
        Assert.All(new MinimalistDescent(new Minimalist(100, 0.01), 0.05, 0).Run([0, 2, 0], 5), point =>
        {
            Assert.Equal([0, 2, 0], point.Weights);
            Assert.Null(point.GfsSharpness);
        });
        MinimalistPoint[] diverged = [.. new MinimalistDescent(new Minimalist(100, 0.01), 0.05, 0).Run([10, 10, 10], 1000)];
        Assert.False(diverged[^1].IsFinite);
        Assert.All(diverged[..^1], point => Assert.True(point.IsFinite));

        // λ₂ = 0: α² − β₁² is kept, the larger survives. Denormals stay finite.
        Assert.Equal([Math.Sqrt(3), 0, 7], new Minimalist(5, 0).FlowLimit([2, 1, 7]));
        Assert.Equal(15, new Minimalist(5, 0).FlowLimitSharpness([-1, 2, 7]), 1e-14);
        double tiny = double.Epsilon;
        Assert.Equal(0, new Minimalist(1, 0).Sharpness([tiny, tiny, tiny]));
        Assert.Equal(1, new Minimalist(1, 0.5).FlowLimit([tiny, tiny, tiny])[0], 1e-15);
        // c² would overflow at both ends.
        Assert.Equal(1e150, new Minimalist(1, 0.5).FlowLimit([1e150, 0, 1])[0], 1e135);
        Assert.Equal(1e-150, new Minimalist(1, 0.5).FlowLimit([1, 0, 1e150])[0], 1e-164);
        Assert.Throws<BrinkException>(() => new Minimalist(1, 0.5).FlowLimit([1e200, 0, 1]));
    }

    [Fact]
    public void The_sharpness_is_the_largest_eigenvalue() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(500),
        Prop.ForAll(Gen.Choose(0, 1_000_000).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            // Sizes over many orders of magnitude, and often zero: the secular equation's hard cases.
            double Draw() => random.Next(4) == 0 ? 0 : TheoryProblems.Normal(random) * Math.Pow(10, random.Next(-12, 3));
            var arrow = new Arrowhead(Draw(), Draw(), Draw(), Draw(), random.Next(3) == 0 ? 0.25 : Draw());
            var matrix = Matrix<double>.Build.DenseOfArray(new[,]
            {
                { arrow.Corner, arrow.First, arrow.Second }, { arrow.First, arrow.FirstDiagonal, 0 }, { arrow.Second, 0, arrow.SecondDiagonal },
            });
            double expected = matrix.Evd(Symmetricity.Symmetric).EigenValues.Real().Maximum();
            Assert.Equal(expected, arrow.LargestEigenvalue(), 2e-14 * (1e-300 + matrix.L2Norm()));
            double unit = Math.ScaleB(1, 900);
            var large = new Arrowhead(arrow.Corner * unit, arrow.First * unit, arrow.Second * unit, arrow.FirstDiagonal * unit, arrow.SecondDiagonal * unit);
            Assert.Equal(arrow.LargestEigenvalue() * unit, large.LargestEigenvalue(), Math.Abs(arrow.LargestEigenvalue() * unit) * 1e-13);
        }));

    private static MinimalistStudy Study(double[] start, double epsilon, int iterations)
    {
        var descent = new MinimalistDescent(new Minimalist(100, 0.01), 0.05, epsilon);
        return new MinimalistStudy(descent, [.. descent.Run(start, iterations)]);
    }
}
