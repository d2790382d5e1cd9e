using Brink.Objectives;
using Brink.Torch;
using Brink.Torch.Nn;

namespace Brink.Experiments;

/// <summary>
/// What a specification describes, made real: an objective, where to start on it, and what its parameters are called. Methods
/// and measurements start from here; what is minimised, a network's loss on data or a small model, they need not know.
/// </summary>
public abstract class Problem : IDisposable
{
    private protected Problem(Specification specification) => Specification = specification;

    /// <summary>The specification, resolved, with what the machine decided.</summary>
    public Specification Specification { get; private protected set; }

    /// <summary>What is minimised.</summary>
    public abstract Objective Objective { get; }

    /// <summary>Names and places of the parameters in the flat vector: what files of weights hold.</summary>
    public abstract ParameterLayout Layout { get; }

    /// <summary>The objective where it is a network's loss on samples; else null.</summary>
    internal virtual NetworkObjective? NetworkObjective => Objective as NetworkObjective;

    /// <summary>K, the number of a network's outputs; null where there are none.</summary>
    public virtual int? Outputs => null;

    /// <summary>The sharpness below which λ₁ never comes (math.md §1); null where none is known.</summary>
    public virtual double? FlattestSharpness => null;

    /// <summary>Threads that an operator uses on the thread that evaluates <see cref="Objective"/>; they decide bits.</summary>
    internal virtual int ThreadsPerOperator => 1;

    /// <summary>Threads that share the samples of <see cref="Objective"/>.</summary>
    internal virtual int WorkerCount => 1;

    /// <summary>Makes what a specification describes.</summary>
    /// <param name="specification">The specification; it is resolved here.</param>
    /// <param name="note">Told, in one line each, what was decided or left out.</param>
    /// <param name="ranks">The processes that share its samples, all of which call this; null for this one alone.</param>
    /// <returns>The problem.</returns>
    /// <exception cref="BrinkException">Data, network, model or device are not to be had as asked for, or cannot be shared by ranks.</exception>
    public static Problem Create(Specification specification, Action<string> note, RunRanks? ranks = null)
    {
        ArgumentNullException.ThrowIfNull(specification);
        ArgumentNullException.ThrowIfNull(note);
        if (specification.Model is null)
        {
            return NetworkProblem.Create(specification, note, ranks);
        }

        return RunRanks.Together(ranks, () => ranks is null
            ? ModelProblem.Create(specification)
            : throw new BrinkException($"ranks share a network's samples; the model {specification.Model} has too few to share: run it without ranks"));
    }

    /// <summary>The weights that a run starts from: read from <c>init</c>, or what the specification says else.</summary>
    /// <returns>A flat vector, owned by the caller.</returns>
    /// <exception cref="BrinkException">The file does not fit the parameters.</exception>
    public Tensor StartWeights()
    {
        using var scope = new TensorScope();
        return Specification.Init is { } file
            ? WeightFile.Read(file, Layout, Objective.Type, Objective.Device).Unscoped()
            : FreshWeights().Unscoped();
    }

    /// <summary>Loss and accuracy on samples that are not trained on; null where there are none.</summary>
    /// <param name="at">An evaluation of <see cref="Objective"/>.</param>
    /// <param name="note">Told once why there is none.</param>
    /// <returns>Loss and accuracy.</returns>
    public virtual (double Loss, double Accuracy)? Test(Evaluation at, Action<string> note) => null;

    /// <summary>The same objective, to be evaluated on another thread at the same time; where ranks share the samples, not at the same time.</summary>
    /// <param name="workers">The threads it uses.</param>
    /// <returns>The objective, which <see cref="Objective"/> must outlive.</returns>
    internal abstract Objective Sibling(Workers workers);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Start weights where no file gives them, owned by the current scope.</summary>
    private protected abstract Tensor FreshWeights();

    /// <summary>Releases what the problem holds.</summary>
    /// <param name="disposing">True when called from <see cref="Dispose()"/>.</param>
    protected abstract void Dispose(bool disposing);
}
