using System.Diagnostics;
using Brink.Objectives;
using Brink.Torch;

namespace Brink.Experiments;

/// <summary>
/// How a machine goes about a problem: workers, micro-batch, whether graphs are kept. What the specification leaves
/// open is measured once, kept for the machine, and written into the resolved specification, so that the same command
/// is the same run the next time.
/// </summary>
internal sealed record ExecutionPlan(Specification Resolved, ObjectivePlan Plan, int Workers, int ThreadsPerOperator)
{
    /// <summary>Share of the free memory that recorded graphs may take.</summary>
    private const double GraphShare = 0.35;

    /// <summary>Turns that each candidate gets.</summary>
    private const int Rounds = 3;

    /// <summary>Samples that a trial of a small micro-batch runs over, for each worker.</summary>
    private const int SamplesPerTrial = 128;

    /// <summary>Micro-batches of each worker after which kept activations have left the caches as surely as after all.</summary>
    private const int BatchesPerTrial = 16;

    /// <summary>A trial of this many seconds says enough, and is not repeated.</summary>
    private const double LongTrial = 2;

    /// <summary>A candidate that is this many times slower than the best gets no further turn; after two in a row larger ones get none.</summary>
    private const double Behind = 1.2;

    private static readonly int[] s_candidates = [16, 32, 64, 128, 256, 512, 1024, 2048, 4096];

    /// <summary>Makes the plan.</summary>
    /// <param name="problem">The problem, its objective not yet built.</param>
    /// <param name="note">Told what was measured.</param>
    internal static ExecutionPlan For(NetworkProblem problem, Action<string> note)
    {
        Specification s = problem.Specification;
        int samples = problem.SampleCount;
        bool wholeBatch = problem.Network.HasBatchStatistics && !s.GhostBatchNorm;
        if (wholeBatch && s.MicroBatch < samples)
        {
            throw new BrinkException(
                $"a network with batch normalisation is exact only in one batch: {samples} samples in micro-batches of {s.MicroBatch} would be another objective; leave out --micro-batch, or ask for --ghost-batch-norm");
        }

        // A central flow has no trials, but its third derivatives leave a linear first layer out of their graphs.
        bool lineProducts = s.Method == "central-flow" || (s.LineProducts != "no" && MethodFields.Searches.Contains(s.Method));
        long budget = GraphBudget(problem);
        var plan = new ObjectivePlan(
            Math.Min(s.MicroBatch ?? samples, samples), s.KeepGraph != "no", lineProducts, budget, GhostBatchNorm: s.GhostBatchNorm, SyncBatchNorm: s.SyncBatchNorm);

        // On batches the loss of all samples is recorded, not stepped on: no gradient follows.
        bool keep = s.KeepGraph == "yes" && !s.IsStochastic;
        bool record = problem.Device.IsCuda && s.CudaGraphs == "yes";
        if (s.MicroBatch is null || s.KeepGraph == "auto" || (problem.Device.IsCuda && s.CudaGraphs == "auto"))
        {
            string key = MachineMeasurements.Key(problem);
            MachineMeasurements.Choice choice = MachineMeasurements.SameOnAll(
                problem.Ranks,
                () => MachineMeasurements.Find(key) ?? MachineMeasurements.Keep(key, Measure(problem, plan, wholeBatch, note)));
            plan = plan with { MicroBatch = s.MicroBatch is null ? Math.Min(choice.MicroBatch, samples) : plan.MicroBatch };
            keep = s.KeepGraph == "auto" ? choice.KeepGraph && !s.IsStochastic : keep;
            record = s.CudaGraphs == "auto" ? choice.CudaGraphs : record;
        }

        plan = plan with { KeepGraph = keep };
        plan = record ? CudaPasses.Recorded(plan, problem) : plan;
        (int workers, int threads) = Share(s.Threads, samples, plan.MicroBatch, problem.Device);

        // All of a rank's samples at once, however many ranks there are the next time.
        long recorded = wholeBatch && problem.Ranks is not null ? problem.TotalSamples : plan.MicroBatch;
        Specification resolved = s with { MicroBatch = (int)recorded, KeepGraph = keep ? "yes" : "no" };
        resolved = problem.Device.IsCuda ? resolved with { CudaGraphs = record ? "yes" : "no" } : resolved;
        return new ExecutionPlan(resolved, plan, workers, threads);
    }

