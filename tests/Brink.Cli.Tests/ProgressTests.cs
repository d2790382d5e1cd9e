using Brink.Cli.Terminal;
using Brink.Experiments;
using Spectre.Console;

namespace Brink.Cli.Tests;

public sealed class ProgressTests
{
    [Fact]
    public void Plain_lines_come_with_every_sharpness_and_every_two_seconds()
    {
        using var text = new StringWriter { NewLine = "\n" };
        var progress = new PlainProgress(text);
        progress.Started("runs/x", 0, 100, 0.2);
        for (int k = 0; k < 100; k++)
        {
            progress.Recorded(Line(k, secondsEach: 0.25, sharpnessEvery: 50));
        }

        progress.Ended(RunStatus.Finished, null);
        string[] lines = text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        // Iterations 0, 8, …, 48, then 50, which restarts the two seconds: 58, …, 98; a first and a last line.
        Assert.Equal(1 + 7 + 7 + 1, lines.Length);
        Assert.Equal("run folder runs/x, 100 iterations", lines[0]);
        Assert.Equal("iteration 50/100  loss 0.01961  accuracy 50.0 %  step 0.5  sharpness 3  step*sharpness 1.5  evaluations 102  12 s  12 s left", lines[8]);
        Assert.StartsWith("finished after 99 iterations in 25 s: loss 0.01", lines[^1]);
        Assert.All(lines, line => Assert.All(line, letter => Assert.True(letter < 128 || line == lines[^1])));
    }

    [Fact]
    public void Quiet_says_only_how_it_ended()
    {
        using var text = new StringWriter { NewLine = "\n" };
        var progress = new QuietProgress(text);
        progress.Started("runs/x", 0, 100, 0.2);
        progress.Recorded(Line(0, 1, 1));
        progress.Note("something");
        progress.Ended(RunStatus.Diverged, "the loss is not finite");
        string line = Assert.Single(text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("diverged after 0 iterations in 0.0 s: loss 1, ", line);
        Assert.EndsWith("the loss is not finite", line);
    }

    [Fact]
    public void A_run_that_is_resumed_counts_its_own_pace()
    {
        var progress = new RunProgress();
        progress.Start("runs/x", 500, 1000, 10);
        progress.Add(Line(500, 1, 0));
        Assert.Null(progress.SecondsLeft);
        progress.Add(new MetricsLine { Iteration = 510, Loss = 1, Seconds = 505 });
        Assert.Equal(490 * 0.5, progress.SecondsLeft!.Value, 1e-9);
    }

    [Fact]
    public void The_live_view_is_redrawn_in_place_ten_times_a_second()
    {
        var screen = new Screen(80);
        var progress = new LiveProgress(screen.Console, "nls");
        progress.Started("runs/x", 0, 1000, 0.2);
        for (int k = 0; k < 1000; k++)
        {
            progress.Recorded(Line(k, secondsEach: 0.01, sharpnessEvery: 10));
        }

        progress.Note("micro-batch 500");
        progress.Ended(RunStatus.Finished, null);
        string[] rows = screen.Rows();
        // What remains is the note, one frame and the end: nothing of earlier frames.
        Assert.InRange(rows.Length, 1 + 8 + 1, 1 + 8 + 2);
        Assert.Equal("note: micro-batch 500", rows[0]);
        Assert.StartsWith("nls  iteration 999 of 1,000", rows[1]);
        Assert.StartsWith("finished after 999 iterations in 10 s", string.Concat(rows[9..]));
        Assert.InRange(screen.Frames, 90, 105);
    }

    [Theory]
    [InlineData(120, 40)]
    [InlineData(40, 120)]
    [InlineData(80, 23)]
    public void Resizing_leaves_no_remains(int before, int after)
    {
        var screen = new Screen(before);
        var progress = new LiveProgress(screen.Console, "a title that is rather long for a narrow terminal");
        progress.Started("x", 0, 1000, 0.2);
        progress.Recorded(Line(0, 1, 1));
        screen.Resize(after);
        progress.Recorded(Line(1, 1, 1));
        Assert.Equal(8, screen.Rows().Length);
        Assert.All(screen.Rows(), row => Assert.True(row.Length < after));
    }

    [Fact]
    public void The_border_of_the_two_rows_is_the_threshold()
    {
        (string upper, string lower) = Sparkline.AgainstThreshold([0.1, 1, 1.99, 2.3, 3, 9], 2, 6, unicode: true);
        Assert.Equal("   ▁▄█", upper);
        Assert.Equal("▁▄████", lower);
    }

    [Fact]
    public void A_logarithmic_curve_shows_its_lowest_point_and_leaves_holes()
    {
        Assert.Equal("█▄▁ █", Sparkline.Logarithmic([1, 0.1, 0.01, double.NaN, 1], 10, unicode: true).Replace('▅', '▄'));
        Assert.Equal("▄▄", Sparkline.Logarithmic([3, 3], 10, unicode: true));
        Assert.Equal(20, Sparkline.Logarithmic([.. Enumerable.Range(1, 1000).Select(i => 1.0 / i)], 20, unicode: true).Length);
        Assert.All(Sparkline.Logarithmic([1, 2, 3, 4], 4, unicode: false), letter => Assert.True(letter < 128));
    }

    [Fact]
    public void A_trace_stays_small_and_keeps_the_shape()
    {
        var trace = new Trace();
        for (int i = 0; i < 1_000_000; i++)
        {
            trace.Add(i);
        }

        Assert.InRange(trace.Values.Count, 512, 1024);
        Assert.Equal(0, trace.Values[0]);
        double[] gaps = [.. trace.Values.Skip(1).Zip(trace.Values, (next, value) => next - value)];
        Assert.Single(gaps.Distinct());
    }

    [Theory]
    [InlineData(null, "–")]
    [InlineData(0.25, "0.25")]
    [InlineData(0.00012344, "1.234e-04")]
    [InlineData(1234567.0, "1.235e+06")]
    [InlineData(0.0, "0")]
    [InlineData(double.NaN, "NaN")]
    public void Numbers_are_short(double? value, string text) => Assert.Equal(text, Quantity.Number(value));

    [Theory]
    [InlineData(0.84, "0.8 s")]
    [InlineData(41.2, "41 s")]
    [InlineData(185, "3:05")]
    [InlineData(7385, "2:03:05")]
    public void Durations_are_short(double seconds, string text) => Assert.Equal(text, Quantity.Duration(seconds));

    private static MetricsLine Line(int k, double secondsEach, int sharpnessEvery) => new()
    {
        Iteration = k,
        Loss = 1.0 / (k + 1),
        Seconds = k * secondsEach,
        TrainAccuracy = 0.5,
        StepSize = 0.5,
        FunctionEvaluations = 2,
        GradientEvaluations = 1,
        Hvps = 3,
        Sharpness = sharpnessEvery > 0 && k % sharpnessEvery == 0 ? 3 : null,
    };
}
