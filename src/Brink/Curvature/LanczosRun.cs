using Brink.Torch;

namespace Brink.Curvature;

/// <summary>One computation of extreme eigenpairs: start, expansion, restart, acceptance. See <see cref="Lanczos"/>.</summary>
internal sealed class LanczosRun : IDisposable
{
    /// <summary>
    /// Relative residual of the first warm target up to which the earlier eigenpairs still describe the operator well enough to
    /// correct by; beyond it a corrected direction is worse than the plain residual (measured; see <see cref="SharpnessTracker"/>).
    /// </summary>
    private const double CloseEnough = 0.3;

    /// <summary>Products without a halved residual after which a residual below √ε·‖H‖ counts as rounding.</summary>
    private const int PatienceAtRounding = 30;

    /// <summary>
    /// Products of the chain that looks, after a thin start, for copies of a multiple eigenvalue: where 2/K stands alone
    /// (the flat region), three products along a random vector lift what is missing above the next eigenvalue, one spare.
    /// </summary>
    private const int ProbeLength = 4;

    /// <summary>
    /// Products of that chain once a copy was found: the last copy that is missing has the smallest share of a random vector, and
    /// where one was hidden another is likely.
    /// </summary>
    private const int ProbeLengthAfterFind = 12;

    private readonly SymmetricOperator _operator;
    private readonly LanczosOptions _options;
    private int _top;
    private readonly int _bottom;
    private readonly long _productsBefore;
    private readonly Generator _random;
    private readonly RitzSpace _space;
    private readonly PairAcceptance _acceptance;
    private readonly SpectralCorrection? _correction;
    private EigenStatus? _status;
    private int _probes;
    private int _probeLength = ProbeLength;
    private double[] _settled = [];
    private Tensor? _guard;
    private int _started;
    private int _watched = -1;
    private double _residualToHalve;
    private int _watchedSince;

    /// <summary>Prepares a computation; nothing is multiplied yet.</summary>
    /// <param name="matrix">The operator.</param>
    /// <param name="top">How many of the largest eigenvalues.</param>
    /// <param name="bottom">How many of the smallest.</param>
    /// <param name="options">When to stop.</param>
    /// <param name="correction">What is known of an earlier operator; used where the present one turns out to be close to it.</param>
    internal LanczosRun(
        SymmetricOperator matrix, int top, int bottom, LanczosOptions options, SpectralCorrection? correction = null)
    {
        if (options.Problem() is string problem)
        {
            throw new ArgumentException(problem, nameof(options));
        }

        StartVectors.Check(top, bottom);
        _operator = matrix;
        _options = options;
        _top = (int)Math.Min(top, matrix.Dimension);
        _bottom = (int)Math.Min(bottom, matrix.Dimension);
        _productsBefore = matrix.Products;
        int wanted = top + bottom;
        int capacity = Math.Max(options.Rows(20 + (2 * wanted), wanted, matrix.Dimension * ScalarTypes.Size(matrix.Type)), wanted + 3);
        _space = new RitzSpace(matrix, (int)Math.Min(capacity, matrix.Dimension));
        _random = new Generator(options.Seed);
        _acceptance = new PairAcceptance(options, _space);
        _correction = correction;
    }

    /// <summary>The subspace, for who wants more of it than the pairs asked for.</summary>
    internal RitzSpace Space => _space;

    /// <summary>Products spent so far.</summary>
    internal int Products => (int)(_operator.Products - _productsBefore);

    private int Wanted => (int)Math.Min(_top + _bottom, _operator.Dimension);

    private double Floor => 8 * ScalarTypes.Epsilon(_operator.Type) * _space.Scale;

    /// <summary>
    /// Fills the subspace with one given vector per pair asked for, or random ones where they do not suffice. The next given
    /// vector is kept as a guard: see <see cref="Iterate"/>.
    /// </summary>
    /// <param name="start">Vectors of length P, or rows of them, in the order in which they are taken.</param>
    internal void Start(params ReadOnlySpan<Tensor> start)
    {
        List<Tensor> vectors = [];
        foreach (Tensor tensor in start)
        {
            StartVectors.Check(_operator, tensor);
            Tensor rows = tensor.View(-1, _operator.Dimension);
            for (long row = 0; row < rows.Shape[0]; row++)
            {
                vectors.Add(rows.Select(0, row));
            }
        }

        int next = 0;
        while (next < vectors.Count && _space.Count < Wanted)
        {
            _ = Offer(vectors[next++]);
        }

        _guard = next < vectors.Count ? vectors[next] : null;
        while (_space.Count < Wanted && _status is null)
        {
            OfferRandom();
        }

        _started = _space.Count;
    }

    /// <summary>
    /// Starts from one vector alone: the Krylov space that finds many pairs with the fewest products, each multiple eigenvalue
    /// once. So a chain of products from elsewhere follows before the pairs are taken for the outermost.
    /// </summary>
    /// <param name="vector">The vector, of length P.</param>
    /// <param name="elsewhere">Where copies of a multiple eigenvalue may lie, of length P; something random is added.</param>
    internal void StartThin(Tensor vector, Tensor elsewhere)
    {
        if (!Offer(vector))
        {
            OfferRandom();
        }

        _guard = elsewhere;
        _probes = _probeLength;
        _started = 0;
    }

    /// <summary>Asks for more of the largest; what is known already is kept.</summary>
    /// <param name="top">How many in all.</param>
    /// <returns>Whether the subspace has room for them; if not, nothing is changed.</returns>
    internal bool Extend(int top)
    {
        if (_status != EigenStatus.Converged || Math.Min(top + _bottom + 3, _operator.Dimension) > _space.Capacity)
        {
            return false;
        }

        (_top, _status) = ((int)Math.Min(top, _operator.Dimension), null);
        return true;
    }

