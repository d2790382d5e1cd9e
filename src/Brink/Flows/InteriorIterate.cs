using MathNet.Numerics.LinearAlgebra;

namespace Brink.Flows;

/// <summary>X ≻ 0 and S ≻ 0 on their way to the solution of a semidefinite complementarity problem of unit scale.</summary>
internal sealed class InteriorIterate
{
    /// <summary>Size of X at which there is no solution that could be told from none.</summary>
    private const double Huge = 1e10;

    private readonly Matrix<double> _c;
    private readonly Matrix<double> _map;
    private readonly int _size;
    private Matrix<double> _x;
    private Matrix<double> _s;
    private double _bestError = double.PositiveInfinity;

    internal InteriorIterate(Matrix<double> c, Matrix<double> map)
    {
        (_c, _map, _size) = (c, map, c.RowCount);
        _x = Matrix<double>.Build.DenseIdentity(_size);
        _s = Matrix<double>.Build.DenseIdentity(_size);
        Best = _x;
        Judge();
    }

    /// <summary>The X with the least error so far.</summary>
    internal Matrix<double> Best { get; private set; }

    /// <summary>The larger of the complementarity gap in units of ‖X‖ and the residual of S = C + A(X).</summary>
    internal double Error { get; private set; }

    internal bool IsBounded => _x.FrobeniusNorm() < Huge;

    /// <summary>Takes one predictor–corrector step.</summary>
    /// <param name="share">Share of the way to the boundary that it may go.</param>
    /// <returns>False where rounding forbids another.</returns>
    internal bool Advance(double share)
    {
        if (Scaling() is not { } scaling)
        {
            return false;
        }

        (Matrix<double> g, Vector<double> d) = scaling;
        Matrix<double> miss = Image(_x) + _c - _s;
        Matrix<double> residual = g.Transpose() * miss * g;
        Matrix<double> scaledMap = ScaledMap(g);
        MathNet.Numerics.LinearAlgebra.Factorization.Cholesky<double> factor;
        try
        {
            factor = (scaledMap + Matrix<double>.Build.DenseIdentity(scaledMap.RowCount)).Cholesky();
        }
        catch (ArgumentException)
        {
            return false;
        }

        double mean = d.DotProduct(d) / _size;
        (Matrix<double> dx, Matrix<double> ds) = Direction(factor, d, residual, 0, null);
        double reach = Math.Min(1, StepToBoundary(d, dx, ds));
        double predicted = 0;
        for (int i = 0; i < _size; i++)
        {
            for (int j = 0; j < _size; j++)
            {
                double x = (i == j ? d[i] : 0) + (reach * dx[i, j]);
                predicted += x * ((i == j ? d[i] : 0) + (reach * ds[i, j]));
            }
        }

        double centring = Math.Pow(Math.Clamp(predicted / _size / mean, 0, 1), 3);
        Matrix<double> second = ((dx * ds) + (ds * dx)) * 0.5;
        (dx, ds) = Direction(factor, d, residual, centring * mean, second);
        double step = Math.Min(1, share * StepToBoundary(d, dx, ds));
        if (!(step > 1e-10))
        {
            return false;
        }

        // S moves by what X's move makes of it, not by GᵀdSG turned back: G is ill-conditioned near the end.
        Matrix<double> change = Symmetric(g * dx * g.Transpose());
        _x += change * step;
        _s += Symmetric(miss + Image(change)) * step;
        Judge();
        return true;
    }

    /// <summary>Whether X points where S can never become positive: Z ⪰ 0, A(Z) = 0, ⟨C, Z⟩ &lt; 0.</summary>
    internal bool ShowsInfeasibility()
    {
        Matrix<double> z = _x / _x.FrobeniusNorm();
        return Image(z).FrobeniusNorm() < 1e-6 && SemidefiniteComplementarity.Inner(_c, z) < -1e-5;
    }

