using Brink.Torch;

namespace Brink.Curvature;

/// <summary>Which part of a spectrum is followed.</summary>
public sealed record SpectrumRequest
{
    /// <summary>How many of the largest eigenvalues are always followed, at least 0.</summary>
    public int Largest { get; init; } = 1;

    /// <summary>How many of the smallest, at least 0.</summary>
    public int Smallest { get; init; }

    /// <summary>
    /// Most eigenvalues followed at the upper end where a threshold asks for more than <see cref="Largest"/>; at least
    /// <see cref="Largest"/>.
    /// </summary>
    public int MostLargest { get; init; } = 50;
}

/// <summary>One measurement of a part of a spectrum.</summary>
/// <param name="Largest">The largest eigenpairs, descending: those asked for, and all above the threshold.</param>
/// <param name="Smallest">The smallest, ascending.</param>
/// <param name="Products">Products with the operator, both ends together.</param>
/// <param name="Above">Number of eigenvalues above the threshold; null where none was given.</param>
public sealed record SpectrumMeasurement(Eigenpairs Largest, Eigenpairs Smallest, int Products, int? Above)
{
    /// <summary>Whether every pair meets its tolerance.</summary>
    public bool Converged => Largest.AllConverged && Smallest.AllConverged;
}

/// <summary>
/// Follows the ends of a spectrum along a run: each measurement starts from what the last one left. A threshold adds
/// eigenvectors as eigenvalues cross it and drops them when they leave.
/// </summary>
public sealed class SpectrumTracker : IDisposable
{
    private readonly SpectrumRequest _request;
    private readonly LanczosOptions _options;
    private Tensor? _vectors;
    private int _followed;

    /// <summary>Starts without memory: the first measurement is a cold one.</summary>
    /// <param name="request">What is followed.</param>
    /// <param name="options">When to stop; the defaults if not given.</param>
    public SpectrumTracker(SpectrumRequest request, LanczosOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(request);
        _request = request;
        _options = options ?? new LanczosOptions();
        _followed = request.Largest;
    }

    /// <summary>Measures, and remembers where it was found.</summary>
    /// <param name="matrix">The Hessian, or what stands for one.</param>
    /// <param name="threshold">All eigenvalues above this are followed too, e.g. 1.5/η; null for none.</param>
    /// <param name="hint">A vector of length P likely rich in the sharpest eigenvectors; the gradient is one.</param>
    /// <returns>The pairs with their residuals; vectors are owned by the current scope.</returns>
    public SpectrumMeasurement Measure(SymmetricOperator matrix, double? threshold = null, Tensor? hint = null)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        using var scope = new TensorScope();
        long before = matrix.Products;
        int count = Math.Max(_followed, threshold is null ? 0 : 1);
        while (true)
        {
            SpectrumEnds ends = Lanczos.Extremes(matrix, count, _request.Smallest, _options, _vectors);
            _vectors?.Dispose();
            _vectors = Tensor.Concatenate([ends.Largest.Vectors, ends.Smallest.Vectors], 0).Unscoped();
            int? above = threshold is { } limit ? ends.Largest.Values.Count(value => value > limit) : null;
            if (above == count && count < _request.MostLargest)
            {
                count = Math.Min(_request.MostLargest, count + 2);
                continue;
            }

            _followed = Math.Max(_request.Largest, (above ?? -1) + 1);
            scope.Keep(ends.Largest.Vectors);
            scope.Keep(ends.Smallest.Vectors);
            return new SpectrumMeasurement(ends.Largest, ends.Smallest, (int)(matrix.Products - before), above);
        }
    }

    /// <summary>What decides the next measurement's bits, by name.</summary>
    /// <returns>Tensors owned by the current scope.</returns>
    public IReadOnlyDictionary<string, Tensor> Export() => _vectors is null
        ? new Dictionary<string, Tensor>()
        : new Dictionary<string, Tensor> { ["spectrum.vectors"] = _vectors.Clone(), ["spectrum.followed"] = Tensor.From([(long)_followed]) };

    /// <summary>Goes on from an exported state, bit for bit.</summary>
    /// <param name="state">What <see cref="Export"/> gave; other names are left alone.</param>
    public void Import(IReadOnlyDictionary<string, Tensor> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        _vectors?.Dispose();
        _vectors = state.TryGetValue("spectrum.vectors", out Tensor? rows) ? rows.Clone().Unscoped() : null;
        _followed = state.TryGetValue("spectrum.followed", out Tensor? followed) ? (int)followed.Item() : _request.Largest;
    }

    /// <inheritdoc/>
    public void Dispose() => _vectors?.Dispose();
}
