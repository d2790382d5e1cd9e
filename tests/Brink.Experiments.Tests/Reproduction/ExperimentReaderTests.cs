using System.Globalization;
using Brink.Experiments.Reproduction;
using Brink.Theory;

namespace Brink.Experiments.Tests.Reproduction;

public sealed class ExperimentReaderTests
{
    internal const string Small = """
        title: A small one
        paper: a paper
        numbering: ours
        about: >-
          Two floors.
        study: minimalist
        grid:
          eta: 1/12
          epsilon: [1e-3, 1e-4]
          start: [0.6, 0.01, 0.6]
          iterations: 400
        panels:
          - draw: sharpness
            caption: all
        claims:
          - theorem: progressive sharpening
          - measure: crossing
            at_least: 1
            source: nobody
            where: {epsilon: 1e-3}
        """;

    [Fact]
    public void A_grid_runs_every_combination()
    {
        Experiment experiment = Parse(Small.Replace("start: [0.6, 0.01, 0.6]", "start: [[0.6, 0.01, 0.6], [0.1, 0.1, 0.1]]"));
        Assert.Equal(
            ["epsilon-0.001_start-0.6,0.01,0.6", "epsilon-0.001_start-0.1,0.1,0.1", "epsilon-0.0001_start-0.6,0.01,0.6", "epsilon-0.0001_start-0.1,0.1,0.1"],
            experiment.Trajectories.Select(one => one.Name));
        Assert.Equal("ε = 10⁻³, (α, β₁, β₂) = (0.6, 0.01, 0.6)", experiment.Trajectories[0].Title);
        Assert.Equal(1.0 / 12, double.Parse(experiment.Trajectories[0].Values["eta"], CultureInfo.InvariantCulture));
        Assert.Equal("100", experiment.Trajectories[0].Values["lambda1"]);
        Assert.Equal(2, experiment.Trajectories.Count(one => one.IsIn(experiment.Claims[1].Where)));
    }

