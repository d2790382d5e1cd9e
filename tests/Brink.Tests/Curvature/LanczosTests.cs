using Brink.Curvature;
using Brink.Torch;

namespace Brink.Tests.Curvature;

public sealed class LanczosTests
{
    private static readonly LanczosOptions s_tight = new() { ResidualTolerance = 1e-9 };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(30)]
    [InlineData(200)]
    public void Both_ends_equal_a_dense_eigensolver(int dimension)
    {
        using var scope = new TensorScope();
        Tensor matrix = Matrices.Random(dimension, seed: 3);
        (Tensor values, Tensor vectors) = matrix.SymmetricEigen();
        double[] exact = values.ToArray<double>();
        SpectrumEnds ends = Lanczos.Extremes(new DenseOperator(matrix), 3, 2, s_tight);
        Assert.Equal(EigenStatus.Converged, ends.Largest.Status);
        Assert.Equal(Math.Min(3, dimension), ends.Largest.Count);
        Assert.Equal(Math.Min(2, dimension), ends.Smallest.Count);
        double tolerance = 1e-8 * Math.Abs(exact[^1]);
        for (int i = 0; i < ends.Largest.Count; i++)
        {
            Assert.Equal(exact[^(i + 1)], ends.Largest.Values[i], tolerance);
            double overlap = ends.Largest.Vectors.Select(0, i).Dot(vectors.Select(1, dimension - 1 - i));
            Assert.Equal(1, Math.Abs(overlap), 1e-8);
        }

        for (int i = 0; i < ends.Smallest.Count; i++)
        {
            Assert.Equal(exact[i], ends.Smallest.Values[i], tolerance);
            double overlap = ends.Smallest.Vectors.Select(0, i).Dot(vectors.Select(1, i));
            Assert.Equal(1, Math.Abs(overlap), 1e-8);
        }
    }

    [Theory]
    [InlineData(21_272_778, 1, 22)] // ResNet34: 22 × 2 vectors of 85 MB are 3.7 GB.
    [InlineData(128_807_306, 1, 8)] // VGG11: 16 vectors of 515 MB are 8.2 GB, 44 would be 22.7.
    [InlineData(128_807_306, 4, 10)]
    [InlineData(66_786_506, 1, 16)] // WideResNet50-2.
    public void Holds_fewer_vectors_where_they_are_large(long parameters, int pairs, int rows) =>
        Assert.Equal(rows, new LanczosOptions().Rows(20 + (2 * pairs), pairs, 4 * parameters));

    [Fact]
    public void A_tenfold_eigenvalue_is_found_ten_times()
    {
        using var scope = new TensorScope();
        double[] spectrum = [.. Spectra.Flatland(100).OrderDescending()];
        var matrix = new DenseOperator(Matrices.WithSpectrum(spectrum, seed: 5));
        Eigenpairs pairs = Lanczos.Largest(matrix, 12, s_tight);
        Assert.True(pairs.AllConverged);
        for (int i = 0; i < 12; i++)
        {
            Assert.Equal(spectrum[i], pairs.Values[i], 1e-9);
        }

        Tensor gram = pairs.Vectors.MatrixProduct(pairs.Vectors.Transpose(0, 1));
        double[] overlaps = gram.ToArray<double>();
        for (int i = 0; i < 144; i++)
        {
            Assert.Equal(i % 13 == 0 ? 1 : 0, overlaps[i], 1e-10);
        }
    }

    [Theory]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.Float32)]
    public void A_tenfold_eigenvalue_costs_few_products_in_eighty_thousand_dimensions(ScalarType type)
    {
        using var scope = new TensorScope();
        Tensor spectrum = Tensor.From(Spectra.Flatland(80_000)).To(type);
        var matrix = new DelegateOperator(80_000, type, Device.Cpu, vector =>
        {
            Tensor product = vector.Clone();
            product.MultiplyInPlace(spectrum);
            return product;
        });
        Eigenpairs one = Lanczos.Largest(matrix);
        Assert.True(one.AllConverged);
        Assert.Equal(0.2, one.Values[0], 1e-5);
        Assert.InRange(one.Products, 1, 12);

        Eigenpairs ten = Lanczos.Largest(matrix, 10);
        Assert.True(ten.AllConverged);
        Assert.All(ten.Values, value => Assert.Equal(0.2, value, 1e-5));
        Assert.InRange(ten.Products, 10, 120);
    }

    [Fact]
    public void A_tight_cluster_is_resolved()
    {
        using var scope = new TensorScope();
        double[] spectrum = [1, 1 - 1e-4, 1 - 2e-4, .. Enumerable.Range(0, 97).Select(i => 0.9 - (0.018 * i))];
        var matrix = new DenseOperator(Matrices.WithSpectrum(spectrum, seed: 9));
        SpectrumEnds ends = Lanczos.Extremes(matrix, 4, 1, s_tight);
        Assert.True(ends.Largest.AllConverged);
        for (int i = 0; i < 4; i++)
        {
            Assert.Equal(spectrum[i], ends.Largest.Values[i], 1e-9);
        }

        Assert.Equal(spectrum[^1], ends.Smallest.Values[0], 1e-9);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(0, 1)]
    [InlineData(2, 2)]
    public void Many_restarts_of_a_small_subspace_change_nothing(int top, int bottom)
    {
        using var scope = new TensorScope();
        Tensor matrix = Matrices.Random(300, seed: 12);
        double[] exact = matrix.SymmetricEigen().Values.ToArray<double>();
        LanczosOptions options = s_tight with { Subspace = 8, MaximumProducts = 3000 };
        SpectrumEnds ends = Lanczos.Extremes(new DenseOperator(matrix), top, bottom, options);
        Assert.Equal(EigenStatus.Converged, ends.Largest.Status);
        Assert.True(ends.Largest.Products > 30);
        for (int i = 0; i < top; i++)
        {
            Assert.Equal(exact[^(i + 1)], ends.Largest.Values[i], 1e-7);
        }

        for (int i = 0; i < bottom; i++)
        {
            Assert.Equal(exact[i], ends.Smallest.Values[i], 1e-7);
        }
    }

    [Fact]
    public void A_thick_restart_costs_little_more_than_no_restart()
    {
        using var scope = new TensorScope();
        var matrix = new DenseOperator(Matrices.Random(300, seed: 4));
        LanczosOptions options = new() { ResidualTolerance = 1e-6 };
        int without = Lanczos.Largest(matrix, 1, options with { Subspace = 300 }).Products;
        int with = Lanczos.Largest(matrix, 1, options with { Subspace = 20 }).Products;
        Assert.InRange(with, without, 1.5 * without);
    }

    [Fact]
    public void Single_precision_gives_its_own_digits_and_says_when_there_are_no_more()
    {
        using var scope = new TensorScope();
        Tensor matrix = Matrices.Random(150, seed: 6);
        double exact = matrix.SymmetricEigen().Values.ToArray<double>()[^1];
        var single = new DenseOperator(matrix.To(ScalarType.Float32));
        Eigenpairs good = Lanczos.Largest(single, 1, new LanczosOptions { ResidualTolerance = 1e-5 });
        Assert.True(good.AllConverged);
        Assert.Equal(ScalarType.Float32, good.Vectors.Type);
        Assert.Equal(exact, good.Values[0], 1e-5 * exact);

        Eigenpairs greedy = Lanczos.Largest(single, 1, new LanczosOptions { ResidualTolerance = 1e-12 });
        Assert.Equal(EigenStatus.PrecisionReached, greedy.Status);
        Assert.False(greedy.Converged[0]);
        Assert.InRange(greedy.RelativeResiduals[0], 1e-12, 1e-5);
    }

    [Fact]
    public void Products_noisier_than_the_vectors_precision_end_before_the_budget()
    {
        using var scope = new TensorScope();
        Tensor matrix = Matrices.WithSpectrum(Spectra.Training(150, 1), seed: 1);
        Tensor single = matrix.To(ScalarType.Float32);
        ulong call = 0;
        var noisy = new DelegateOperator(150, ScalarType.Float32, Device.Cpu, vector =>
        {
            Tensor noise = Matrices.Normal([150], ++call).To(ScalarType.Float32);
            return single.MatrixProduct(vector).AddScaled(noise, 1e-6);
        });
        Eigenpairs pair = Lanczos.Largest(noisy, 1, new LanczosOptions { ResidualTolerance = 1e-9 });
        Assert.Equal(EigenStatus.PrecisionReached, pair.Status);
        Assert.InRange(pair.Products, 10, 150);
        Assert.Equal(matrix.SymmetricEigen().Values.ToArray<double>()[^1], pair.Values[0], 1e-4);
    }

    [Fact]
    public void The_zero_operator_has_eigenvalue_zero_after_one_product()
    {
        using var scope = new TensorScope();
        var zero = new DenseOperator(Tensor.Zeros([20, 20], ScalarType.Float64));
        Eigenpairs pairs = Lanczos.Largest(zero);
        Assert.True(pairs.AllConverged);
        Assert.Equal(0, pairs.Values[0]);
        Assert.Equal(0, pairs.RelativeResiduals[0]);
        Assert.Equal(1, pairs.Products);
        Assert.Equal([0.0, 0.0, 0.0], Lanczos.Largest(zero, 3).Values);
    }

    [Fact]
    public void An_eigenvalue_of_zero_is_measured_by_the_scale_of_the_operator()
    {
        using var scope = new TensorScope();
        double[] spectrum = [0, 0, 0, .. Enumerable.Range(1, 57).Select(i => -i / 10.0)];
        var matrix = new DenseOperator(Matrices.WithSpectrum(spectrum, seed: 8));
        Eigenpairs pairs = Lanczos.Largest(matrix, 1, new LanczosOptions { ResidualTolerance = 1e-4 });
        Assert.Equal(EigenStatus.Converged, pairs.Status);
        Assert.InRange(Math.Abs(pairs.Values[0]), 0, 1e-4 * 5.7);
        Assert.InRange(pairs.RelativeResiduals[0], 0, 1e-4);
    }

    [Theory]
    [InlineData(double.NaN, 1)]
    [InlineData(double.PositiveInfinity, 1)]
    [InlineData(double.NaN, 4)]
    public void A_product_that_is_not_finite_ends_with_that_status(double poison, int at)
    {
        using var scope = new TensorScope();
        Tensor matrix = Matrices.Random(40, seed: 2);
        int calls = 0;
        var poisoned = new DelegateOperator(40, ScalarType.Float64, Device.Cpu, vector =>
        {
            Tensor product = matrix.MatrixProduct(vector);
            if (++calls == at)
            {
                product.Select(0, 7).Fill(poison);
            }

            return product;
        });
        Eigenpairs pairs = Lanczos.Largest(poisoned, 1, s_tight);
        Assert.Equal(EigenStatus.NotFinite, pairs.Status);
        Assert.Equal(at, pairs.Products);
        Assert.Equal(at == 1 ? 0 : 1, pairs.Count);
        Assert.False(pairs.Count > 0 && pairs.Converged[0]);
    }

    [Fact]
    public void Running_out_of_products_is_said_and_the_value_is_not_called_converged()
    {
        using var scope = new TensorScope();
        Tensor matrix = Matrices.Random(200, seed: 2);
        Eigenpairs pairs = Lanczos.Largest(new DenseOperator(matrix), 2, s_tight with { MaximumProducts = 7 });
        Assert.Equal(EigenStatus.OutOfProducts, pairs.Status);
        Assert.Equal(7, pairs.Products);
        Assert.False(pairs.AllConverged);
        Assert.True(pairs.Residuals[0] > 1e-9);
    }

    [Fact]
    public void The_eigenvalue_rule_needs_fewer_products_for_the_same_digits_of_the_eigenvalue()
    {
        using var scope = new TensorScope();
        int byResidual = 0;
        int byEigenvalue = 0;
        for (ulong seed = 0; seed < 10; seed++)
        {
            double[] spectrum = Spectra.Training(400, seed);
            var matrix = new DenseOperator(Matrices.WithSpectrum(spectrum, seed));
            byResidual += Lanczos.Largest(matrix, 1, new LanczosOptions { Seed = seed }).Products;
            Eigenpairs quick = Lanczos.Largest(matrix, 1, new LanczosOptions { EigenvalueTolerance = 1e-3, Seed = seed });
            byEigenvalue += quick.Products;
            Assert.Equal(spectrum.Max(), quick.Values[0], 1e-3 * spectrum.Max());
        }

        Assert.True(byEigenvalue < 0.85 * byResidual, $"{byEigenvalue} products against {byResidual}");
    }

    [Fact]
    public void Options_and_starts_out_of_range_are_named()
    {
        using var scope = new TensorScope();
        var matrix = new DenseOperator(Matrices.Random(5, seed: 1));
        Assert.Contains(
            "ResidualTolerance is 2",
            Assert.Throws<ArgumentException>(() => Lanczos.Largest(matrix, 1, new LanczosOptions { ResidualTolerance = 2 })).Message);
        Assert.Contains(
            "rows of length 5",
            Assert.Throws<ArgumentException>(() => Lanczos.Largest(matrix, 1, null, Tensor.From([1.0, 2.0]))).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => Lanczos.Largest(matrix, 0));
    }
}
