using Brink.Experiments.Planning;
using Brink.Experiments.Sweeps;
using Brink.Experiments.Tests.Runs;
using Brink.Torch.Tests;

namespace Brink.Experiments.Tests.Planning;

/// <summary>What is measured for a plan is what runs do.</summary>
[Collection(RunCollection.Name)]
public sealed class PlanTests : IDisposable
{
    private readonly SmallProblem _problem = new();

    public void Dispose() => _problem.Dispose();

    [Theory]
    [InlineData("nls")]
    [InlineData("gd")]
    [InlineData("cdat")]
    [InlineData("sam")]
    public void The_sums_that_are_planned_are_those_that_ranks_take(string method)
    {
        Specification specification = Given(method) with { Threads = 1, Eigenvalues = 3, EigenvaluesEvery = 5 };
        OnTwoRanks(ranks =>
        {
            using var session = new ProbeSession(specification, _ => { }, ranks);
            for (int k = 0; k < 3; k++)
            {
                Same(ranks, () => session.WriteLine().Record);
                Same(ranks, session.Step);
            }

            // A measurement finds the step's gradient at hand.
            session.WriteLine();
            long sums = ranks.Group.Sums;
            long bytes = ranks.Group.SummedBytes;
            var planned = session.Measure().SelectMany(one => one.Record.Messages).ToList();
            Assert.Equal(ranks.Group.Sums - sums, planned.Sum(message => message.Value));
            Assert.Equal(ranks.Group.SummedBytes - bytes, planned.Sum(message => message.Key * message.Value));
            Assert.True(planned.Count > 0);
        });
    }

    [Fact]
    public void Trials_products_and_the_folder_are_those_of_the_run()
    {
        Specification specification = Given("nls") with { Iterations = 12, SharpnessEvery = 4, TestEvery = 4 };
        RunPlan plan = RunPlan.Make(specification, new PlanRequest { Ranks = [1, 4, 96], Latency = 1e-5, Bandwidth = 1e9 }, _ => { });
        string run = _problem["run"];
        Trainer.Train(specification with { Out = run }, new RecordingObserver(), cancellation: TestContext.Current.CancellationToken);
        IReadOnlyList<MetricsLine> lines = RunRecord.ReadMetrics(run);

        // The first two iterations warm the measurement.
        double trials = lines.Where(line => line.Iteration is >= 2 and < 12).Average(line => (double)line.FunctionEvaluations!.Value);
        Assert.Equal(trials, plan.Costs.Trials, 1e-12);
        Assert.Equal([96, 24, 1], plan.Forecasts.Select(forecast => forecast.SamplesPerRank));
        Assert.Equal(RunRecord.ReadSummary(run)!.Parameters, plan.Costs.Parameters);
        double folder = Directory.GetFiles(run, "*", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length);
        Assert.InRange(plan.Costs.DiskBytes / folder, 0.75, 1.25);
        Assert.Equal(RunCosts.FilesPerRun, Directory.GetFiles(run, "*", SearchOption.AllDirectories).Length);
        Assert.InRange(plan.Forecasts[0].PeakBytes, 50e6, 4e9);
        Assert.All(plan.Forecasts, forecast => Assert.True(forecast.SecondsPerIteration > 0));
    }

    [Fact]
    public void Sums_of_batch_statistics_are_planned_in_one_process_as_ranks_take_them()
    {
        Specification specification = Given("nls").Without("micro-batch") with { Threads = 1, BatchNorm = true, SyncBatchNorm = true, SharpnessEvery = 2 };
        (long Sums, long Bytes) taken = default;
        OnTwoRanks(ranks =>
        {
            using var session = new ProbeSession(specification, _ => { }, ranks);
            (long sums, long bytes) = (ranks.Group.Sums, ranks.Group.SummedBytes);
            session.WriteLine();
            session.Step();
            session.WriteLine();
            session.Measure();
            taken = (ranks.Group.Sums - sums, ranks.Group.SummedBytes - bytes);
        });
        using RunRanks alone = WireProbe.Alone();
        using var probe = new ProbeSession(specification, _ => { }, alone);
        OperationRecord[] planned = [probe.WriteLine().Record, probe.Step(), probe.WriteLine().Record, .. probe.Measure().Select(one => one.Record)];
        Assert.Equal(taken.Sums, planned.Sum(one => one.Messages.Values.Sum()));

        // The bytes of those within the network are their mean, rounded down.
        double bytes = planned.Sum(one => one.Messages.Sum(message => (double)message.Key * message.Value));
        Assert.InRange(bytes / taken.Bytes, 0.99, 1);

        // One rank takes none of them.
        RunPlan plan = RunPlan.Make(specification, new PlanRequest { Ranks = [1, 3], Latency = 1e-5, Bandwidth = 1e9, Iterations = 2 }, _ => { });
        Assert.Equal(0, plan.Forecasts[0].Sums);
        Assert.True(plan.Forecasts[1].Sums > planned[1].Messages.Values.Sum(), $"{plan.Forecasts[1].Sums} sums");
        Assert.All(plan.Costs.Parts[0].Messages, message => Assert.True(message.Count < 10));
    }

