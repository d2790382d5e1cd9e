using System.Collections.Concurrent;
using System.Diagnostics;
using Brink.Flows;
using Brink.Objectives;
using Brink.Torch;

namespace Brink.Experiments;

/// <summary>What <c>brink gfs</c> found.</summary>
/// <param name="Run">The run folder.</param>
/// <param name="Settings">How the flows were followed.</param>
/// <param name="Lines">φ for each iterate, in order.</param>
/// <param name="Verdict">Whether it ever rose.</param>
/// <param name="Departure">Where the replay is not the recorded run, in words; null where it is, bit for bit.</param>
/// <param name="Interrupted">Whether iterates are missing because the call was interrupted.</param>
public sealed record FlowSolutionReport(
    string Run, FlowSolutionOptions Settings, IReadOnlyList<FlowSolutionLine> Lines, FlowSolutionVerdict Verdict, string? Departure, bool Interrupted);

/// <summary>
/// φ at every so many iterates of a run: the run is replayed, and the flows, which are independent, are shared among threads with
/// a network of their own each. What is found is appended to <c>gfs.jsonl</c> in the run folder at once, and kept for the next call.
/// </summary>
public static class FlowSolutions
{
    /// <summary>Iterates replayed ahead of their flows hold at most so many bytes.</summary>
    private const long HeldBytes = 1L << 30;

    /// <summary>Computes what is missing, and reports all.</summary>
    /// <param name="folder">The run folder.</param>
    /// <param name="every">Every so many iterates, at least 1.</param>
    /// <param name="from">The first iteration that counts.</param>
    /// <param name="to">The last; null for the run's last.</param>
    /// <param name="settings">How the flows are followed.</param>
    /// <param name="threads">Flows at a time, at least 1.</param>
    /// <param name="note">Told what a reader should know, in one line each.</param>
    /// <param name="found">Told of each φ as it is found, with how many are done and how many there are; from one thread at a time.</param>
    /// <param name="cancellation">Gives up the flows under way; those done are stored.</param>
    /// <exception cref="BrinkException">There is no such run, or nothing of it to replay.</exception>
    public static FlowSolutionReport Compute(
        string folder,
        int every,
        long from,
        long? to,
        FlowSolutionOptions settings,
        int threads,
        Action<string> note,
        Action<FlowSolutionLine, int, int> found,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(note);
        ArgumentNullException.ThrowIfNull(found);
        IReadOnlyList<MetricsLine> recorded = RunRecord.ReadMetrics(folder);
        Specification specification = RunRecord.ReadSpecification(folder);
        MetricsLine[] finite = [.. recorded.Where(line => line.Status is null)];
        if (finite.Length == 0)
        {
            throw new BrinkException($"{folder} has no iterates yet; train it first");
        }

        long last = Math.Min(to ?? long.MaxValue, finite[^1].Iteration);
        long[] wanted = [.. Range(every, from, last)];
        if (wanted.Length == 0)
        {
            throw new BrinkException($"no iterate from {from} to {last} is a multiple of {every}; {folder} has those from 0 to {finite[^1].Iteration}");
        }

        string path = RunFiles.FlowSolutions(folder);
        using RunLock held = RunLock.Acquire(folder);
        using var file = new LinesFile<FlowSolutionLine>(path);
        Dictionary<long, FlowSolutionLine> known = [];
        foreach (FlowSolutionLine line in LinesFile<FlowSolutionLine>.Read(path).Where(line => line.Settings == settings))
        {
            known[line.Iteration] = line;
        }

        int done = wanted.Count(known.ContainsKey);
        if (done > 0)
        {
            note($"{done} of {wanted.Length} are known from {path}");
        }

        string? departure = null;
        if (done < wanted.Length)
        {
            using Problem problem = Problem.Create(specification, note);
            var replay = new Replay(problem, recorded);
            using var pool = new FlowPool(problem, settings, Math.Min(threads, wanted.Length - done), cancellation);
            void Keep(FlowSolutionLine line)
            {
                file.Append(line);
                known[line.Iteration] = line;
                found(line, ++done, wanted.Length);
            }

            int batch = (int)Math.Clamp(HeldBytes / (problem.Objective.Dimension * 8 * 6), threads, 100_000);
            var waiting = new List<ReplayedIterate>();
            foreach (ReplayedIterate iterate in replay.Iterates(every, from, last, cancellation))
            {
                if (known.ContainsKey(iterate.Iteration))
                {
                    iterate.Dispose();
                    continue;
                }

                waiting.Add(iterate);
                if (waiting.Count == batch)
                {
                    pool.Run(waiting, Keep);
                    waiting.Clear();

                    // The pool's operators use one thread each; the replay goes on with its own number, on which bits depend.
                    Runtime.Threads = problem.ThreadsPerOperator;
                }
            }

            departure = replay.Departure is { } at
                ? $"the replay is not the recorded run: at iteration {at.Iteration} the loss is {at.Replayed:R}, recorded is {at.Recorded:R}; another machine, library or thread count gives other bits"
                : null;
            pool.Run(waiting, Keep);
        }

        FlowSolutionLine[] lines = [.. wanted.Where(known.ContainsKey).Select(k => known[k])];
        return new FlowSolutionReport(
            folder, settings, lines, FlowSolutionVerdict.Of(lines, settings.Accuracy), departure, lines.Length < wanted.Length);
    }

