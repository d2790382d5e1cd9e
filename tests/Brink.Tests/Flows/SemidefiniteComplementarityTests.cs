using Brink.Flows;
using FsCheck;
using FsCheck.Fluent;
using MathNet.Numerics.LinearAlgebra;

namespace Brink.Tests.Flows;

/// <summary>Laws over random problems, drawn as (k, rank of A, seed), and cases with a known answer.</summary>
public sealed class SemidefiniteComplementarityTests
{
    private static readonly Arbitrary<(int Size, int Rank, int Seed)> s_problems =
        (from size in Gen.Choose(1, 6)
         from rank in Gen.Choose(1, SymmetricCoordinates.Length(size))
         from seed in Gen.Choose(0, 1_000_000)
         select (size, rank, seed)).ToArbitrary();

    [Fact]
    public void The_answer_is_feasible_and_complementary() => ForAll((c, map, _) =>
    {
        ComplementaritySolution solution = SemidefiniteComplementarity.Solve(c, map);
        Assert.Equal(ComplementarityStatus.Solved, solution.Status);
        int size = c.RowCount;
        Matrix<double> s = c + SymmetricCoordinates.Unpack(map * SymmetricCoordinates.Pack(solution.X), size);
        Assert.True((s - solution.S).FrobeniusNorm() <= 1e-12 * (1 + s.FrobeniusNorm()));
        Assert.True(Smallest(solution.X) >= -1e-10 * solution.X.FrobeniusNorm());
        Assert.True(Smallest(s) >= -1e-9 * c.FrobeniusNorm());
        Assert.InRange(Math.Abs(Inner(solution.X, s)), 0, 1e-9 * c.FrobeniusNorm() * (1 + solution.X.FrobeniusNorm()));
    });

    [Fact]
    public void No_feasible_point_has_a_lower_value() => ForAll((c, map, random) =>
    {
        Matrix<double> best = SemidefiniteComplementarity.Solve(c, map).X;
        double value = Value(c, map, best);
        for (int trial = 0; trial < 20; trial++)
        {
            Matrix<double> root = Normal(c.RowCount, c.RowCount, random);
            Matrix<double> far = root * root.Transpose() * Math.Exp(Math.Log(10) * random.NextDouble() * 4 - 2);
            foreach (Matrix<double> point in (Matrix<double>[])[far, best + (far * 1e-3), (best * 0.9) + (far * 0.1), best * 1.01, best * 0.99])
            {
                Assert.True(Value(c, map, point) >= value - (1e-9 * (1 + Math.Abs(value))));
            }
        }
    });

    [Fact]
    public void Units_do_not_matter() => ForAll((c, map, _) =>
    {
        Matrix<double> plain = SemidefiniteComplementarity.Solve(c, map).X;
        Matrix<double> scaled = SemidefiniteComplementarity.Solve(c * 1e5, map * 1e-3).X;
        Vector<double> slack = map * SymmetricCoordinates.Pack((scaled * 1e-8) - plain);
        Assert.True(slack.L2Norm() <= 1e-6 * (1 + map.FrobeniusNorm() * plain.FrobeniusNorm()));
    });

    [Fact]
    public void A_change_of_basis_changes_the_basis_of_the_answer_only() => ForAll((c, map, random) =>
    {
        int size = c.RowCount;
        Matrix<double> q = Normal(size, size, random).QR().Q;
        var change = Matrix<double>.Build.Dense(map.RowCount, map.RowCount);
        for (int k = 0; k < map.RowCount; k++)
        {
            var unit = Vector<double>.Build.Dense(map.RowCount);
            unit[k] = 1;
            change.SetColumn(k, SymmetricCoordinates.Pack(q * SymmetricCoordinates.Unpack(unit, size) * q.Transpose()));
        }

        // A(X) is unique even where X is not.
        Vector<double> plain = map * SymmetricCoordinates.Pack(SemidefiniteComplementarity.Solve(c, map).X);
        Matrix<double> turnedMap = change * map * change.Transpose();
        Vector<double> turned = turnedMap * SymmetricCoordinates.Pack(SemidefiniteComplementarity.Solve(q * c * q.Transpose(), turnedMap).X);
        Assert.True(((change * plain) - turned).L2Norm() <= 1e-6 * (1 + plain.L2Norm()));
    });

    [Theory]
    [InlineData(-3, 2, 1.5)]
    [InlineData(-1e-6, 1e3, 1e-9)]
    [InlineData(4, 2, 0)]
    [InlineData(0, 0, 0)]
    public void One_by_one_is_a_division(double c, double a, double x)
    {
        ComplementaritySolution solution = SemidefiniteComplementarity.Solve(Matrix<double>.Build.Dense(1, 1, c), Matrix<double>.Build.Dense(1, 1, a));
        Assert.Equal(ComplementarityStatus.Solved, solution.Status);
        Assert.Equal(x, solution.X[0, 0], 1e-10 * (1 + Math.Abs(x)));
    }

    [Fact]
    public void With_the_identity_for_A_the_answer_is_the_positive_part_of_minus_C()
    {
        for (int size = 1; size <= 12; size += 3)
        {
            Matrix<double> c = Symmetric(Normal(size, size, new Random(size)));
            Matrix<double> x = SemidefiniteComplementarity.Solve(c, Matrix<double>.Build.DenseIdentity(SymmetricCoordinates.Length(size))).X;
            var eigen = c.Evd(Symmetricity.Symmetric);
            Matrix<double> expected = eigen.EigenVectors
                * Matrix<double>.Build.DiagonalOfDiagonalVector(eigen.EigenValues.Map(value => Math.Max(0, -value.Real)))
                * eigen.EigenVectors.Transpose();
            Assert.True((x - expected).FrobeniusNorm() <= 1e-9 * (1 + expected.FrobeniusNorm()));
        }
    }

