using System.Text.Json.Nodes;

namespace Brink.Experiments;

/// <summary>Starts runs and continues them: what <c>brink train</c> and <c>brink resume</c> call.</summary>
public static class Trainer
{
    /// <summary>Trains from the start, in a run folder of its own.</summary>
    /// <param name="specification">What to do.</param>
    /// <param name="observer">Told what happens.</param>
    /// <param name="force">Replace a run that is in the folder already.</param>
    /// <param name="ranks">The processes that share the samples, all of which call this; rank 0 owns the folder. Null for this one alone.</param>
    /// <param name="cancellation">Ends the run after a checkpoint.</param>
    /// <returns>How the run ended.</returns>
    /// <exception cref="BrinkException">The specification asks for what is not to be had.</exception>
    public static RunOutcome Train(
        Specification specification,
        IRunObserver observer,
        bool force = false,
        RunRanks? ranks = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(specification);
        ArgumentNullException.ThrowIfNull(observer);
        var notes = new List<string>();

        // Everything that can be refused is refused before a folder is made.
        using Problem problem = Problem.Create(ranks?.Agree(specification) ?? specification, notes.Add, ranks);
        using Torch.Tensor start = RunRanks.Together(ranks, problem.StartWeights);
        using IRunStore folder = Owned(ranks, [], () => NewFolder(problem.Specification, force, ranks));
        using var loop = new TrainingLoop(problem, folder, observer, ranks);
        foreach (string note in notes)
        {
            loop.Note(note);
        }

        return loop.Start(start.Clone(), cancellation);
    }

    /// <summary>Continues a run from its newest whole checkpoint, to the same bits as if it had never stopped.</summary>
    /// <param name="path">The run folder.</param>
    /// <param name="observer">Told what happens.</param>
    /// <param name="iterations">Iterations to take in all, where the run is to go on beyond what it was asked for.</param>
    /// <param name="ranks">
    /// The processes that share the samples, all of which call this and see the folder; null for this one alone. With
    /// another number than before the sums round differently: the run goes on, but not to the same bits.
    /// </param>
    /// <param name="cancellation">Ends the run after a checkpoint.</param>
    /// <returns>How the run ended.</returns>
    /// <exception cref="BrinkException">The folder holds no run, is in use, or there is nothing left to do.</exception>
    public static RunOutcome Resume(
        string path, IRunObserver observer, long? iterations = null, RunRanks? ranks = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(observer);
        if (ranks is not null)
        {
            return ResumeTogether(path, observer, iterations, ranks, cancellation);
        }

        using RunFolder folder = OpenToContinue(path, iterations);
        var notes = new List<string>();
        using Problem problem = Problem.Create(folder.Specification, notes.Add);
        using var loop = new TrainingLoop(problem, folder, observer, ranks: null);
        foreach (string note in notes)
        {
            loop.Note(note);
        }

        Checkpoint? checkpoint = folder.LoadCheckpoint(loop.Note);
        RecordResume(folder, checkpoint, ranks: null);
        return checkpoint is not null
            ? loop.Continue(checkpoint, cancellation)
            : loop.Start(problem.StartWeights(), cancellation);
    }

    private static RunOutcome ResumeTogether(
        string path, IRunObserver observer, long? iterations, RunRanks ranks, CancellationToken cancellation)
    {
        RunFolder? own = null;
        Checkpoint? checkpoint = null;
        var notes = new List<string>();
        try
        {
            // Rank 0 takes hold of the folder and says which checkpoint is whole; the others read that one.
            string iteration = ranks.FromOwner(() =>
            {
                own = OpenToContinue(path, iterations);
                checkpoint = own.LoadCheckpoint(notes.Add);
                return $"{checkpoint?.Iteration}";
            });
            Specification specification = Specification.FromJson(ranks.FromOwner(() => own!.Specification.ToJson()));
            IReadOnlyList<MetricsLine> before = ranks.Together(() => Before(path, iteration, ranks, ref checkpoint));
            using Problem problem = Problem.Create(specification, notes.Add, ranks);
            using IRunStore folder = Owned(ranks, before, () =>
            {
                RecordResume(own!, checkpoint, ranks);
                return own!;
            });
            own = null;
            using var loop = new TrainingLoop(problem, folder, observer, ranks);
            foreach (string note in notes)
            {
                loop.Note(note);
            }

            return checkpoint is not null
                ? loop.Continue(checkpoint, cancellation)
                : loop.Start(ranks.Together(problem.StartWeights), cancellation);
        }
        finally
        {
            own?.Dispose();
        }
    }

