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
    /// <param name="ranks">
    /// The processes that share the samples, all of which call this; rank 0 owns the folder. They follow one flow at a time
    /// together. Null for this process alone.
    /// </param>
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
        CancellationToken cancellation,
        RunRanks? ranks = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(note);
        ArgumentNullException.ThrowIfNull(found);
        ranks?.RequireSame($"{folder}, every {every} from {from} to {to}, {settings}");
        cancellation = ranks?.Stop.Watch(cancellation) ?? cancellation;
        using var work = FlowSolutionWork.Open(folder, every, from, to, settings, ranks);
        int all = work.Wanted.Count;
        int done = work.Lines.Length;
        if (done > 0)
        {
            note($"{done} of {all} are known from {RunFiles.FlowSolutions(folder)}");
        }

        string? departure = null;
        if (done < all)
        {
            using Problem problem = Problem.Create(ranks?.Fit(work.Specification) ?? work.Specification, note, ranks);
            var replay = new Replay(problem, work.Recorded, ranks);

            // Ranks evaluate one thing at a time together: their sums have one order.
            threads = ranks is null ? Math.Min(threads, all - done) : 1;
            using var pool = new FlowPool(problem, settings, threads, shared: ranks is not null, cancellation);
            void Keep(FlowSolutionLine line)
            {
                work.Keep(line);
                found(line, ++done, all);
            }

            int batch = (int)Math.Clamp(HeldBytes / (problem.Objective.Dimension * 8 * 6), threads, 100_000);
            var waiting = new List<ReplayedIterate>();
            foreach (ReplayedIterate iterate in replay.Iterates(every, from, work.Wanted[^1], cancellation))
            {
                if (work.Knows(iterate.Iteration))
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
                ? $"the replay is not the recorded run: at iteration {at.Iteration} the loss is {at.Replayed:R}, recorded is {at.Recorded:R}; another machine, library, or number of threads or ranks gives other bits"
                : null;
            pool.Run(waiting, Keep);
        }

        FlowSolutionLine[] lines = work.Lines;
        return new FlowSolutionReport(
            folder, settings, lines, FlowSolutionVerdict.Of(lines, settings.Accuracy), departure, lines.Length < all);
    }

    /// <summary>Threads that each follow one flow at a time.</summary>
    private sealed class FlowPool(Problem problem, FlowSolutionOptions settings, int threads, bool shared, CancellationToken cancellation) : IDisposable
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
                    // One flow at a time is given all of the process's threads.
                    using Workers workers = shared ? new Workers(problem.WorkerCount, problem.ThreadsPerOperator) : new Workers(1);
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
