using Brink.Torch;

namespace Brink.Curvature;

/// <summary>
/// Follows the ends of a spectrum along a run: each measurement starts from what the last one left. A threshold adds
/// eigenvectors as eigenvalues cross it and drops them when they leave.
/// </summary>
/// <remarks>
/// Where the eigenvectors last (small steps; the flat region, whose top K span the last bias), all of them are multiplied at
/// once, one product a pair, and only what has drifted is corrected. Where they do not, a block of them is the worst of
/// starts: one Krylov space from a mixture of all shares every product among all pairs. Which of the two is decided by how
/// much of the last vectors lay in the span of those before. Measured on Hessians along <c>nls</c> (CIFAR-10, 250 images, MLP
/// 3072-100-100-10, mse, float32, top 10 to 1e-4, iterations 40 to 44; principal cosines between the top spaces of neighbouring
/// iterates 0.9 to 0.05): block of the last ten vectors 69 products, the same with first-order corrections 75, with the
/// gradient 71, one random vector 46, the mixture 44, the mixture with the gradient 44; ARPACK started at random about 41, LOBPCG
/// one vector at a time from its last 236. No method that tests ten residuals can spend fewer than ten products. Whether the
/// vectors last is not known before the third measurement: the second starts from the mixture, which loses little where they do.
/// </remarks>
public sealed class SpectrumTracker : IDisposable
{
    private const string VectorsName = "spectrum.vectors";
    private const string StateName = "spectrum.state";
    private const string LastingName = "spectrum.lasting";

    /// <summary>Share of the last vectors within the span of those before from which a block of them is the better start.</summary>
    private const double StillTheSame = 0.97;

    /// <summary>Weight of the sum of the last eigenvectors beside a hint of weight one.</summary>
    private const double WeightBesideHint = 0.3;

    /// <summary>Ritz vectors kept beyond those followed: the first is multiplied where all others are accepted as they stand, in case it has overtaken them.</summary>
    private const int Guards = 2;

    private readonly SpectrumRequest _request;
    private readonly LanczosOptions _options;
    private Tensor? _vectors;
    private int _followed;
    private int _below;
    private long _measurements;
    private double _lasting;

    /// <summary>Starts without memory: the first measurement is a cold one.</summary>
    /// <param name="request">What is followed.</param>
    /// <param name="options">When to stop; the defaults if not given. The seed draws the first start. A subspace of 0 is 24 + 3 vectors a pair.</param>
    /// <exception cref="ArgumentException">A count or option out of range.</exception>
    public SpectrumTracker(SpectrumRequest request, LanczosOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentOutOfRangeException.ThrowIfNegative(request.Largest, nameof(request));
        ArgumentOutOfRangeException.ThrowIfNegative(request.Smallest, nameof(request));
        ArgumentOutOfRangeException.ThrowIfLessThan(request.MostLargest, request.Largest, nameof(request));
        _request = request;
        _options = options ?? new LanczosOptions();
        if (_options.Problem() is string problem)
        {
            throw new ArgumentException(problem, nameof(options));
        }

        _followed = request.Largest;
    }

    /// <summary>Measures, and remembers where it was found.</summary>
    /// <param name="matrix">The Hessian, or what stands for one.</param>
    /// <param name="threshold">All eigenvalues above this are followed too, e.g. 1.5/η; null for none.</param>
    /// <param name="hint">A vector of length P likely rich in the sharpest eigenvectors; the gradient is one. Used where the
    /// eigenvectors do not last; one that is zero or not finite is ignored.</param>
    /// <returns>The pairs with their residuals; vectors are owned by the current scope. A product that is not finite leaves the
    /// memory as it was.</returns>
    /// <exception cref="ArgumentException">The hint has another length, or nothing is to be followed.</exception>
    public SpectrumMeasurement Measure(SymmetricOperator matrix, double? threshold = null, Tensor? hint = null)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        if (hint is not null && (hint.Dimensions != 1 || hint.Count != matrix.Dimension))
        {
            throw new ArgumentException(
                $"a hint is a vector of length {matrix.Dimension}, not of shape [{string.Join(", ", hint.Shape)}]", nameof(hint));
        }

