using Brink.Experiments.Reproduction;
using Brink.Theory;

namespace Brink.Experiments.Tests.Reproduction;

/// <summary>Claims on runs, judged on lines written by hand.</summary>
public sealed class RunExperimentTests
{
    private const string Text = """
        title: t
        paper: p
        numbering: ours
        about: a
        study: runs
        grid:
          network: [mlp, cnn]
          widths: [[10, 10], [20]]
          method: [nls, sam]
        settings:
          - where: {method: sam}
            set: {eta: 0.1}
          - where: {method: sam, network: cnn}
            set: {eta: 1/4, rho: 0.1}
        panels: [{draw: loss, caption: c, where: {network: mlp}}]
        claims:
          - theorem: edge of stability
            where: {method: nls}
          - theorem: upper bound
        reduced:
          about: small
          grid: {network: mlp, method: [nls]}
        """;

    [Fact]
    public void Settings_go_over_the_grid_and_a_reduced_setting_keeps_what_still_selects_something()
    {
        // widths do not apply to the cnn: what disagrees is told before anything is run, with the trajectory.
        BrinkException error = Assert.Throws<BrinkException>(() => ExperimentReader.Parse("t", "t.yaml", Text));
        Assert.StartsWith("t.yaml: cnn, widths = (10, 10), nls: ", error.Message);
        Assert.Contains("widths", error.Message);

        string possible = Text.Replace("  widths: [[10, 10], [20]]\n", string.Empty);
        var experiment = ExperimentReader.Parse("t", "t.yaml", possible);
        Assert.Equal(["mlp, nls", "mlp, sam", "cnn, nls", "cnn, sam"], experiment.Trajectories.Select(one => one.Title));
        Assert.Equal("network-mlp_method-nls", experiment.Trajectories[0].Name);
        Assert.Equal([null, "0.1", null, "0.25"], experiment.Trajectories.Select(one => one.Settings.GetValueOrDefault("eta")));
        Assert.Equal("0.1", experiment.Trajectories[3].Settings["rho"]);
        Assert.False(experiment.IsReduced);

        var reduced = ExperimentReader.Parse("t", "t.yaml", possible, reduced: true, new Dictionary<string, string> { ["iterations"] = "7" });
        Assert.Equal("small", reduced.Reduction);
        Assert.Equal("7", Assert.Single(reduced.Trajectories).Settings["iterations"]);
        Assert.Equal(2, reduced.Claims.Count);

        // What varies in the setting that is wanted cannot be set for all of it; what varies in the other one can.
        Assert.StartsWith("network varies in the experiment's grid", Assert.Throws<BrinkException>(() => Set("network", "mlp", reduced: false)).Message);
        Assert.Single(Set("network", "mlp", reduced: true).Trajectories);
        Experiment Set(string field, string value, bool reduced) => ExperimentReader.Parse("t", "t.yaml", possible, reduced, new Dictionary<string, string> { [field] = value });
        Assert.Single(reduced.Panels);
    }

    [Fact]
    public void Widths_vary_as_a_list_of_lists()
    {
        var experiment = ExperimentReader.Parse("t", "t.yaml", Text.Replace("[mlp, cnn]", "mlp").Replace("network: cnn}", "widths: [20]}"));
        Assert.Equal(["10,10", "10,10", "20", "20"], experiment.Trajectories.Select(one => one.Values["widths"]));
        Assert.Equal(["0.1", "0.25"], experiment.Trajectories.Where(one => one.Settings["method"] == "sam").Select(one => one.Settings["eta"]));
    }

    [Fact]
    public void The_edge_of_stability_is_judged_at_every_measurement()
    {
        RunTrajectory run = Run("nls", Line(0, 0.09, 5, 0.2), Line(1, 0.09, 8, null), Line(2, 0.09, 8, 0.2));
        Assert.Equal(VerdictOutcome.Holds, run.Judge("edge of stability").Outcome);
        run = Run("nls", Line(0, 0.09, 4.9, 0.2), Line(2, 0.09, 8, 0.2));
        Verdict verdict = run.Judge("edge of stability");
        Assert.Equal(VerdictOutcome.Fails, verdict.Outcome);
        Assert.Equal("least 0.98, at iteration 0; below in 1 of 2 measurements", verdict.Measured);
        Assert.Equal("gd is no line search", Run("gd", Line(0, 1, 1, 1)).Judge("edge of stability").UnmetHypothesis);
        Assert.Equal("λ₁ was not measured: set sharpness-every", Run("nls", Line(0, 1, 1, null)).Judge("edge of stability").UnmetHypothesis);
    }