    [Theory]
    [InlineData("title: A small one", "titel: A small one", "mine.yaml, line 1: an experiment has no field 'titel'; did you mean 'title'?")]
    [InlineData("title: A small one\n", "", "mine.yaml, line 1: title is missing")]
    [InlineData("study: minimalist", "study: minimal", "mine.yaml, line 6: study is 'minimal'; did you mean 'minimalist'?")]
    [InlineData("eta: 1/12", "eta: -1", "mine.yaml, line 8: eta is -1; it must be a positive number")]
    [InlineData("eta: 1/12", "eta: fast", "mine.yaml, line 8: eta is fast; it must be a positive number")]
    [InlineData("eta: 1/12", "eta: 1/0", "mine.yaml, line 8: eta is 1/0; it must be a positive number")]
    [InlineData("eta: 1/12", "etta: 1/12", "mine.yaml, line 8: the grid has no field 'etta'; did you mean 'eta'?")]
    [InlineData("[1e-3, 1e-4]", "[1e-3, 0.001]", "mine.yaml, line 9: epsilon holds a value twice")]
    [InlineData("[1e-3, 1e-4]", "[]", "mine.yaml, line 9: epsilon is an empty list")]
    [InlineData("start: [0.6, 0.01, 0.6]", "start: [0.6, 0.01]", "mine.yaml, line 10: start is [ 0.6, 0.01 ]; it must be three numbers, [α, β₁, β₂]")]
    [InlineData("  start: [0.6, 0.01, 0.6]\n", "", "mine.yaml, line 8: start is missing; it must be three numbers, [α, β₁, β₂]")]
    [InlineData("iterations: 400", "iterations: 4.5", "mine.yaml, line 11: iterations is 4.5; it must be a whole number of 1 or above")]
    [InlineData("draw: sharpness", "draw: sharpnes", "mine.yaml, line 13: draw is 'sharpnes'; did you mean 'sharpness'?")]
    [InlineData("draw: sharpness", "draw: losses", "mine.yaml, line 13: draw is losses, which shows one trajectory, and 2 are selected; choose one with where")]
    [InlineData("where: {epsilon: 1e-3}", "where: {epsilon: 1e-5}", "mine.yaml, line 20: epsilon 10⁻⁵ is not in the grid, which has 10⁻³, 10⁻⁴")]
    [InlineData("theorem: progressive sharpening", "theorem: progresive sharpening", "mine.yaml, line 16: theorem is 'progresive sharpening'; did you mean 'progressive sharpening'?")]
    [InlineData("theorem: progressive sharpening", "{theorem: edge of stability, at_most: 3}", "mine.yaml, line 16: at_most does not apply beside theorem, which brings its own claim, tolerance and source")]
    [InlineData("at_least: 1", "expected: 1", "mine.yaml, line 18: expected needs the other of expected and tolerance beside it")]
    [InlineData("    at_least: 1\n", "", "mine.yaml, line 17: measure needs expected and tolerance, at_least or at_most")]
    [InlineData("    source: nobody\n", "", "mine.yaml, line 17: source is missing")]
    [InlineData("at_least: 1", "at_least: some", "mine.yaml, line 18: at_least is 'some'; it must be a number")]
    [InlineData("study: minimalist", "study: [ }", "not valid YAML")]
    public void What_is_wrong_is_told_in_one_line_with_file_line_and_field(string right, string wrong, string message)
    {
        Assert.Contains(right, Small);
        BrinkException error = Assert.Throws<BrinkException>(() => Parse(Small.Replace(right, wrong)));
        Assert.Contains(message, error.Message);
        Assert.StartsWith("mine.yaml", error.Message);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void An_interval_allows_what_lies_in_it()
    {
        ExperimentClaim near = new(null, "delta", 2, 0.5, null, null, "x", new Dictionary<string, IReadOnlyList<string>>());
        Assert.True(near.Allows(2.5));
        Assert.False(near.Allows(2.51));
        Assert.False(near.Allows(double.NaN));
        ExperimentClaim between = near with { Expected = null, Tolerance = null, AtLeast = 1, AtMost = 2 };
        Assert.Equal([false, true, true, false], ((double[])[0.9, 1, 2, 2.1]).Select(between.Allows));
        Assert.Equal("at least 1 and at most 2", between.Interval);
    }

    [Fact]
    public void Verdicts_do_not_pass_outside_their_hypotheses()
    {
        // The edge is reached from one start; the other lies above it already.
        Experiment experiment = Parse(Small.Replace("start: [0.6, 0.01, 0.6]", "start: [[0.3, 0.01, 0.3], [0.9, 0.01, 0.9]]").Replace("400", "800"));
        using var folder = new TemporaryFolder();
        using var results = ReproductionFolder.Open(folder.Path, experiment, force: false);
        ExperimentTrajectory[] trajectories = [.. results.Obtain(_ => throw new InvalidOperationException("nothing to watch"), CancellationToken.None).Select(one => one.Trajectory)];
        IReadOnlyList<ClaimVerdict> claims = ClaimVerdict.JudgeAll(experiment, trajectories);
        Assert.Equal(
            [VerdictOutcome.Holds, VerdictOutcome.NotApplicable, VerdictOutcome.Holds, VerdictOutcome.NotApplicable],
            claims[0].Trajectories.Select(one => one.Verdict.Outcome));
        Assert.Equal(VerdictOutcome.NotApplicable, claims[0].Overall.Outcome);
        Assert.Contains("at or above the edge already", claims[0].Overall.UnmetHypothesis);
        Assert.Equal(VerdictOutcome.NotApplicable, claims[1].Overall.Outcome);
        Assert.Null(claims[1].Trajectories[1].Value);

        // Where it fails for one it fails, whatever the others.
        Experiment strict = experiment with { Claims = [experiment.Claims[1] with { AtLeast = 1e6 }] };
        Assert.Equal(VerdictOutcome.Fails, ClaimVerdict.JudgeAll(strict, trajectories)[0].Overall.Outcome);
    }

    [Fact]
    public void A_cut_reproduction_goes_on_with_what_is_missing()
    {
        Experiment experiment = Parse(Small);
        using var folder = new TemporaryFolder();
        using var cut = new CancellationTokenSource();
        using (var results = ReproductionFolder.Open(folder.Path, experiment, force: false))
        {
            Assert.Throws<OperationCanceledException>(() =>
            {
                foreach ((ExperimentTrajectory _, bool stored) in results.Obtain(_ => throw new InvalidOperationException("nothing to watch"), cut.Token))
                {
                    Assert.False(stored);
                    cut.Cancel();
                }
            });
            Assert.Equal(1, results.Stored);
        }

        // A second trajectory that a kill left half written counts as not there.
        string half = Path.Combine(folder.Path, "trajectories", experiment.Trajectories[1].Name);
        Directory.CreateDirectory(half);
        File.WriteAllText(Path.Combine(half, "spec.json.tmp"), "{");
        using (var results = ReproductionFolder.Open(folder.Path, experiment, force: false))
        {
            (ExperimentTrajectory Trajectory, bool Stored)[] all = [.. results.Obtain(_ => throw new InvalidOperationException("nothing to watch"), CancellationToken.None)];
            Assert.Equal([true, false], all.Select(one => one.Stored));

            // What is read back is what was computed.
            var read = (MinimalistExperimentTrajectory)all[0].Trajectory;
            using var other = new TemporaryFolder();
            using var anew = ReproductionFolder.Open(other.Path, experiment, force: false);
            var computed = (MinimalistExperimentTrajectory)anew.Obtain(_ => throw new InvalidOperationException("nothing to watch"), CancellationToken.None).First().Trajectory;
            Assert.Equal(computed.Trajectory.Points, read.Trajectory.Points);
            Assert.Equal(computed.Trajectory.Verdicts, read.Trajectory.Verdicts);
        }

        // Another version of the experiment does not mix with it.
        Experiment changed = Parse(Small.Replace("400", "401"));
        Assert.Contains("--force", Assert.Throws<BrinkException>(() => ReproductionFolder.Open(folder.Path, changed, force: false)).Message);
        using var forced = ReproductionFolder.Open(folder.Path, changed, force: true);
        Assert.Equal(0, forced.Stored);
        Assert.Contains("in use", Assert.Throws<BrinkException>(() => ReproductionFolder.Open(folder.Path, changed, force: true)).Message);
    }

    [Fact]
    public void Flows_and_the_constrained_trajectory_are_read_back_too()
    {
        Experiment experiment = Parse(Small.Replace("[1e-3, 1e-4]", "1e-3").Replace("[0.6, 0.01, 0.6]", "[0.3, 0.01, 0.3]").Replace("iterations: 400", "iterations: 800\n  flows: 2\n  constrained: true"));
        using var folder = new TemporaryFolder();
        using var results = ReproductionFolder.Open(folder.Path, experiment, force: false);
        var computed = (MinimalistExperimentTrajectory)results.Obtain(_ => throw new InvalidOperationException("nothing to watch"), CancellationToken.None).Single().Trajectory;
        (ExperimentTrajectory again, bool stored) = results.Obtain(_ => throw new InvalidOperationException("nothing to watch"), CancellationToken.None).Single();
        var read = (MinimalistExperimentTrajectory)again;
        Assert.True(stored);
        Assert.Equal(computed.Trajectory.Constrained, read.Trajectory.Constrained);
        Assert.Equal(2, read.Trajectory.Flows.Count);
        Assert.Equal(computed.Trajectory.Flows[1].Curve, read.Trajectory.Flows[1].Curve);
        Assert.Equal(computed.Trajectory.Flows[1].Minimiser, read.Trajectory.Flows[1].Minimiser);
        Assert.True(read.Measure("flow_end_distance").Value < 1e-6);
        Assert.Equal(computed.Measure("flow_end_distance"), read.Measure("flow_end_distance"));
    }

    [Fact]
    public void A_folder_of_something_else_is_left_alone()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(Path.Combine(folder.Path, "thesis.tex"), "mine");
        Assert.Contains("is not empty", Assert.Throws<BrinkException>(() => ReproductionFolder.Open(folder.Path, Parse(Small), force: true)).Message);
    }

    private static Experiment Parse(string text) => ExperimentReader.Parse("mine", "mine.yaml", text);
}
