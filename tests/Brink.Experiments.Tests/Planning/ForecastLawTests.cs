using Brink.Experiments.Planning;
using FsCheck;
using FsCheck.Fluent;

namespace Brink.Experiments.Tests.Planning;

/// <summary>Laws of the cost model, whatever was measured.</summary>
public sealed class ForecastLawTests
{
    private static readonly WireSpeed s_wire = new(20e-6, 1e9);

    private static readonly Arbitrary<(RunCosts Costs, int Ranks)> s_runs = Arb.From(
        from samples in Gen.Choose(1, 20_000)
        from ranks in Gen.Choose(1, Math.Min(samples, 96))
        from parameters in Gen.Choose(1, 1 << 22)
        from trials in Gen.Choose(1, 9)
        from every in Gen.Choose(1, 100)
        from products in Gen.Choose(0, 40)
        from times in Gen.Choose(0, 1000).ArrayOf(8)
        from memory in Gen.Choose(0, 1 << 20).ArrayOf(2)
        select (Costs(samples, parameters, trials / 2.0, every, products, times, memory), ranks));

    [Fact]
    public void More_ranks_never_compute_more_and_a_longer_data_set_never_takes_less() => Check(s_runs, run =>
    {
        RunForecast forecast = RunForecast.Of(run.Costs, run.Ranks, s_wire);
        if (run.Ranks < run.Costs.Samples)
        {
            RunForecast more = RunForecast.Of(run.Costs, run.Ranks + 1, s_wire);
            Assert.True(more.ComputeSeconds <= forecast.ComputeSeconds);
            Assert.True(more.SamplesPerRank <= forecast.SamplesPerRank);
            Assert.True(more.SentBytes > forecast.SentBytes);
        }

        RunCosts longer = run.Costs with { Samples = run.Costs.Samples + 7, Parts = [.. run.Costs.Parts.Select(part => part with { Operations = [.. part.Operations.Select(one => one with { Samples = one.Samples + 7 })] })] };
        Assert.True(RunForecast.Of(longer, run.Ranks, s_wire).SecondsPerIteration >= forecast.SecondsPerIteration);
    });

    [Fact]
    public void One_rank_sends_nothing_and_takes_the_sum_of_its_parts() => Check(s_runs, run =>
    {
        RunForecast one = RunForecast.Of(run.Costs, 1, s_wire);
        Assert.Equal((0.0, 0.0, 0.0, 1.0), (one.SentBytes, one.SumSeconds, one.Sums, one.SpeedUp));
        double expected = run.Costs.Parts.Sum(part => (part.Rest + part.Operations.Sum(operation => operation.Count * (operation.Seconds.Fixed + (operation.Seconds.PerSample * operation.Samples)))) / part.Every);
        Assert.Equal(expected, one.SecondsPerIteration, 1e-12 * (1 + expected));
    });

    [Fact]
    public void What_a_rank_sends_is_what_docs_ranks_says_of_each_sum() => Check(s_runs, run =>
    {
        int ranks = run.Ranks;
        double summed = ranks == 1 ? 0 : run.Costs.Parts.Sum(part => part.Messages.Sum(message => message.Count * message.Bytes) / part.Every) + (8.0 * ranks);
        double sent = RunForecast.Of(run.Costs, ranks, s_wire).SentBytes;
        Assert.Equal(2.0 * (ranks - 1) / ranks * summed, sent, 1e-9 * (1 + sent));
    });

    [Fact]
    public void Memory_of_parameters_does_not_shrink_and_that_of_samples_does() => Check(s_runs, run =>
    {
        RunCosts bare = run.Costs with { Memory = run.Costs.Memory with { PerSample = 0 }, RawSampleBytes = 0, TestBytes = 0 };
        Assert.Equal(run.Costs.Memory.Fixed, RunForecast.Of(bare, run.Ranks, s_wire).PeakBytes);
        RunCosts samplesOnly = bare with { Memory = new SampleCost(0, 100) };
        Assert.Equal(100.0 * ((run.Costs.Samples + run.Ranks - 1) / run.Ranks), RunForecast.Of(samplesOnly, run.Ranks, s_wire).PeakBytes);
    });

    [Fact]
    public void Ranks_on_the_same_cores_cost_their_sums_and_nothing_else() => Check(s_runs, run =>
    {
        // As many ranks as divide the samples, measured with the threads of all of them.
        int ranks = Enumerable.Range(1, run.Ranks).Last(count => run.Costs.Samples % count == 0);
        RunForecast one = RunForecast.Of(run.Costs, 1, s_wire);
        RunForecast several = RunForecast.Of(run.Costs, ranks, s_wire, perMachine: ranks);
        Assert.Equal(one.ComputeSeconds, several.ComputeSeconds, 1e-12 * (1 + one.ComputeSeconds));
    });

