using System.Text.Json;
using Brink.Experiments.Theory;
using Brink.Server.Theory;
using Brink.Theory.Sweeps;

namespace Brink.Server.Tests.Theory;

/// <summary>Phase diagrams against those of the command line, against theorems, and against the trajectories of their cells.</summary>
public sealed class TheoryPhaseTests(TheoryServer server) : IClassFixture<TheoryServer>
{
    [Theory]
    [InlineData("scalar", "eta:0.5:2:24", "ratio:1:4:18", "x_low=0.5&x_high=2&x_count=24&y_low=1&y_high=4&y_count=18&depth=3", "depth", 3)]
    [InlineData("minimalist", "eta:0.01:0.1:16:log", "alpha:0.05:1:12", "x_low=0.01&x_high=0.1&x_count=16&x_log=true&y_low=0.05&y_high=1&y_count=12&epsilon=1e-4", "epsilon", 1e-4)]
    [InlineData("squared-regression", "eta:0.05:1.5:16", "ratio:0.1:1:12", "x_low=0.05&x_high=1.5&x_count=16&y=ratio&y_low=0.1&y_high=1&y_count=12&size=0.8", "size", 0.8)]
    [InlineData("linear", "eta:0.2:1.8:16", "size:0.1:1.8:12", "x_low=0.2&x_high=1.8&x_count=16&y_low=0.1&y_high=1.8&y_count=12&spread=0.2", "spread", 0.2)]
    [InlineData("scalar", "depth:2:5:4", "eta:0.2:1.4:12", "x=depth&x_low=2&x_high=5&y=eta&y_low=0.2&y_high=1.4&y_count=12&ratio=1.2", "ratio", 1.2)]
    public async Task The_cells_are_those_of_the_command_line(string model, string x, string y, string query, string setting, double value)
    {
        JsonElement answer = await server.GetAsync($"/api/theory/phase?model={model}&{query}&steps=1500");
        string folder = Directory.CreateTempSubdirectory("brink-phase-").FullName;
        try
        {
            // What `brink theory phase MODEL --x … --y … --steps 1500 --window 500` runs and stores.
            var plane = new ParameterPlane(SweptModel.All.Single(one => one.Name == model), SweepAxis.Parse(x), SweepAxis.Parse(y), new Dictionary<string, double> { [setting] = value });
            var rules = new OrbitRules { Steps = 1500, Window = 500 };
            using var stored = PhaseFolder.Open(folder, plane, rules);
            PhaseSweep.Run(plane, rules, 1, stored.MissingLines(), (line, cells) => stored.Write(line, cells), TestContext.Current.CancellationToken);
            string[] names = [.. answer.GetProperty("names").EnumerateArray().Select(name => name.GetString()!)];
            byte[] regimes = answer.GetProperty("regimes").GetBytesFromBase64();
            Assert.Equal([.. stored.Cells.Select(NameOf)], [.. regimes.Select(regime => names[regime])]);
            Assert.True(regimes.Distinct().Count() > 1, "a diagram of one colour tests nothing");
            Assert.Equal(plane.X.Count, answer.GetProperty("x").GetArrayLength());
            Assert.Equal(plane.Y.Count, answer.GetProperty("y").GetArrayLength());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        static string NameOf(OrbitSummary cell) => cell.Regime != Regime.Periodic ? cell.Regime.ToString().ToLowerInvariant()
            : cell.Period is 2 or 4 ? $"period {cell.Period}" : "other period";
    }

    [Fact]
    public async Task Nothing_converges_beyond_the_critical_step_and_the_period_doubles_where_it_must()
    {
        // D = 2, y = 1: η_c = 1; the cycle of two becomes one of four at √5 − 1.
        JsonElement answer = await server.GetAsync("/api/theory/phase?model=scalar&x_low=0.7&x_high=1.3&x_count=61&y_low=1.05&y_high=1.5&y_count=10&steps=4000");
        double[] eta = answer.GetProperty("x").Numbers();
        string[] names = [.. answer.GetProperty("names").EnumerateArray().Select(name => name.GetString()!)];
        byte[] regimes = answer.GetProperty("regimes").GetBytesFromBase64();
        for (int cell = 0; cell < regimes.Length; cell++)
        {
            double here = eta[cell % eta.Length];
            string regime = names[regimes[cell]];
            string[] legal = here < 0.95 ? ["converged", "edge"]
                : here is > 1.02 and < 1.22 ? ["period 2"]
                : here > 1.25 ? ["period 4", "other period", "chaotic", "undecided", "diverged"]
                : names;
            Assert.Contains(regime, legal);
        }
    }

    [Fact]
    public async Task The_trajectory_of_a_cell_does_what_the_cell_says()
    {
        JsonElement answer = await server.GetAsync("/api/theory/phase?model=scalar&x_low=0.6&x_high=2&x_count=8&y_low=1&y_high=4&y_count=6&steps=3000");
        double[] eta = answer.GetProperty("x").Numbers();
        double[] ratio = answer.GetProperty("y").Numbers();
        string[] names = [.. answer.GetProperty("names").EnumerateArray().Select(name => name.GetString()!)];
        byte[] regimes = answer.GetProperty("regimes").GetBytesFromBase64();
        int told = 0;
        for (int cell = 0; cell < regimes.Length; cell += 3)
        {
            FormattableString query = $"/api/theory/trajectory?model=scalar&eta={eta[cell % eta.Length]:R}&ratio={ratio[cell / eta.Length]:R}&iterations=3000&points=4000";
            JsonElement trajectory = await server.GetAsync(FormattableString.Invariant(query));
            double[] w = trajectory.Values("trajectory", "w1");
            string regime = names[regimes[cell]];
            if (regime is "converged" or "period 2" or "period 4" or "diverged")
            {
                Assert.Equal(regime == "diverged", trajectory.GetProperty("diverged").GetBoolean());
                int period = regime switch { "converged" => 1, "period 2" => 2, "period 4" => 4, _ => 0 };
                Assert.True(period == 0 || Math.Abs(w[^1] - w[^(1 + period)]) < 1e-7, $"{regime} at η = {eta[cell % eta.Length]}");
                Assert.True(period < 2 || Math.Abs(w[^1] - w[^(1 + (period / 2))]) > 1e-4, $"{regime} at η = {eta[cell % eta.Length]}");
                told++;
            }
        }

        Assert.True(told > 8);
    }

    [Fact]
    public async Task A_request_whose_client_goes_makes_room_for_the_next()
    {
        using (var going = new CancellationTokenSource(TimeSpan.FromMilliseconds(300)))
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => server.Client.GetAsync(
                new Uri("/api/theory/phase?model=minimalist&x_count=480&y_count=400&steps=4500", UriKind.Relative), going.Token));
        }

        // The one before would take tens of seconds here, and there is room for one diagram only.
        var watch = System.Diagnostics.Stopwatch.StartNew();
        await server.GetAsync("/api/theory/phase?model=minimalist&x_count=4&y_count=4&steps=10");
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"{watch.Elapsed}");
    }

    [Fact]
    public async Task Work_that_waits_and_work_that_runs_end_with_their_clients()
    {
        using var work = new TheoryWork();
        using var running = new CancellationTokenSource();
        using var waiting = new CancellationTokenSource();
        var begun = new TaskCompletionSource();
        Task<int> first = work.DiagramAsync(
            () =>
            {
                begun.SetResult();
                running.Token.WaitHandle.WaitOne();
                running.Token.ThrowIfCancellationRequested();
                return 1;
            },
            running.Token);
        await begun.Task;
        Task<int> second = work.DiagramAsync(() => 2, waiting.Token);
        Task<int> third = work.DiagramAsync(() => 3, TestContext.Current.CancellationToken);
        await waiting.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        Assert.False(third.IsCompleted);
        await running.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.Equal(3, await third);
    }
}