    private static (int Workers, int ThreadsPerOperator) Share(int threads, int samples, long microBatch, Device device)
    {
        long batches = (samples + microBatch - 1) / microBatch;
        int workers = device.IsCuda ? 1 : (int)Math.Min(threads, batches);
        return (workers, workers == 1 ? threads : 1);
    }

    private static long GraphBudget(NetworkProblem problem) =>
        (long)(GraphShare * (problem.Device.IsCuda ? Runtime.CudaMemory().Free : GC.GetGCMemoryInfo().TotalAvailableMemoryBytes));

    private static MachineMeasurements.Choice Measure(NetworkProblem problem, ObjectivePlan plan, bool wholeBatch, Action<string> note)
    {
        Specification s = problem.Specification;
        using Tensor point = Point(problem, plan);
        long microBatch = s.MicroBatch
            ?? (wholeBatch ? problem.SampleCount
                : problem.Device.IsCuda ? CudaMicroBatch.Largest(problem, plan, point) : FastestMicroBatch(problem, plan, point));
        plan = plan with { MicroBatch = microBatch };
        (int workers, int threads) = Share(s.Threads, problem.SampleCount, microBatch, problem.Device);
        using var shared = new Workers(workers, threads);

        // Methods without trials take value and gradient in one sweep: there is no graph to keep.
        bool searches = MethodFields.Searches.Contains(s.Method) && !s.IsStochastic;
        bool keep = searches && KeepingPays(problem, plan, shared, point);
        bool record = s.CudaGraphs == "auto" && CudaPasses.RecordingPays(problem, plan with { KeepGraph = keep }, shared, point);
        string graphs = record ? ", passes recorded as CUDA graphs"
            : searches ? $", accepted trial's graph {(keep ? "kept" : "computed again")}" : string.Empty;
        Runtime.ReleaseFreeMemory();
        note($"measured on this machine: micro-batches of {microBatch}{graphs}");
        return new MachineMeasurements.Choice((int)microBatch, keep, record);
    }

    /// <summary>
    /// The micro-batch with the least time a sample, for value and gradient. The candidates take turns, so that a
    /// moment's load on the machine meets all of them, and the least of each one's times counts; those that are clearly behind
    /// get no further turn. Of those that are equal but for noise the smallest is chosen, because it holds the least memory.
    /// </summary>
    private static int FastestMicroBatch(NetworkProblem problem, ObjectivePlan plan, Tensor point)
    {
        int threads = problem.Specification.Threads;
        int most = (problem.SampleCount + threads - 1) / threads;
        using var workers = new Workers(Math.Min(threads, problem.SampleCount), 1);
        List<(int Size, double Seconds)> candidates =
            [.. s_candidates.Where(size => size < most).Append(most).Select(size => (size, double.PositiveInfinity))];
        for (int round = 0; round < Rounds; round++)
        {
            double bestSoFar = candidates.Min(candidate => candidate.Seconds);
            int slower = 0;
            for (int k = 0; k < candidates.Count; k++)
            {
                (int size, double before) = candidates[k];
                int samples = Math.Min(size * workers.Count * Math.Max(1, SamplesPerTrial / size), problem.SampleCount);
                if (round > 0 && before * samples > LongTrial)
                {
                    continue;
                }

                using NetworkObjective trial = problem.Trial(plan with { MicroBatch = size }, workers, samples);
                double seconds = Seconds(trial, point, Wanted.ValueAndGradient, repetitions: 2) / samples;
                candidates[k] = (size, Math.Min(before, seconds));
                bestSoFar = Math.Min(bestSoFar, seconds);
                slower = seconds > Behind * bestSoFar ? slower + 1 : 0;
                if (round == 0 && (slower == 2 || seconds > 1.5 * bestSoFar))
                {
                    // Past the caches it only gets worse, and larger ones would take long to show it.
                    candidates.RemoveRange(k, candidates.Count - k);
                }
            }

            double best = candidates.Min(candidate => candidate.Seconds);
            candidates.RemoveAll(candidate => candidate.Seconds > Behind * best);
            if (candidates.Count == 1)
            {
                break;
            }
        }

        double least = candidates.Min(candidate => candidate.Seconds);
        return candidates.First(candidate => candidate.Seconds <= 1.05 * least).Size;
    }