    [Fact]
    public void A_ring_sends_what_the_formula_says()
    {
        // The ring itself, in arrays: scatter with sums, then gather, counting what each rank sends.
        foreach (int ranks in new[] { 2, 3, 4, 7 })
        {
            int chunk = 5;
            double[][] held = [.. Enumerable.Range(0, ranks).Select(rank => Enumerable.Range(0, ranks * chunk).Select(k => (rank + 1.0) * k).ToArray())];
            double[] expected = [.. Enumerable.Range(0, ranks * chunk).Select(k => held.Sum(vector => vector[k]))];
            long[] sent = new long[ranks];
            for (int step = 0; step < 2 * (ranks - 1); step++)
            {
                double[][] before = [.. held.Select(vector => vector.ToArray())];
                for (int rank = 0; rank < ranks; rank++)
                {
                    int part = ((rank - step + (step >= ranks - 1 ? ranks : 0)) % ranks + ranks) % ranks;
                    int to = (rank + 1) % ranks;
                    for (int k = part * chunk; k < (part + 1) * chunk; k++)
                    {
                        held[to][k] = step < ranks - 1 ? held[to][k] + before[rank][k] : before[rank][k];
                        sent[rank] += sizeof(double);
                    }
                }
            }

            Assert.All(held, vector => Assert.Equal(expected, vector));
            Assert.All(sent, bytes => Assert.Equal(WireSpeed.SentBytes(ranks, ranks * chunk * sizeof(double)), bytes, 1e-9));
        }
    }

    [Fact]
    public void Lines_go_through_what_was_measured_and_are_never_negative() => Check(
        Arb.From(from fewer in Gen.Choose(1, 1000) from more in Gen.Choose(1, 1000) from costs in Gen.Choose(0, 1000).ArrayOf(2) select (fewer, more, costs)),
        one =>
        {
            SampleCost cost = SampleCost.Through((one.fewer, one.costs[0]), (one.more, one.costs[1]));
            Assert.Equal(one.costs[1], cost.For(one.more), 1e-9);
            Assert.True(cost.Fixed >= -1e-9 && cost.PerSample >= 0);
            bool proper = one.more > one.fewer && one.costs[1] >= one.costs[0] && one.costs[1] * one.fewer <= one.costs[0] * one.more;
            Assert.True(!proper || Math.Abs(cost.For(one.fewer) - one.costs[0]) < 1e-9);
        });

    [Fact]
    public void A_wire_is_found_from_two_of_its_sums()
    {
        WireSpeed found = WireSpeed.Through(5, (8, s_wire.Seconds(5, 8)), (4e6, s_wire.Seconds(5, 4e6)));
        Assert.Equal(s_wire.Latency, found.Latency, 1e-9);
        Assert.Equal(s_wire.Bandwidth, found.Bandwidth, 1.0);
        Assert.Equal(s_wire.Seconds(5, 1e5) + 1e-3, (s_wire with { Wait = 1e-3 }).Seconds(5, 1e5), 1e-12);
    }

    [Fact]
    public void Another_number_of_trials_costs_its_trials_and_their_sums()
    {
        RunCosts costs = Costs(100, 10, 2.5, 10, 3, [1, 2, 3, 4, 5, 6, 7, 8], [0, 0]);
        RunCosts more = costs.WithTrials(4.5);
        Assert.Equal(4.5, more.Trials, 1e-12);
        OperationCost trial = costs.Parts[0].Operations.Single(one => one.Operation == Operation.Trial);
        double difference = RunForecast.Of(more, 4, s_wire).SecondsPerIteration - RunForecast.Of(costs, 4, s_wire).SecondsPerIteration;
        Assert.Equal(2 * (trial.Seconds.For(25) + s_wire.Seconds(4, 8)), difference, 1e-12);
    }

    [Fact]
    public void More_ranks_than_samples_are_refused_in_one_line() => Assert.Equal(
        "9 ranks cannot share 8 samples: start at most 8 ranks",
        Assert.Throws<BrinkException>(() => RunForecast.Of(Costs(8, 10, 1, 1, 1, [1, 1, 1, 1, 1, 1, 1, 1], [1, 1]), 9, s_wire)).Message);

    private static RunCosts Costs(int samples, int parameters, double trials, int every, int products, int[] times, int[] memory)
    {
        SampleCost Seconds(int k) => new(1e-6 * times[k], 1e-8 * times[k + 4]);
        long vector = 4L * parameters;
        OperationCost first = new(Operation.FirstTrial, 1, samples, Seconds(0));
        OperationCost further = new(Operation.Trial, Math.Max(0, trials - 1), samples, Seconds(1));
        OperationCost gradient = new(Operation.Gradient, 1, samples, Seconds(2));
        OperationCost product = new(Operation.Product, products, samples, Seconds(3));
        return new RunCosts
        {
            Samples = samples,
            Parameters = parameters,
            ElementBytes = 4,
            Iterations = 100,
            Threads = 1,
            MeasuredSamples = samples,
            Parts =
            [
                new IterationPart("step", 1, [first, further, gradient], 1e-4, [new Message(8, Math.Max(1, trials)), new Message(vector + 8, 1)]),
                new IterationPart("sharpness", every, [product], 2e-4, [new Message(vector + 16, products)]),
            ],
            Basics = [],
            DigestSeconds = 1e-5,
            Memory = new SampleCost(memory[0], memory[1]),
            RawSampleBytes = 784,
            TestBytes = 0,
            CheckpointBytes = 0,
            Lines = new SampleCost(0, 0),
        };
    }

    private static void Check<T>(Arbitrary<T> values, Action<T> law) => Prop.ForAll(values, law).Check(Config.QuickThrowOnFailure.WithMaxTest(200));
}
