using Brink.Torch;

namespace Brink.Objectives;

/// <summary>
/// The ray w − ηd of a network whose first layer is linear: that layer's output along it is z − η·layer(X, d), with
/// layer(X, d) computed at the first trial and shared by all.
/// </summary>
internal sealed class NetworkRay : Ray
{
    private readonly NetworkObjective _objective;
    private readonly NetworkEvaluation _from;
    private readonly Tensor _direction;
    private readonly Tensor[] _slopes;
    private Tensor[]? _fresh;
    private bool _ready;

    internal NetworkRay(NetworkObjective objective, NetworkEvaluation from, Tensor direction)
    {
        _objective = objective;
        _from = from;
        _direction = direction;
        _slopes = new Tensor[objective.Batches.Count];
    }

    /// <inheritdoc/>
    public override Evaluation Try(double stepSize)
    {
        using GradientMode off = GradientMode.Off();
        Prepare();
        Tensor[] origin = _fresh ?? _from.Products!;
        var products = new Tensor[_slopes.Length];
        _objective.Workers.Run(worker =>
        {
            using GradientMode workerOff = GradientMode.Off();
            for (int batch = worker; batch < products.Length; batch += _objective.Workers.Count)
            {
                products[batch] = origin[batch].AddScaled(_slopes[batch], -stepSize).Unscoped();
            }
        });
        return new NetworkEvaluation(
            _objective, _from.Weights.AddScaled(_direction, -stepSize).Unscoped(), products, _fresh is null ? _from.Age + 1 : 1, Wanted.Value);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        foreach (Tensor? tensor in _slopes.Concat(_fresh ?? []))
        {
            tensor?.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Prepare()
    {
        if (_ready)
        {
            return;
        }

        using var scope = new TensorScope();
        Tensor[] direction = _objective.Layout.Views(_direction);
        Tensor[]? weights = _from.Age < _objective.Plan.ProductLifetime ? null : _objective.Layout.Views(_from.Weights);
        _fresh = weights is null ? null : new Tensor[_slopes.Length];
        _objective.Workers.Run(worker =>
        {
            using GradientMode off = GradientMode.Off();
            for (int batch = worker; batch < _slopes.Length; batch += _objective.Workers.Count)
            {
                _slopes[batch] = _objective.Prefix!.Product(batch, direction).Unscoped();
                if (weights is null)
                {
                    _from.EnsureProduct(batch);
                }
                else
                {
                    _fresh![batch] = _objective.Prefix!.Product(batch, weights).Unscoped();
                }
            }
        });
        _ready = true;
    }
}