    /// <summary>
    /// Whether a forward pass that is kept and differentiated later beats one that is not recorded and done again. Two
    /// graphs exist at a time, the accepted trial's and the next trial's.
    /// </summary>
    private static bool KeepingPays(NetworkProblem problem, ObjectivePlan plan, Workers workers, Tensor point)
    {
        int probe = (int)Math.Min(problem.SampleCount, plan.MicroBatch * workers.Count);
        long bytes;
        using (NetworkObjective small = problem.Trial(plan with { KeepGraph = true }, workers, probe))
        {
            long before = Runtime.TensorBytes(problem.Device);
            using Evaluation held = small.Evaluate(point.Clone(), Wanted.Value);
            bytes = Runtime.TensorBytes(problem.Device) - before;
        }

        if (2.0 * bytes * problem.SampleCount / probe > plan.GraphBudget)
        {
            return false;
        }

        int samples = (int)Math.Min(problem.SampleCount, plan.MicroBatch * workers.Count * BatchesPerTrial);
        using NetworkObjective keeping = problem.Trial(plan with { KeepGraph = true }, workers, samples);
        using NetworkObjective again = problem.Trial(plan with { KeepGraph = false }, workers, samples);
        (double kept, double repeated) = (double.PositiveInfinity, double.PositiveInfinity);
        for (int round = 0; round < 2; round++)
        {
            kept = Math.Min(kept, Seconds(keeping, point, Wanted.Value, repetitions: 1));
            repeated = Math.Min(repeated, Seconds(again, point, Wanted.Value, repetitions: 1));
            if (kept > LongTrial)
            {
                break;
            }
        }

        // Keeping does less work: it is given up only where it is clearly slower, its activations having left the caches.
        return kept < 1.1 * repeated;
    }

    /// <summary>
    /// Least time of an evaluation with the gradient that follows it, the first repetition apart; a long one is not repeated.
    /// On the CPU it is the time that the process's threads computed, shared out among the workers: unlike the wall clock's it
    /// is hardly moved by what else the machine is doing.
    /// </summary>
    internal static double Seconds(NetworkObjective objective, Tensor point, Wanted wanted, int repetitions)
    {
        double least = double.PositiveInfinity;
        for (int k = 0; k <= repetitions; k++)
        {
            Tensor weights = point.Clone();
            var watch = Stopwatch.StartNew();
            TimeSpan before = Environment.CpuUsage.TotalTime;
            using Evaluation evaluation = objective.Evaluate(weights, wanted);
            evaluation.Gradient();
            Runtime.Synchronize(objective.Device);
            TimeSpan spent = objective.Device.IsCuda ? watch.Elapsed : (Environment.CpuUsage.TotalTime - before) / objective.Workers.Count;
            if (k > 0)
            {
                least = Math.Min(least, spent.TotalSeconds);
                if (spent.TotalSeconds > LongTrial)
                {
                    break;
                }
            }
        }

        return least;
    }

    /// <summary>
    /// Weights to measure at, small and the same every time. Drawing those of a large network takes longer than a pass on a GPU:
    /// it is done once.
    /// </summary>
    private static Tensor Point(NetworkProblem problem, ObjectivePlan plan)
    {
        using var scope = new TensorScope();
        using var worker = new Workers(1, problem.Specification.Threads);
        using NetworkObjective one = problem.Trial(plan with { MicroBatch = 1 }, worker, samples: 1);
        Tensor weights = Tensor.Empty([one.Dimension], one.Type);
        using var generator = new Generator(0);
        weights.FillNormal(0, 0.05, generator);
        return scope.Keep(weights.To(one.Device));
    }
}
