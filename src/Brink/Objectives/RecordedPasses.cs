using Brink.Torch;

namespace Brink.Objectives;

/// <summary>Work that was recorded, and is done again as often as wanted.</summary>
/// <param name="Replay">Does it.</param>
/// <param name="Release">Frees what was recorded.</param>
internal sealed record RecordedWork(Action Replay, Action Release)
{
    /// <summary>Records work on a GPU as a CUDA graph.</summary>
    /// <param name="work">The work.</param>
    /// <exception cref="TorchException">It cannot be recorded.</exception>
    internal static RecordedWork OnGpu(Action work)
    {
        CudaGraph graph = CudaGraph.Record(rehearsal: work, work);
        return new RecordedWork(graph.Replay, graph.Dispose);
    }
}

/// <summary>
/// A network's passes over all its samples, each recorded once and replayed at every point: forward, then back, then a product of
/// the Hessian with a vector. A pass works in the memory of the one before it, at one point at a time; whatever is asked at
/// another point begins with the forward pass there.
/// </summary>
/// <param name="objective">The objective; one micro-batch, one worker.</param>
/// <param name="record">Records a pass: <see cref="RecordedWork.OnGpu"/>, but for tests.</param>
internal sealed class RecordedPasses(NetworkObjective objective, Func<Action, RecordedWork> record) : IDisposable
{
    private readonly List<Tensor> _held = [];
    private Tensor _weights = null!;
    private Tensor[] _leaves = [];
    private Tensor? _loss;
    private Tensor? _output;
    private Tensor?[] _gradients = [];
    private Tensor? _gradient;
    private Tensor _direction = null!;
    private Tensor? _product;
    private RecordedWork? _forward;
    private RecordedWork? _back;
    private RecordedWork? _multiply;
    private object? _at;
    private bool _differentiated;

    /// <summary>The loss.</summary>
    /// <param name="at">What stands for the point; the passes know it again by this.</param>
    /// <param name="weights">w.</param>
    /// <returns>The loss, and the outputs of all samples, owned by the caller.</returns>
    /// <exception cref="TorchException">The network cannot be recorded.</exception>
    internal (double Loss, Tensor Outputs) Value(object at, Tensor weights)
    {
        MoveTo(at, weights);
        return (_loss!.Item(), _output!.Clone().Unscoped());
    }

    /// <summary>The gradient.</summary>
    /// <param name="at">What stands for the point.</param>
    /// <param name="weights">w.</param>
    /// <returns>The gradient, owned by the caller.</returns>
    internal Tensor Gradient(object at, Tensor weights)
    {
        Differentiate(at, weights);
        return _gradient!.Clone().Unscoped();
    }

    /// <summary>The Hessian's product with a vector.</summary>
    /// <param name="at">What stands for the point.</param>
    /// <param name="weights">w.</param>
    /// <param name="vector">v.</param>
    /// <returns>The product, owned by the current scope.</returns>
    internal Tensor Product(object at, Tensor weights, Tensor vector)
    {
        Differentiate(at, weights);
        _direction ??= Hold(weights.EmptyLike());
        _direction.CopyFrom(vector);
        Run(ref _multiply, Multiply);
        return _product!.Clone();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (RecordedWork? work in (RecordedWork?[])[_multiply, _back, _forward])
        {
            work?.Release();
        }

        foreach (Tensor? tensor in _held.Concat(_leaves).Concat(_gradients).Append(_loss).Append(_output).Append(_gradient).Append(_product))
        {
            tensor?.Dispose();
        }
    }

    private void MoveTo(object at, Tensor weights)
    {
        if (ReferenceEquals(_at, at))
        {
            return;
        }

        if (_forward is null)
        {
            using var scope = new TensorScope();
            _weights = Hold(weights.Detach().Clone());

            // The same memory under a version of its own: a pass that is recorded later must not take the graphs of those before
            // it for outdated because w was written since.
            Tensor same = weights.EmptyLike();
            same.SetData(_weights);
            _leaves = objective.Leaves(same);
        }

        _at = null;
        _weights.CopyFrom(weights);
        Run(ref _forward, Forward);
        (_at, _differentiated) = (at, false);
    }

    private void Differentiate(object at, Tensor weights)
    {
        MoveTo(at, weights);
        if (!_differentiated)
        {
            Run(ref _back, Back);
            _differentiated = true;
        }
    }

    private void Run(ref RecordedWork? work, Action pass)
    {
        work ??= record(() =>
        {
            using GradientMode mode = GradientMode.On();
            using var scope = new TensorScope();
            pass();
        });
        work.Replay();
    }

    private void Forward()
    {
        objective.Layout.Bind(_leaves);
        (Tensor loss, Tensor output) = objective.Forward(0, product: null);
        Replace(ref _loss, loss);
        Replace(ref _output, output.Detach());
    }

    private void Back()
    {
        Tensor?[] gradients = Autograd.Gradients([_loss!], _leaves, createGraph: true);
        Array.ForEach(_gradients, gradient => gradient?.Dispose());
        Array.ForEach(gradients, gradient => gradient?.Unscoped());
        _gradients = gradients;
        Replace(ref _gradient, Flat(gradients));
    }

    private void Multiply()
    {
        (Tensor[] gradients, Tensor[] active) = CurvatureGraphs.Active(_gradients, objective.Layout.Views(_direction));
        Replace(ref _product, Flat(gradients.Length == 0 ? [] : Autograd.Gradients(gradients, _leaves, active, retainGraph: true)));
    }

    private Tensor Flat(ReadOnlySpan<Tensor?> parts)
    {
        using GradientMode off = GradientMode.Off();
        Tensor flat = _weights.ZerosLike();
        NetworkObjective.Accumulate(parts, objective.Layout.Views(flat), 0);
        return flat;
    }

    private Tensor Hold(Tensor tensor)
    {
        _held.Add(tensor.Unscoped());
        return tensor;
    }

    private static void Replace(ref Tensor? place, Tensor tensor)
    {
        place?.Dispose();
        place = tensor.Unscoped();
    }
}