    private static IEnumerable<long> Range(int every, long from, long to)
    {
        for (long k = (from + every - 1) / every * every; k <= to; k += every)
        {
            yield return k;
        }
    }

    /// <summary>Threads that each follow one flow at a time.</summary>
    private sealed class FlowPool(Problem problem, FlowSolutionOptions settings, int threads, CancellationToken cancellation) : IDisposable
    {
        private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);

        public void Dispose() => _stop.Dispose();

        /// <summary>Follows the flows from some iterates, which it disposes.</summary>
        /// <param name="iterates">From where.</param>
        /// <param name="keep">Given each solution, on this thread.</param>
        internal void Run(IReadOnlyList<ReplayedIterate> iterates, Action<FlowSolutionLine> keep)
        {
            var todo = new ConcurrentQueue<ReplayedIterate>(iterates);
            using var results = new BlockingCollection<FlowSolutionLine>();
            var failures = new ConcurrentQueue<Exception>();
            int running = threads;
            Thread[] all = [.. Enumerable.Range(0, threads).Select(number => new Thread(Work, 16 << 20) { IsBackground = true, Name = $"brink flow {number}" })];
            Array.ForEach(all, thread => thread.Start());
            try
            {
                foreach (FlowSolutionLine line in results.GetConsumingEnumerable(CancellationToken.None))
                {
                    keep(line);
                }
            }
            catch
            {
                _stop.Cancel();
                throw;
            }
            finally
            {
                Array.ForEach(all, thread => thread.Join());
                foreach (ReplayedIterate iterate in iterates)
                {
                    iterate.Dispose();
                }
            }

            if (failures.TryDequeue(out Exception? failure))
            {
                throw new BrinkException(failure.Message, failure);
            }

            void Work()
            {
                try
                {
                    using var workers = new Workers(1);
                    using Objective objective = problem.Sibling(workers);
                    while (!_stop.IsCancellationRequested && todo.TryDequeue(out ReplayedIterate? iterate))
                    {
                        using var scope = new TensorScope();
                        var watch = Stopwatch.StartNew();
                        GradientFlowSolution solution = GradientFlowSolution.Find(objective, iterate.Weights, settings, iterate.Nearby, _stop.Token);
                        results.Add(FlowSolutionLine.Of(iterate.Iteration, iterate.Loss, solution, settings, watch.Elapsed.TotalSeconds), CancellationToken.None);
                    }
                }
                catch (OperationCanceledException)
                {
                    // The flow under way is given up; what was found is kept.
                }
                catch (Exception thrown)
                {
                    failures.Enqueue(thrown);
                    _stop.Cancel();
                }
                finally
                {
                    if (Interlocked.Decrement(ref running) == 0)
                    {
                        results.CompleteAdding();
                    }
                }
            }
        }
    }
}
