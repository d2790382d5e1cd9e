using Brink.Methods;

namespace Brink.Tests.Methods;

public sealed class WarmupTests
{
    [Fact]
    public void The_small_schedule_grows_to_nine_tenths_of_k_and_stays()
    {
        var warmup = new Warmup();
        double grown = 0.01;
        for (int k = 0; k < 60; k++)
        {
            Assert.Equal(Math.Min(grown, 9), warmup.NextStepSize(10), 1e-12);
            grown *= 1.25;
        }

        warmup.Dispose();
    }

    [Fact]
    public void The_large_schedule_peaks_at_five_quarters_of_k_for_two_iterations_and_falls_back()
    {
        using var warmup = new Warmup("large");
        double grown = 0.01;
        double[] climb = [.. Enumerable.Range(0, 100).Select(_ => (grown *= 1.25) / 1.25).TakeWhile(eta => eta < 12.5)];
        double[] expected = [.. climb, 12.5, 12.5, 9, 9, 9];
        Assert.Equal(expected, expected.Select(_ => warmup.NextStepSize(10)), (a, b) => Math.Abs(a - b) < 1e-12 * a);

        // 0.01·1.25³¹ = 10.1 is the last below 12.5.
        Assert.Equal(32, climb.Length);
    }

    [Fact]
    public void Start_and_factor_are_parameters_and_an_exact_hit_of_the_peak_counts_as_its_first_iteration()
    {
        using var warmup = new Warmup("large", start: 1.25, factor: 2);
        Assert.Equal([1.25, 2.5, 2.5, 1.8, 1.8], Enumerable.Range(0, 5).Select(_ => warmup.NextStepSize(2)));
    }

    [Fact]
    public void Its_steps_follow_the_schedule()
    {
        using var method = new Warmup("large", start: 1, factor: 1.25);
        using var schedule = new Warmup("large", start: 1, factor: 1.25);
        var objective = new ClosedFormObjective(Quadratic.Diagonal(0.1), 1, outputs: 3);
        foreach (Taken taken in Trajectory.Run(method, objective, [1], 12))
        {
            Assert.Equal(schedule.NextStepSize(3), taken.Report.StepSize);
            Assert.Equal(taken.From[0] * (1 - (0.1 * taken.Report.StepSize)), taken.To[0], 1e-14);
        }
    }
}