    [Fact]
    public void The_flat_region_is_within_a_per_cent_of_two_over_K()
    {
        Assert.Equal(VerdictOutcome.Holds, Run("nls", Line(0, 1, 1, 9), Line(1, 1, 1, 0.2019)).Judge("flat region").Outcome);
        Assert.Equal(VerdictOutcome.Fails, Run("nls", Line(0, 1, 1, 9), Line(1, 1, 1, 0.203)).Judge("flat region").Outcome);
        RunTrajectory other = Run("nls", Line(0, 1, 1, 0.2));
        Assert.Contains("the last layer has no bias", Of(other, specification => specification with { NoBias = true }).Judge("flat region").UnmetHypothesis);
        Assert.Contains("under ce the sharpness has no least value", Of(other, specification => specification with { Loss = "ce" }).Judge("flat region").UnmetHypothesis);
    }

    [Theory]
    [InlineData(0.2, -0.09, VerdictOutcome.Holds)]
    [InlineData(0.19, -0.09, VerdictOutcome.Fails)]
    [InlineData(0.2, -0.01, VerdictOutcome.Fails)]
    [InlineData(0.2, 0.09, VerdictOutcome.Fails)]
    public void A_saddle_has_K_equal_eigenvalues_and_pairs(double tenth, double smallest, VerdictOutcome outcome)
    {
        double[] top = [.. Enumerable.Repeat(0.2, 9), tenth, 0.1, 0.05];
        RunTrajectory run = Run("nls", Line(3, 0.09, 8, 0.2) with { Eigenvalues = top, SmallestEigenvalues = [smallest, -0.05] });
        Assert.Equal(outcome, run.Judge("saddle").Outcome);
        Assert.Equal("the flat region was not reached where eigenvalues were measured", Run("nls", Line(3, 1, 1, 9) with { Eigenvalues = [.. top.Select(value => 9 * value)], SmallestEigenvalues = [-1] }).Judge("saddle").UnmetHypothesis);
        Assert.Equal("eigenvalues were not followed: set eigenvalues above K, and smallest", Run("nls", Line(3, 0.09, 8, 0.2)).Judge("saddle").UnmetHypothesis);
    }

    [Theory]
    [InlineData(0.1, 0.01, VerdictOutcome.Holds)]
    [InlineData(0.1, 0.089, VerdictOutcome.Fails)]
    [InlineData(0.05, 0.01, VerdictOutcome.NotApplicable)]
    public void The_upper_bound_is_judged_by_pairs_of_runs(double free, double bounded, VerdictOutcome outcome)
    {
        TrajectoryVerdict verdict = Assert.Single(new RunExperiment().Judge("upper bound", [Run("nls", Line(0, free, 8, null)), Run("cdat", Line(0, 1, 1, null)), Run("nls-ub", Line(0, bounded, 8, null))]));
        Assert.Equal(outcome, verdict.Verdict.Outcome);
        Assert.Equal(VerdictOutcome.NotApplicable, Assert.Single(new RunExperiment().Judge("upper bound", [Run("nls", Line(0, free, 8, null))])).Verdict.Outcome);
    }

    [Fact]
    public void Measures_are_numbers_of_the_lines()
    {
        RunTrajectory run = Run("nls", [.. Enumerable.Range(0, 21).Select(k => Line(k, 0.18 / (k + 1), k + 1, 4.0 - (0.1 * k)))]);
        Assert.Equal(21, run.Measure("largest_step").Value);
        Assert.Equal(2.1, run.Measure("largest_step_over_outputs").Value!.Value, 12);
        Assert.Equal(0.18 / 21, run.Measure("final_loss").Value);
        Assert.Equal(0.18 / 20 / 0.09, run.Measure("late_loss_over_random_guess").Value!.Value, 12);
        Assert.Equal(4, run.Measure("least_eta_sharpness").Value);
        Assert.Equal(9, run.Measure("flat_distance").Value!.Value, 12);
        Assert.Equal("nls has no fixed edge of stability", run.Measure("edge_ratio_mean").UnmetHypothesis);
    }

    private static RunTrajectory Of(RunTrajectory run, Func<Specification, Specification> change) => new(run.Plan, change(run.Specification), run.Summary, run.Lines);

    private static MetricsLine Line(long iteration, double loss, double step, double? sharpness) =>
        new() { Iteration = iteration, Loss = loss, Seconds = 0, StepSize = step, Sharpness = sharpness };

    private static RunTrajectory Run(string method, params MetricsLine[] lines)
    {
        Dictionary<string, string> values = new() { ["method"] = method };
        RunSummary summary = new() { Status = RunStatus.Finished, IterationsDone = 1, Method = method, Outputs = 10 };
        return new RunTrajectory(new TrajectoryPlan("t", "t", values, values), new Specification { Method = method }, summary, lines);
    }
}
