using Brink.Curvature;
using Brink.Methods;
using Brink.Objectives;
using Brink.Tests.Methods;
using Brink.Theory;
using Brink.Torch;
using FsCheck;
using FsCheck.Fluent;

namespace Brink.Tests.Curvature;

/// <summary>The verdicts on quadratics, where l and λ₁ are known, and on steps made up to break each statement.</summary>
public sealed class LargeStepVerdictsTests
{
    private const double C = 1e-4;

    [Fact]
    public void On_convex_quadratics_every_search_keeps_the_lower_bounds() =>
        Prop.ForAll(
            (from curvatures in Gen.Choose(1, 5000).Select(k => k / 100.0).ArrayOf(3)
             from at in Gen.Choose(1, 300).Select(k => k / 100.0).ArrayOf(3)
             from delta in Gen.Elements(0.3, 0.5, 0.8)
             from name in Gen.Elements("ls", "nls", "ponls")
             select (curvatures, at, delta, name)).ToArbitrary(),
            given =>
            {
                MeasuredStep[] steps = Steps(given.name, given.curvatures, given.at, given.delta, 15);
                Assert.Equal(VerdictOutcome.Holds, LargeStepVerdicts.Proposition(steps, C, given.delta).Outcome);
                Assert.Equal(VerdictOutcome.Holds, LargeStepVerdicts.Corollary(steps, C, given.delta).Outcome);
                if (given.delta >= 0.5)
                {
                    Assert.Equal(VerdictOutcome.Holds, LargeStepVerdicts.EdgeProduct(steps, C).Outcome);
                }
            }).Check(Config.QuickThrowOnFailure.WithMaxTest(60));

    [Fact]
    public void Steps_too_short_break_the_corollary_and_the_product_and_leave_the_proposition_undecided()
    {
        MeasuredStep[] steps = [.. Steps("nls", [4, 1], [1, 1], 0.5, 12).Select(step => step with
        {
            StepSize = step.StepSize / 100,
        })];
        Assert.Equal(VerdictOutcome.Fails, LargeStepVerdicts.Corollary(steps, C, 0.5).Outcome);
        Assert.Equal(VerdictOutcome.Fails, LargeStepVerdicts.EdgeProduct(steps, C).Outcome);
        Verdict proposition = LargeStepVerdicts.Proposition(steps, C, 0.5);
        Assert.Equal(VerdictOutcome.NotApplicable, proposition.Outcome);
        Assert.Contains("too small to decide", proposition.UnmetHypothesis, StringComparison.Ordinal);
        Assert.Equal(VerdictOutcome.Fails, LargeStepVerdicts.Definition(steps).Outcome);

        // A λ₁ that missed its tolerance, and is thus too small, refutes nothing either.
        MeasuredStep[] doubtful = [.. steps.Select(step => step with { SharpnessConverged = false })];
        Assert.Contains("missed its tolerance", LargeStepVerdicts.Corollary(doubtful, C, 0.5).UnmetHypothesis, StringComparison.Ordinal);
        Assert.Contains("missed its tolerance", LargeStepVerdicts.EdgeProduct(doubtful, C).UnmetHypothesis, StringComparison.Ordinal);
    }