    /// <summary>What a rank that owns no folder must know of the run so far: the lines before the checkpoint, and that.</summary>
    private static IReadOnlyList<MetricsLine> Before(string path, string iteration, RunRanks ranks, ref Checkpoint? checkpoint)
    {
        if (ranks.IsOwner || iteration.Length == 0)
        {
            return [];
        }

        long first = long.Parse(iteration);
        checkpoint = RunRecord.ReadCheckpoint(path, _ => { }, first);
        return [.. RunRecord.ReadMetrics(path).Where(line => line.Iteration < first)];
    }

    /// <summary>The folder on the rank that owns it, its name on the others.</summary>
    private static IRunStore Owned(RunRanks? ranks, IReadOnlyList<MetricsLine> before, Func<RunFolder> take)
    {
        if (ranks is null)
        {
            return take();
        }

        RunFolder? own = null;
        string path = ranks.FromOwner(() => (own = take()).Path);
        return own is null ? new UnownedRunFolder(path, before) : own;
    }

    private static RunFolder NewFolder(Specification specification, bool force, RunRanks? ranks)
    {
        RunFolder folder = RunFolder.Create(specification, force);
        folder.WriteEnvironment(RunEnvironment.Current() with { Ranks = ranks?.Group.Size });
        return folder;
    }

    /// <summary>Notes in <c>environment.json</c> what the run goes on with.</summary>
    private static void RecordResume(RunFolder folder, Checkpoint? checkpoint, RunRanks? ranks)
    {
        JsonObject environment = folder.ReadEnvironment() ?? [];
        (RunEnvironment.Current() with { Ranks = ranks?.Group.Size }).AddTo(environment, checkpoint?.Iteration ?? 0);
        folder.WriteEnvironment(environment);
    }

    private static RunFolder OpenToContinue(string path, long? iterations)
    {
        RunFolder folder = RunFolder.Open(path);
        try
        {
            Specification specification = iterations is { } more ? folder.Specification with { Iterations = more } : folder.Specification;
            RequireSomethingLeft(path, folder.ReadSummary(), specification);

            // What is refused must leave the folder as it was: only now is it written to.
            if (iterations is not null)
            {
                folder.WriteSpecification(specification);
            }

            return folder;
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    private static void RequireSomethingLeft(string path, RunSummary? summary, Specification specification)
    {
        if (summary is { Status: RunStatus.Diverged })
        {
            throw new BrinkException($"{path} diverged ({summary.Reason}); the same steps would diverge again");
        }

        if (summary is { Status: RunStatus.Finished, Reason: { } reason })
        {
            throw new BrinkException($"{path} is finished: after {summary.IterationsDone} iterations it {reason}");
        }

        if (summary is not null && summary.IterationsDone > specification.Iterations)
        {
            throw new BrinkException($"{path} has taken {summary.IterationsDone} iterations already, more than {specification.Iterations}; give --iterations N above that");
        }

        if (summary is { Status: RunStatus.Finished } && summary.IterationsDone == specification.Iterations)
        {
            throw new BrinkException($"{path} is finished after {summary.IterationsDone} iterations; give --iterations N to go on to N");
        }
    }
}

/// <summary>How a run ended.</summary>
/// <param name="Status">How.</param>
/// <param name="Reason">Why, in one line; null when simply finished.</param>
/// <param name="Folder">The run folder.</param>
/// <param name="Summary">What lists and tables show of it.</param>
public sealed record RunOutcome(RunStatus Status, string? Reason, string Folder, RunSummary Summary);
