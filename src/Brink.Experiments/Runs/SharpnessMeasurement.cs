using Brink.Curvature;
using Brink.Objectives;
using Brink.Torch;

namespace Brink.Experiments;

/// <summary>What a measurement of the sharpness gave.</summary>
/// <param name="Value">λ₁.</param>
/// <param name="Residual">‖Hv − λ₁v‖ / |λ₁|.</param>
/// <param name="Products">Hessian-vector products spent.</param>
/// <param name="Converged">Whether the residual met the tolerance.</param>
internal readonly record struct SharpnessReading(double Value, double Residual, int Products, bool Converged);

/// <summary>λ₁ along a run, each measurement warm-started from the eigenvector of the one before.</summary>
/// <param name="tolerance">Relative residual to reach.</param>
/// <param name="seed">Seed of the first start vector.</param>
internal sealed class SharpnessMeasurement(double tolerance, ulong seed) : IDisposable
{
    private const string VectorName = "vectors";

    private readonly LanczosOptions _options = new() { ResidualTolerance = tolerance, Seed = seed };
    private Tensor? _vectors;

    public void Dispose() => _vectors?.Dispose();

    /// <summary>Measures λ₁ at a point.</summary>
    internal SharpnessReading Measure(Objective objective, Evaluation at)
    {
        using var scope = new TensorScope();
        Eigenpairs pairs = Lanczos.Largest(new HessianOperator(objective, at), 1, _options, _vectors);
        if (pairs.Status != EigenStatus.NotFinite)
        {
            _vectors?.Dispose();
            _vectors = pairs.Vectors.Clone().Unscoped();
        }

        return new SharpnessReading(pairs.Values[0], pairs.RelativeResiduals[0], pairs.Products, pairs.AllConverged);
    }

    /// <summary>What the next measurement starts from.</summary>
    internal IReadOnlyDictionary<string, Tensor> State() =>
        _vectors is null ? new Dictionary<string, Tensor>() : new Dictionary<string, Tensor> { [VectorName] = _vectors };

    /// <summary>Takes back what <see cref="State"/> gave.</summary>
    internal void Restore(IReadOnlyDictionary<string, Tensor> state, Objective objective)
    {
        _vectors?.Dispose();
        _vectors = state.TryGetValue(VectorName, out Tensor? vectors) ? vectors.To(objective.Device).Clone().Unscoped() : null;
    }
}
