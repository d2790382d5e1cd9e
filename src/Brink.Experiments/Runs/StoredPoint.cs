using Brink.Methods;
using Brink.Torch;

namespace Brink.Experiments;

/// <summary>A point of a loss surface, from a run's checkpoint or a file of weights: where measurements start.</summary>
public sealed class StoredPoint : IDisposable
{
    private StoredPoint(string source, Checkpoint? checkpoint, Problem problem, Tensor weights) =>
        (Source, Checkpoint, Problem, Weights) = (source, checkpoint, problem, weights);

    /// <summary>Run or file the weights came from.</summary>
    public string Source { get; }

    /// <summary>Iteration of the checkpoint; null for a file.</summary>
    public long? Iteration => Checkpoint?.Iteration;

    /// <summary>The objective, with the names of its parameters.</summary>
    public Problem Problem { get; }

    /// <summary>w, a flat vector.</summary>
    public Tensor Weights { get; }

    /// <summary>What the run stored there; null for a file.</summary>
    private Checkpoint? Checkpoint { get; }

    /// <summary>Loads a run's checkpoint, or weights in a file.</summary>
    /// <param name="source">A run folder or a safetensors file.</param>
    /// <param name="given">Data and network, or a model, where the source is a file; for a run its own specification stands.</param>
    /// <param name="iteration">Which checkpoint of a run; the newest if not given.</param>
    /// <param name="note">Told what was decided.</param>
    /// <param name="ranks">The processes that share the samples, all of which call this and see the source; null for this one alone.</param>
    /// <returns>The point.</returns>
    /// <exception cref="BrinkException">The source is neither, does not fit, or has no such checkpoint.</exception>
    public static StoredPoint Load(string source, Specification given, long? iteration, Action<string> note, RunRanks? ranks = null)
    {
        ArgumentNullException.ThrowIfNull(given);
        if (StoredIn(source, iteration, note, ranks) is { } checkpoint)
        {
            Specification stored = RunRanks.Together(ranks, () => RunRecord.ReadSpecification(source));
            var ofRun = Problem.Create(ranks?.Fit(stored) ?? stored, note, ranks);
            return Guarded(ofRun, () => new StoredPoint(
                source,
                checkpoint,
                ofRun,
                WeightFile.Pack(checkpoint.Tensors, ofRun.Layout, ofRun.Objective.Type, ofRun.Objective.Device).Unscoped()));
        }

        Specification ofFile = given with { Init = source };
        var fromFile = Problem.Create(ranks?.Agree(ofFile) ?? ofFile, note, ranks);
        return Guarded(fromFile, () => new StoredPoint(source, null, fromFile, RunRanks.Together(ranks, fromFile.StartWeights)));
    }

    /// <summary>The run's method as it was when the point was stored, with what it remembers of the steps before.</summary>
    /// <returns>The method, to be disposed by the caller.</returns>
    /// <exception cref="BrinkException">The point is a file of weights, which holds no method's memory.</exception>
    internal Method Method()
    {
        Checkpoint checkpoint = Checkpoint
            ?? throw new BrinkException($"{Source} is a file of weights, and P of P⁻¹H is what rmsprop or adam remember of their steps: --preconditioned needs a run of one of them");
        Method method = MethodFactory.Create(Problem.Specification);
        try
        {
            RunState.Restore(checkpoint, Problem.Objective, method);
            return method;
        }
        catch
        {
            method.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Weights.Dispose();
        Problem.Dispose();
    }

    /// <summary>The checkpoint that is asked for; null for a file. Rank 0 says which is the newest: a run may go on meanwhile.</summary>
    private static Checkpoint? StoredIn(string source, long? iteration, Action<string> note, RunRanks? ranks)
    {
        if (ranks is null)
        {
            return StoredIn(source, iteration, note);
        }

        Checkpoint? found = null;
        string number = ranks.FromOwner(() => $"{(found = StoredIn(source, iteration, note))?.Iteration}");
        return number.Length == 0 ? null : ranks.Together(() => found ?? StoredIn(source, long.Parse(number), note));
    }

    private static Checkpoint? StoredIn(string source, long? iteration, Action<string> note)
    {
        if (RunRecord.IsRun(source))
        {
            return RunRecord.ReadCheckpoint(source, note, iteration)
                ?? throw new BrinkException($"{source} has no checkpoint yet; measure a file of weights, or train it first");
        }

        if (Directory.Exists(source))
        {
            throw new BrinkException($"{source} is a folder but no run: it has no spec.json");
        }

        return iteration is null
            ? null
            : throw new BrinkException($"{source} is a file of weights and has no iterations; --iteration belongs to a run");
    }

    private static StoredPoint Guarded(Problem problem, Func<StoredPoint> make)
    {
        try
        {
            return make();
        }
        catch
        {
            problem.Dispose();
            throw;
        }
    }
}
