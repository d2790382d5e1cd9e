namespace Brink.Experiments;

/// <summary>Starts runs and continues them: what <c>brink train</c> and <c>brink resume</c> call.</summary>
public static class Trainer
{
    /// <summary>Trains from the start, in a run folder of its own.</summary>
    /// <param name="specification">What to do.</param>
    /// <param name="observer">Told what happens.</param>
    /// <param name="force">Replace a run that is in the folder already.</param>
    /// <param name="cancellation">Ends the run after a checkpoint.</param>
    /// <returns>How the run ended.</returns>
    /// <exception cref="BrinkException">The specification asks for what is not to be had.</exception>
    public static RunOutcome Train(
        Specification specification, IRunObserver observer, bool force = false, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(specification);
        ArgumentNullException.ThrowIfNull(observer);
        var notes = new List<string>();

        // Everything that can be refused is refused before a folder is made.
        using Problem problem = Problem.Create(specification, notes.Add);
        using Torch.Tensor start = problem.StartWeights();
        using RunFolder folder = RunFolder.Create(problem.Specification, force);
        folder.WriteEnvironment(RunEnvironment.Current());
        using var loop = new TrainingLoop(problem, folder, observer);
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
    /// <param name="cancellation">Ends the run after a checkpoint.</param>
    /// <returns>How the run ended.</returns>
    /// <exception cref="BrinkException">The folder holds no run, is in use, or there is nothing left to do.</exception>
    public static RunOutcome Resume(
        string path, IRunObserver observer, long? iterations = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(observer);
        using RunFolder folder = RunFolder.Open(path);
        Specification specification = iterations is { } more ? folder.Specification with { Iterations = more } : folder.Specification;
        RequireSomethingLeft(path, folder.ReadSummary(), specification);

        // What is refused must leave the folder as it was: only now is it written to.
        if (iterations is not null)
        {
            folder.WriteSpecification(specification);
        }

        var notes = new List<string>();
        using Problem problem = Problem.Create(folder.Specification, notes.Add);
        using var loop = new TrainingLoop(problem, folder, observer);
        foreach (string note in notes)
        {
            loop.Note(note);
        }

        return folder.LoadCheckpoint(loop.Note) is { } checkpoint
            ? loop.Continue(checkpoint, cancellation)
            : loop.Start(problem.StartWeights(), cancellation);
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