        using var scope = new TensorScope();
        long before = matrix.Products;
        int limit = (int)Math.Min(matrix.Dimension, threshold is null ? _request.Largest : Math.Max(1, _request.MostLargest));
        int count = (int)Math.Min(limit, Math.Max(threshold is null ? _request.Largest : _followed, threshold is null ? 0 : 1));
        bool warm = _vectors is not null && _vectors.Shape[1] == matrix.Dimension;
        Tensor? known = warm ? _vectors!.To(matrix.Type).To(matrix.Device) : null;
        LanczosRun run = Begin(matrix, count, limit);
        try
        {
            Start(run, known, count, hint?.Detach().To(matrix.Type).To(matrix.Device));
            run.Iterate();
            while (true)
            {
                SpectrumEnds ends = run.Result();
                int? above = threshold is { } bound ? ends.Largest.Values.Count(value => value > bound) : null;
                bool finite = ends.Largest.Status != EigenStatus.NotFinite;
                int spent = (int)(matrix.Products - before);
                if (above == count && count < limit && finite && spent < _options.MaximumProducts)
                {
                    count = Math.Min(limit, count + Math.Max(2, count / 4));
                    if (!run.Extend(count))
                    {
                        LanczosRun wider = Begin(matrix, count, limit, spent);
                        wider.Start(ends.Largest.Vectors, ends.Smallest.Vectors);
                        run.Dispose();
                        run = wider;
                    }

                    run.Iterate();
                    continue;
                }

                _measurements++;
                if (finite)
                {
                    Remember(run.Space, ends, known, threshold is null ? _followed : Math.Max(_request.Largest, above!.Value + 1));
                }

                scope.Keep(ends.Largest.Vectors);
                scope.Keep(ends.Smallest.Vectors);
                bool capped = above == count && count == limit && limit < matrix.Dimension;
                return new SpectrumMeasurement(
                    ends.Largest with { Products = spent }, ends.Smallest with { Products = spent }, spent, above, capped);
            }
        }
        finally
        {
            run.Dispose();
        }
    }

    /// <summary>All that decides the next measurements, for a checkpoint.</summary>
    /// <returns>Named tensors owned by the current scope, which later measurements leave as they are; the names begin with <c>spectrum.</c></returns>
    public IReadOnlyDictionary<string, Tensor> Export()
    {
        var state = new Dictionary<string, Tensor>(StringComparer.Ordinal)
        {
            [StateName] = Tensor.From([_measurements, _followed, _below]),
            [LastingName] = Tensor.From([_lasting]),
        };
        if (_vectors is not null)
        {
            state[VectorsName] = _vectors.Detach();
        }

        return state;
    }

    /// <summary>Goes on from an exported state, bit for bit.</summary>
    /// <param name="state">What <see cref="Export"/> gave; other names are left alone.</param>
    /// <exception cref="ArgumentException">The state lacks a tensor, or shapes do not agree.</exception>
    public void Import(IReadOnlyDictionary<string, Tensor> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        if (!state.TryGetValue(StateName, out Tensor? numbers) || numbers.Type != ScalarType.Int64 || numbers.Count != 3
            || !state.TryGetValue(LastingName, out Tensor? lasting) || lasting.Type != ScalarType.Float64 || lasting.Count != 1)
        {
            throw new ArgumentException(
                $"a spectrum tracker's state holds {StateName}, three Int64, and {LastingName}, one Float64", nameof(state));
        }

        long[] counts = numbers.ToArray<long>();
        Tensor? vectors = null;
        if (state.TryGetValue(VectorsName, out Tensor? rows))
        {
            if (rows.Dimensions != 2 || rows.Shape[0] == 0 || rows.Shape[0] < counts[2])
            {
                throw new ArgumentException($"{VectorsName} has one row for each pair followed", nameof(state));
            }

            vectors = rows.Clone().Unscoped();
        }

        _vectors?.Dispose();
        _vectors = vectors;
        (_measurements, _followed, _below) = (counts[0], (int)counts[1], (int)counts[2]);
        _lasting = lasting.Item();
    }

    /// <inheritdoc/>
    public void Dispose() => _vectors?.Dispose();

    private LanczosRun Begin(SymmetricOperator matrix, int count, int limit, int spent = 0)
    {
        int wanted = Math.Min(limit, count + 4) + _request.Smallest;
        return new LanczosRun(matrix, count, _request.Smallest, _options with
        {
            // Every measurement draws from a seed of its own, so that a resumed tracker needs no generator state.
            Seed = unchecked(_options.Seed + ((ulong)_measurements * 0x9E3779B97F4A7C15UL)),
            Subspace = Math.Max(_options.Rows(24 + (3 * wanted), wanted, matrix.Dimension * ScalarTypes.Size(matrix.Type)), wanted + 3),
            MaximumProducts = Math.Max(1, _options.MaximumProducts - spent),
        });
    }

    /// <summary>A block of the last vectors where they are known to last, else one mixture of them and the hint.</summary>
    private void Start(LanczosRun run, Tensor? known, int count, Tensor? hint)
    {
        if (known is null || known.Shape[0] < 2 || _lasting >= StillTheSame)
        {
            run.Start(known is null ? [] : BestFirst(known, count));
            return;
        }

        // Opposite signs make of the same vectors a second mixture: where copies of a multiple eigenvalue lie that the first misses.
        double[] signs = [.. Enumerable.Range(0, (int)known.Shape[0]).Select(i => i % 2 == 0 ? 1.0 : -1.0)];
        Tensor other = Tensor.From(signs).To(known.Type).To(known.Device).View(1, -1).MatrixProduct(known).View(-1);
        Tensor sum = known.Sum(0);
        double norm = hint?.Norm() ?? 0;
        run.StartThin(norm > 0 && double.IsFinite(norm) ? (hint! * (1 / norm)).AddScaled(sum, WeightBesideHint) : sum, other);
    }

    /// <summary>Of the last vectors, as many of the upper end as are asked for, the lower end, then the rest.</summary>
    private Tensor[] BestFirst(Tensor known, int count)
    {
        long above = known.Shape[0] - _below;
        long first = Math.Min(above, count);
        return [known.Narrow(0, 0, first), known.Narrow(0, above, _below), known.Narrow(0, first, above - first)];
    }

    private void Remember(RitzSpace space, SpectrumEnds ends, Tensor? earlier, int followed)
    {
        using var scope = new TensorScope();
        if (earlier is not null)
        {
            double[] inside = [.. new[] { ends.Largest.Vectors, ends.Smallest.Vectors }.Select(
                vectors => vectors.MatrixProduct(earlier.Transpose(0, 1)).Norm())];
            _lasting = inside.Sum(norm => norm * norm) / (ends.Largest.Count + ends.Smallest.Count);
        }

        int kept = Math.Min(space.Count - ends.Smallest.Count, Math.Max(followed, 1) + Guards);
        Tensor largest = space.Vectors([.. Enumerable.Range(0, Math.Max(0, kept))]);
        Tensor vectors = (ends.Smallest.Count == 0 ? largest : Tensor.Concatenate([largest, ends.Smallest.Vectors], 0)).Unscoped();
        _vectors?.Dispose();
        (_vectors, _followed, _below) = (vectors, followed, ends.Smallest.Count);
    }
}