    [Fact]
    public void A_sum_between_two_ranks_of_this_machine_is_measured()
    {
        WireSpeed wire = WireProbe.BetweenTwo(100_000);
        Assert.InRange(wire.Latency, 1e-7, 1);
        Assert.InRange(wire.Bandwidth, 1e5, 1e12);
        Assert.InRange(wire.Wait, 0, 1);
    }

    [Fact]
    public void A_sweep_measures_one_run_of_each_kind_and_counts_all()
    {
        SweepPlan sweep = SweepPlan.Of(SweepFile.Parse("model: scalar\nstart: [1.4, 0.9]\ndepth: 2\nmethod: [gd, nls]\neta: [0.1, 0.2, 0.3]\niterations: [10, 20]\nthreads: 2\n", "s.yaml"));
        var asked = new List<string>();
        RunCosts costs = RunPlan.Make(sweep.Points[0].Specification, new PlanRequest { Ranks = [1] }, _ => { }).Costs with { Threads = 2 };
        SweepForecast forecast = SweepForecast.Of(sweep.Points, 5, (point, _, kinds) =>
        {
            asked.Add(point.Specification.Method);
            Assert.Equal(2, kinds);
            return costs;
        });
        Assert.Equal(["gd", "nls"], asked);
        Assert.Equal((8, 2, 8 * RunCosts.FilesPerRun), (forecast.Runs, forecast.Kinds, forecast.Files));
        double iterations = sweep.Points.Sum(point => point.Specification.Iterations);
        double seconds = iterations * RunForecast.Of(costs, 1, new WireSpeed(0, 1)).SecondsPerIteration;
        Assert.Equal(2 * seconds, forecast.CoreSeconds, 1e-9 * seconds);
        Assert.Equal(seconds / 2, forecast.Seconds, 1e-9 * seconds);
    }

    [Fact]
    public void What_ranks_cannot_share_is_refused_as_in_training()
    {
        Refused(Given("sgd") with { Eta = 0.1, BatchSize = 32 }, 2, "ranks share the full batch; sgd takes batches of 32: leave out --batch-size, or plan it with --ranks 1");
        Refused(Given("nls"), 97, "97 ranks cannot share 96 samples: start at most 96 ranks");
        Refused(new Specification { Model = "scalar", Depth = 2, Start = [1.4, 0.9], Method = "nls" }, 2, "ranks share a network's samples; the model scalar has too few to share: plan it with --ranks 1");
        Specification normalised = Given("nls").Without("micro-batch").Without("widths") with { Network = "densenet121" };
        Refused(normalised, 2, "a network with batch normalisation is exact only in one batch: each of 2 ranks would normalise by the statistics of its own samples; ask for --sync-batch-norm or --ghost-batch-norm, or plan it with --ranks 1");
    }

    private Specification Given(string method) => method is "gd" or "sam" or "sgd"
        ? _problem.Specification(method, "unused") with { Eta = 0.1 } : _problem.Specification(method, "unused");

    private static void Refused(Specification specification, int ranks, string message) => Assert.Equal(
        message, Assert.Throws<BrinkException>(() => RunPlan.Make(specification, new PlanRequest { Ranks = [ranks] }, _ => { })).Message);

    private static void Same(RunRanks ranks, Func<OperationRecord> work)
    {
        long sums = ranks.Group.Sums;
        long bytes = ranks.Group.SummedBytes;
        OperationRecord planned = work();
        Assert.Equal(ranks.Group.Sums - sums, planned.Messages.Values.Sum());
        Assert.Equal(ranks.Group.SummedBytes - bytes, planned.Messages.Sum(message => message.Key * message.Value));
    }

    private static void OnTwoRanks(Action<RunRanks> work) => RankThreads.Run(
        2,
        (rank, port) =>
        {
            using RunRanks ranks = RunRanks.Join(new RankPlace(rank, 2, rank, 2, "127.0.0.1", port, "test"), TestContext.Current.CancellationToken);
            work(ranks);
            return true;
        },
        failure => failure is BrinkException { IsToldElsewhere: true });
}