    [Fact]
    public void A_diagonal_problem_is_a_linear_complementarity_problem()
    {
        // Off the diagonal A is the identity and C zero; on it, 0 ≤ x ⟂ Bx + c ≥ 0, solved by trying every support.
        var random = new Random(5);
        for (int trial = 0; trial < 10; trial++)
        {
            const int Size = 3;
            Matrix<double> root = Normal(Size, Size, random);
            Matrix<double> b = root * root.Transpose();
            Vector<double> c = Normal(Size, 1, random).Column(0);
            var map = Matrix<double>.Build.DenseIdentity(SymmetricCoordinates.Length(Size));
            int[] diagonal = [0, 3, 5];
            for (int i = 0; i < Size; i++)
            {
                for (int j = 0; j < Size; j++)
                {
                    map[diagonal[i], diagonal[j]] = b[i, j];
                }
            }

            Matrix<double> x = SemidefiniteComplementarity.Solve(Matrix<double>.Build.DiagonalOfDiagonalVector(c), map).X;
            Vector<double> expected = BySupports(b, c);
            Assert.True((x.Diagonal() - expected).L2Norm() <= 1e-9 * (1 + expected.L2Norm()));
        }
    }

    [Fact]
    public void Where_no_oscillation_helps_it_says_so()
    {
        // A sees the first diagonal entry only; C is negative in the second.
        var map = Matrix<double>.Build.Dense(3, 3);
        map[0, 0] = 1;
        Matrix<double> c = Matrix<double>.Build.DenseOfArray(new double[,] { { -1, 0 }, { 0, -1 } });
        Assert.Equal(ComplementarityStatus.Infeasible, SemidefiniteComplementarity.Solve(c, map).Status);
        Assert.Equal(ComplementarityStatus.Infeasible, SemidefiniteComplementarity.Solve(c, map * 0).Status);
    }

    [Fact]
    public void Twenty_directions_are_no_trouble()
    {
        var random = new Random(3);
        int length = SymmetricCoordinates.Length(20);
        Matrix<double> root = Normal(length, length, random);
        ComplementaritySolution solution = SemidefiniteComplementarity.Solve(
            Symmetric(Normal(20, 20, random)) - (2 * Matrix<double>.Build.DenseIdentity(20)), root * root.Transpose() / length);
        Assert.Equal(ComplementarityStatus.Solved, solution.Status);
        Assert.InRange(solution.Iterations, 1, 40);
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        Matrix<double> two = Matrix<double>.Build.DenseIdentity(2);
        Assert.Throws<ArgumentException>(() => SemidefiniteComplementarity.Solve(two, two));
        Assert.Throws<ArgumentException>(() => SemidefiniteComplementarity.Solve(two * double.NaN, Matrix<double>.Build.DenseIdentity(3)));
    }

    private static Vector<double> BySupports(Matrix<double> b, Vector<double> c)
    {
        for (int support = 0; support < 1 << c.Count; support++)
        {
            int[] places = [.. Enumerable.Range(0, c.Count).Where(i => (support >> i & 1) == 1)];
            var x = Vector<double>.Build.Dense(c.Count);
            if (places.Length > 0)
            {
                var block = Matrix<double>.Build.Dense(places.Length, places.Length, (i, j) => b[places[i], places[j]]);
                var right = Vector<double>.Build.Dense(places.Length, i => -c[places[i]]);
                Vector<double> part = block.Solve(right);
                for (int i = 0; i < places.Length; i++)
                {
                    x[places[i]] = part[i];
                }
            }

            if (x.Minimum() >= 0 && ((b * x) + c).Minimum() >= -1e-12)
            {
                return x;
            }
        }

        throw new InvalidOperationException("a positive definite problem has a solution");
    }

    private static double Value(Matrix<double> c, Matrix<double> map, Matrix<double> x)
    {
        Vector<double> packed = SymmetricCoordinates.Pack(x);
        return (0.5 * packed.DotProduct(map * packed)) + Inner(c, x);
    }

    private static double Inner(Matrix<double> a, Matrix<double> b) => a.PointwiseMultiply(b).Enumerate().Sum();

    private static double Smallest(Matrix<double> matrix) => matrix.Evd(Symmetricity.Symmetric).EigenValues.Min(value => value.Real);

    private static Matrix<double> Symmetric(Matrix<double> matrix) => (matrix + matrix.Transpose()) * 0.5;

    private static Matrix<double> Normal(int rows, int columns, Random random) =>
        Matrix<double>.Build.Dense(rows, columns, (_, _) => MathNet.Numerics.Distributions.Normal.Sample(random, 0, 1));

    /// <summary>A of the given rank; C = S₀ − A(X₀) with S₀ ≻ 0 and X₀ ⪰ 0, so that there is a strictly feasible point.</summary>
    private static void ForAll(Action<Matrix<double>, Matrix<double>, Random> law) =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(60),
            Prop.ForAll(s_problems, draw =>
            {
                var random = new Random(draw.Seed);
                int length = SymmetricCoordinates.Length(draw.Size);
                Matrix<double> factor = Normal(length, draw.Rank, random);
                Matrix<double> map = factor * factor.Transpose();
                Matrix<double> left = Normal(draw.Size, draw.Size, random);
                Matrix<double> right = Normal(draw.Size, draw.Size, random);
                Matrix<double> image = SymmetricCoordinates.Unpack(map * SymmetricCoordinates.Pack(left * left.Transpose()), draw.Size);
                Matrix<double> slack = (right * right.Transpose() * random.NextDouble()) + (Matrix<double>.Build.DenseIdentity(draw.Size) * 0.01);
                law(slack - image, map, random);
            }));
}