    [Fact]
    public void Far_from_a_stationary_point_the_corollary_says_nothing()
    {
        MeasuredStep[] steps = [.. Steps("nls", [4, 1], [1, 1], 0.5, 12).Select(step => step with { Nonlinearity = 0.011 })];
        Verdict verdict = LargeStepVerdicts.Corollary(steps, C, 0.5);
        Assert.Equal(VerdictOutcome.NotApplicable, verdict.Outcome);
        Assert.Contains("near a stationary point", verdict.UnmetHypothesis, StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_not_measured_or_decided_is_not_applicable()
    {
        MeasuredStep[] bare = [new(0, 1), new(1, 1) { Sharpness = 3, SharpnessConverged = true }];
        Assert.All(
            [LargeStepVerdicts.Definition(bare), LargeStepVerdicts.Proposition(bare, C, 0.5), LargeStepVerdicts.Corollary(bare, C, 0.5), LargeStepVerdicts.EdgeProduct(bare, C), LargeStepVerdicts.Definition([])],
            verdict => Assert.Equal(VerdictOutcome.NotApplicable, verdict.Outcome));

        // Steps that no rejected trial decided are told of, and not judged.
        MeasuredStep[] mixed = [new(0, 0.1) { Sharpness = 3, SharpnessConverged = true }, new(1, 1) { Sharpness = 3, SharpnessConverged = true, RejectedStep = 2 }];
        Verdict product = LargeStepVerdicts.EdgeProduct(mixed, C);
        Assert.Equal(VerdictOutcome.Holds, product.Outcome);
        Assert.Contains("least 3 at iteration 1", product.Measured, StringComparison.Ordinal);
        Assert.Contains("not judged: 1 step that no rejected trial decided, least 0.3 at iteration 0", product.Measured, StringComparison.Ordinal);
        Assert.Equal("why", LargeStepVerdicts.EdgeProduct(mixed, C, "why").UnmetHypothesis);
    }

    [Theory]
    [InlineData("3 3 3", null, VerdictOutcome.Holds)]
    [InlineData("1.5 1.5 3 1.5 1.5 3", null, VerdictOutcome.Holds)]
    [InlineData("1.5 1.5 3 1.5 1.5 1.5", null, VerdictOutcome.Holds)]
    [InlineData("3 1.5 3 1.5 1.5 1.5", null, VerdictOutcome.NotApplicable)]
    [InlineData("3 1.5 3 1.5 1.5 1.5", 2L, VerdictOutcome.Holds)]
    [InlineData("3 1.5 3 1.5 1.5 1.5", 1L, VerdictOutcome.Fails)]
    [InlineData("1.5 1.5 1.5 3", 2L, VerdictOutcome.Fails)]
    [InlineData("3 0.9 3", null, VerdictOutcome.Fails)]
    [InlineData("1.5 1.5", null, VerdictOutcome.Fails)]
    public void A_sequence_is_large_where_every_step_is_and_the_waits_are_bounded(string products, long? most, VerdictOutcome outcome)
    {
        MeasuredStep[] steps = [.. products.Split(' ').Select((product, k) =>
            new MeasuredStep(k, 0.5) { Smoothness = 2 * double.Parse(product, System.Globalization.CultureInfo.InvariantCulture) })];
        Assert.Equal(outcome, LargeStepVerdicts.Definition(steps, most: most).Outcome);
    }

    /// <summary>Steps of a search on a diagonal quadratic, with l = ‖Hg‖/‖g‖ and λ₁ as they are.</summary>
    private static MeasuredStep[] Steps(string name, double[] curvatures, double[] start, double delta, int count)
    {
        using var scope = new TensorScope();
        var objective = new ClosedFormObjective(Quadratic.Diagonal(curvatures), curvatures.Length);
        var parameters = new SearchParameters(Contraction: delta);
        using Method method = name switch
        {
            "ls" => new ExtrapolatingSearch("ls", new MonotoneReference(), parameters),
            "nls" => new ExtrapolatingSearch("nls", new ZhangHagerReference(), parameters),
            _ => new PolyakSearch(new ZhangHagerReference(), parameters),
        };
        var steps = new List<MeasuredStep>();
        Evaluation at = objective.At(start);
        for (int k = 0; k < count && at.Gradient().Norm() > 1e-12; k++)
        {
            double[] g = at.Gradient().ToArray<double>();
            double[] hg = [.. curvatures.Zip(g, (a, x) => a * x)];
            double smoothness = Math.Sqrt(Plain.Dot(hg, hg) / Plain.Dot(g, g));
            (Evaluation next, StepReport report) = method.Step(objective, at);
            at.Dispose();
            at = next;
            bool decided = report.Backtracks > 0;
            steps.Add(new MeasuredStep(k, report.StepSize)
            {
                Smoothness = smoothness,
                RejectedStep = decided ? report.StepSize / delta : null,
                RejectedSmoothness = decided ? smoothness : null,
                Nonlinearity = decided ? 0 : null,
                Sharpness = curvatures.Max(),
                SharpnessConverged = true,
            });
        }

        at.Dispose();
        return [.. steps];
    }
}