    /// <summary>Expands until every pair is good or cannot become so.</summary>
    /// <remarks>
    /// A start that is accepted as it stands says nothing of what lies beside it: an eigenvector whose value another has meanwhile
    /// overtaken has no residual. Then, and only then, the guard is multiplied too before the answer is given.
    /// </remarks>
    internal void Iterate()
    {
        int target = 0;
        double[]? lastTarget = null;
        bool? correct = _correction is null ? false : null;
        while (_status is null && _space.Count > 0)
        {
            using var scope = new TensorScope();
            _space.Solve();
            if (_space.Count < Wanted)
            {
                if (!Offer(_space.LastProduct()))
                {
                    OfferRandom();
                }

                continue;
            }

            bool atFloor = false;
            Tensor? residual = null;
            for (int looked = 0; looked < Wanted; looked++)
            {
                // The pairs before the target were good a moment ago: they are looked at again only at the end.
                int pair = (target + looked) % Wanted;
                Tensor candidate = _space.Residual(Index(pair));
                double norm = candidate.Norm();
                if (_acceptance.Accepts(Index(pair), norm))
                {
                    continue;
                }

                if (norm <= Floor || _space.Count == _operator.Dimension || Stagnates(pair, norm))
                {
                    atFloor = true;
                    continue;
                }

                target = pair;
                residual = candidate;
                break;
            }

            if (residual is null && _guard is not null && _started > 0 && _space.Count == _started)
            {
                Tensor guard = _guard;
                _guard = null;
                _ = Offer(guard);
                continue;
            }

            if (residual is null && Probe())
            {
                continue;
            }

            if (residual is null)
            {
                _status = atFloor ? EigenStatus.PrecisionReached : EigenStatus.Converged;
                return;
            }

            double value = _space.Values[Index(target)];
            correct ??= residual.Norm() < CloseEnough * Math.Abs(value);
            Tensor direction = correct.Value ? _correction!.Apply(residual, value) : residual;
            double[] coordinates = _space.Column(Index(target));
            if (_space.Count == _space.Capacity)
            {
                _space.Restart(ThickRestart.Columns(_space, _top, _bottom, lastTarget));
                coordinates = new double[_space.Count];
                coordinates[Index(target)] = 1;
            }

            lastTarget = coordinates;
            if (!Offer(direction))
            {
                OfferRandom();
            }
        }
    }

    /// <summary>Multiplies the next vector of the chain that looks for what a thin start cannot see.</summary>
    /// <returns>Whether there was one; a value that has changed since the chain began begins it anew, and longer.</returns>
    private bool Probe()
    {
        if (_started > 0 || _guard is null || _space.Count == _operator.Dimension)
        {
            return false;
        }

        double[] values = [.. Enumerable.Range(0, Wanted).Select(pair => _space.Values[Index(pair)])];
        if (_probes < _probeLength && _settled.Zip(values).Any(
            pair => Math.Abs(pair.First - pair.Second) > _options.ResidualTolerance * Math.Abs(pair.Second)))
        {
            _probes = _probeLength = ProbeLengthAfterFind;
        }

        if (_probes == 0)
        {
            return false;
        }

        using var scope = new TensorScope();
        Tensor direction = _probes == _probeLength ? Elsewhere(_guard) : _space.LastProduct();
        _settled = values;
        _probes--;
        if (_space.Count == _space.Capacity)
        {
            direction = direction.Clone();
            _space.Restart(ThickRestart.Columns(_space, _top, _bottom, lastTarget: null));
        }

        _ = Offer(direction);
        return true;
    }

    private Tensor Elsewhere(Tensor guard)
    {
        Tensor random = StartVectors.Random(_operator, _random);
        double norm = guard.Norm();
        return norm > 0 && double.IsFinite(norm) ? random * (1 / random.Norm()) + guard * (1 / norm) : random;
    }

    /// <summary>
    /// Whether a small residual has not halved for many products: the products' own rounding (a Hessian-vector product in float32
    /// errs by more than the vectors do) allows no more.
    /// </summary>
    private bool Stagnates(int pair, double residual)
    {
        if (pair != _watched || residual < _residualToHalve / 2)
        {
            (_watched, _residualToHalve, _watchedSince) = (pair, residual, Products);
        }

        return Products - _watchedSince >= PatienceAtRounding
            && residual <= Math.Sqrt(ScalarTypes.Epsilon(_operator.Type)) * _space.Scale;
    }

    /// <summary>The pairs of both ends, from the subspace as it stands.</summary>
    internal SpectrumEnds Result() => _space.Ends(_acceptance, _top, _bottom, Products, _status ?? EigenStatus.OutOfProducts);

    /// <inheritdoc/>
    public void Dispose()
    {
        _random.Dispose();
        _space.Dispose();
    }

    private int Index(int pair) => pair < _top ? pair : _space.Count - 1 - (pair - _top);

    /// <summary>Offers a direction; false when the subspace holds it already.</summary>
    private bool Offer(Tensor direction)
    {
        if (_status is not null || _space.Count == _space.Capacity)
        {
            return true;
        }

        if (Products >= _options.MaximumProducts)
        {
            _status = EigenStatus.OutOfProducts;
            return true;
        }

        Expansion outcome = _space.Expand(direction);
        if (outcome == Expansion.NotFinite)
        {
            _status = EigenStatus.NotFinite;
        }

        return outcome != Expansion.NothingNew;
    }

    private void OfferRandom()
    {
        using var scope = new TensorScope();
        _ = Offer(StartVectors.Random(_operator, _random));
    }
}