    /// <summary>Largest t with D + t·dX̃ ⪰ 0 and D + t·dS̃ ⪰ 0.</summary>
    private static double StepToBoundary(Vector<double> d, params Matrix<double>[] directions)
    {
        Matrix<double> root = Matrix<double>.Build.DiagonalOfDiagonalVector(d.PointwiseSqrt().DivideByThis(1));
        double steepest = directions.Max(direction =>
            -SemidefiniteComplementarity.SmallestEigenvalue(Symmetric(root * direction * root)));
        return steepest > 0 ? 1 / steepest : double.PositiveInfinity;
    }

    private static Matrix<double> Symmetric(Matrix<double> matrix) => (matrix + matrix.Transpose()) * 0.5;

    private static Matrix<double>? Root(Matrix<double> positive)
    {
        var eigen = positive.Evd(Symmetricity.Symmetric);
        double least = eigen.EigenValues.Min(value => value.Real);
        return least > 0 ? eigen.EigenVectors * Matrix<double>.Build.DiagonalOfDiagonalVector(eigen.EigenValues.Map(value => Math.Sqrt(value.Real))) : null;
    }

    /// <summary>G and d with G⁻¹XG⁻ᵀ = GᵀSG = diag(d); null where rounding has made X or S indefinite.</summary>
    private (Matrix<double> G, Vector<double> D)? Scaling()
    {
        if (Root(_x) is not { } left || Root(_s) is not { } right)
        {
            return null;
        }

        var svd = (right.Transpose() * left).Svd();
        Vector<double> d = svd.S;
        return d.Minimum() > 0
            ? (left * svd.VT.Transpose() * Matrix<double>.Build.DiagonalOfDiagonalVector(d.PointwiseSqrt().DivideByThis(1)), d)
            : null;
    }

    /// <summary>X̃ ↦ GᵀA(G X̃ Gᵀ)G in symmetric coordinates.</summary>
    private Matrix<double> ScaledMap(Matrix<double> g)
    {
        int length = _map.RowCount;
        var change = Matrix<double>.Build.Dense(length, length);
        SymmetricCoordinates.ForEachPair(_size, (place, i, j) =>
        {
            // G E Gᵀ for the unit coordinate at (i, j).
            Matrix<double> outer = g.Column(i).OuterProduct(g.Column(j));
            double weight = i == j ? 0.5 : 1 / Math.Sqrt(2);
            change.SetColumn(place, SymmetricCoordinates.Pack((outer + outer.Transpose()) * weight));
        });
        return Symmetric(change.Transpose() * _map * change);
    }

    /// <summary>Newton's direction for X̃∘S̃ = μI, given the second-order term of the predictor.</summary>
    private (Matrix<double> X, Matrix<double> S) Direction(
        MathNet.Numerics.LinearAlgebra.Factorization.Cholesky<double> factor,
        Vector<double> d,
        Matrix<double> residual,
        double mu,
        Matrix<double>? second)
    {
        var sum = Matrix<double>.Build.Dense(_size, _size, (i, j) =>
            2 * ((i == j ? mu - (d[i] * d[i]) : 0) - (second?[i, j] ?? 0)) / (d[i] + d[j]));
        Matrix<double> dx = SymmetricCoordinates.Unpack(factor.Solve(SymmetricCoordinates.Pack(sum - residual)), _size);
        return (dx, sum - dx);
    }

    private Matrix<double> Image(Matrix<double> x) => SymmetricCoordinates.Unpack(_map * SymmetricCoordinates.Pack(x), _size);

    private void Judge()
    {
        double size = Math.Max(1, _x.FrobeniusNorm());
        double gap = SemidefiniteComplementarity.Inner(_x, _s) / size;
        Error = Math.Max(gap, (Image(_x) + _c - _s).FrobeniusNorm());
        if (Error < _bestError)
        {
            (_bestError, Best) = (Error, _x);
        }
    }
}
