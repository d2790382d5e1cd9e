using Brink.Torch;

namespace Brink.Curvature;

/// <summary>One computation by LOBPCG: start, iteration, acceptance. See <see cref="Lobpcg"/>.</summary>
internal sealed class LobpcgRun : IDisposable
{
    /// <summary>Vectors iterated beside those asked for at each end: they keep what may overtake at hand, and the last pair's gap open.</summary>
    private const int Guards = 2;

    /// <summary>A direction whose part outside the kept vectors is smaller than this has nothing to add.</summary>
    private const double SmallestPart = 1e-8;

    /// <summary>Iterations without a halved residual after which a residual below √ε·‖H‖ counts as rounding.</summary>
    private const int PatienceAtRounding = 25;

    private readonly SymmetricOperator _operator;
    private readonly LanczosOptions _options;
    private readonly int _top;
    private readonly int _bottom;
    private readonly int _upper;
    private readonly int _block;
    private readonly Func<Tensor, double, Tensor>? _preconditioner;
    private readonly long _productsBefore;
    private readonly Generator _random;
    private readonly RitzSpace _space;
    private readonly PairAcceptance _acceptance;
    private EigenStatus? _status;
    private int _present;
    private int _iterations;
    private int _halvedAt;
    private double _residualToHalve = double.PositiveInfinity;

    internal LobpcgRun(
        SymmetricOperator matrix, int top, int bottom, LanczosOptions options, Func<Tensor, double, Tensor>? preconditioner)
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
        _upper = _top == 0 ? 0 : _top + Guards;
        int lower = _bottom == 0 ? 0 : _bottom + Guards;
        _block = (int)Math.Min(_upper + lower, matrix.Dimension);
        _preconditioner = preconditioner;
        _productsBefore = matrix.Products;
        _space = new RitzSpace(matrix, (int)Math.Min(3L * _block, matrix.Dimension));
        _random = new Generator(options.Seed);
        _acceptance = new PairAcceptance(options, _space);
    }

    private int Products => (int)(_operator.Products - _productsBefore);

    /// <summary>Fills the block with the given vectors, then with random ones.</summary>
    internal void Start(Tensor? start)
    {
        if (start is not null)
        {
            StartVectors.Check(_operator, start);
            Tensor rows = start.View(-1, _operator.Dimension);
            for (long row = 0; row < rows.Shape[0] && _space.Count < _block; row++)
            {
                _ = Offer(rows.Select(0, row));
            }
        }

        FillTo(_block);
        _present = _space.Count;
    }

    /// <summary>Iterates until every pair is good or cannot become so.</summary>
    internal void Iterate()
    {
        while (_status is null)
        {
            using var scope = new TensorScope();
            _space.Solve();
            var active = new List<(int Index, Tensor Residual, double Norm)>();
            foreach (int index in Wanted())
            {
                Tensor residual = _space.Residual(index);
                double norm = residual.Norm();
                if (!_acceptance.Accepts(index, norm))
                {
                    active.Add((index, residual, norm));
                }
            }

            if (active.Count == 0)
            {
                _status = EigenStatus.Converged;
                return;
            }

            if (AtRounding(active.Max(pair => pair.Norm)))
            {
                _status = EigenStatus.PrecisionReached;
                return;
            }

            _iterations++;
            Tensor[] directions = [.. active.Select(pair =>
                _preconditioner?.Invoke(pair.Residual, _space.Values[pair.Index]) ?? pair.Residual)];
            _space.Restart(Columns([.. active.Select(pair => pair.Index)]));
            _present = _block;
            int kept = _space.Count;
            foreach (Tensor direction in directions)
            {
                _ = Offer(direction);
            }

            if (_space.Count == kept)
            {
                FillTo(kept + 1);
            }
        }
    }

    /// <summary>The pairs of both ends, from the subspace as it stands.</summary>
    internal SpectrumEnds Result() => _space.Ends(_acceptance, _top, _bottom, Products, _status ?? EigenStatus.OutOfProducts);

    /// <inheritdoc/>
    public void Dispose()
    {
        _random.Dispose();
        _space.Dispose();
    }

    private IEnumerable<int> Wanted() => Enumerable.Range(0, _top)
        .Concat(Enumerable.Range(1, _bottom).Select(i => _space.Count - i))
        .Distinct();

    /// <summary>X, then P: of each active vector the part that came from P and R, orthonormal in coordinates.</summary>
    private List<double[]> Columns(int[] active)
    {
        int fromTop = Math.Min(_upper, _block);
        List<double[]> columns =
        [
            .. Enumerable.Range(0, fromTop).Select(_space.Column),
            .. Enumerable.Range(_space.Count - (_block - fromTop), _block - fromTop).Select(_space.Column),
        ];
        foreach (int index in active)
        {
            double[] change = _space.Column(index);
            Array.Clear(change, 0, Math.Min(_present, change.Length));
            if (ThickRestart.PartOutside(columns, change, SmallestPart) is { } part && columns.Count < _space.Capacity - 1)
            {
                columns.Add(part);
            }
        }

        return columns;
    }

    private bool AtRounding(double residual)
    {
        if (residual < _residualToHalve / 2)
        {
            (_residualToHalve, _halvedAt) = (residual, _iterations);
        }

        double epsilon = ScalarTypes.Epsilon(_operator.Type);
        return residual <= 8 * epsilon * _space.Scale
            || _space.Count == _operator.Dimension
            || (_iterations - _halvedAt >= PatienceAtRounding && residual <= Math.Sqrt(epsilon) * _space.Scale);
    }

    private void FillTo(int count)
    {
        while (_space.Count < Math.Min(count, _space.Capacity) && _status is null)
        {
            using var scope = new TensorScope();
            _ = Offer(StartVectors.Random(_operator, _random));
        }
    }

    /// <summary>Offers a direction; false when the subspace holds it already or has no room.</summary>
    private bool Offer(Tensor direction)
    {
        if (_status is not null || _space.Count == _space.Capacity)
        {
            return false;
        }

        if (Products >= _options.MaximumProducts)
        {
            _status = EigenStatus.OutOfProducts;
            return false;
        }

        Expansion outcome = _space.Expand(direction);
        _status = outcome == Expansion.NotFinite ? EigenStatus.NotFinite : null;
        return outcome == Expansion.Grown;
    }
}
