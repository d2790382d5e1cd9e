using System.Globalization;
using Brink.Theory;

namespace Brink.Experiments.Reproduction;

/// <summary>
/// The claim that the upper bound turns an unsuccessful run into a successful one (Flatland, arXiv 2606.06722, Fig. 3): <c>nls</c> and <c>nls-ub</c>
/// from the same start, on the same data.
/// </summary>
internal static class UpperBoundComparison
{
    /// <summary>The claim's name in a file.</summary>
    internal const string Name = "upper bound";

    /// <summary>A run whose late loss is above this share of random guess has learnt nothing.</summary>
    internal const double Unsuccessful = 0.95;

    /// <summary>A run whose late loss is below this share of random guess trains.</summary>
    internal const double Successful = 0.75;

    private static readonly string[] s_methods = ["nls", "nls-ub"];

    /// <summary>Judges every pair.</summary>
    /// <param name="runs">Runs of both methods.</param>
    /// <returns>A verdict for each setting that both were run in.</returns>
    internal static IReadOnlyList<TrajectoryVerdict> Judge(IReadOnlyList<RunTrajectory> runs)
    {
        TrajectoryVerdict[] verdicts = [.. runs
            .Where(run => s_methods.Contains(run.Specification.Method))
            .GroupBy(SettingOf, StringComparer.Ordinal)
            .Where(pair => pair.Count() == 2)
            .Select(pair => Compare(pair.Single(run => run.Specification.Method == s_methods[0]), pair.Single(run => run.Specification.Method == s_methods[1])))];
        return verdicts.Length > 0 ? verdicts : [new TrajectoryVerdict("all", Of("no setting was run with both nls and nls-ub", string.Empty, false), null)];
    }

    private static TrajectoryVerdict Compare(RunTrajectory free, RunTrajectory bounded)
    {
        double? without = free.Measure("late_loss_over_random_guess").Value;
        double? with = bounded.Measure("late_loss_over_random_guess").Value;
        string? unmet = without is null || with is null ? "it is no network"
            : without < Unsuccessful ? $"nls trains by itself (late loss {Show(without)} of random guess)"
            : null;
        return new TrajectoryVerdict(bounded.Plan.Title, Of(unmet, $"nls {Show(without)}, nls-ub {Show(with)} of random guess", with <= Successful), null);
    }

    private static Verdict Of(string? unmet, string measured, bool holds) => Verdict.Of(
        "upper bound (Flatland, Fig. 3)",
        $"where nls stays at random guess (late loss at least {Unsuccessful:P0} of it), nls-ub trains (at most {Successful:P0} of it)", unmet, () => measured, () => holds);

    /// <summary>What two runs have in common that differ in the method alone.</summary>
    private static string SettingOf(RunTrajectory run) =>
        string.Join(';', run.Plan.Values.Where(value => value.Key != "method").Select(value => $"{value.Key}={value.Value}"));

    private static string Show(double? value) => value?.ToString("F3", CultureInfo.InvariantCulture) ?? "–";
}
