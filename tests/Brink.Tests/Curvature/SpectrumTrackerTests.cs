using Brink.Curvature;
using Brink.Torch;

namespace Brink.Tests.Curvature;

public sealed class SpectrumTrackerTests
{
    private static readonly LanczosOptions s_tight = new() { ResidualTolerance = 1e-6, MaximumProducts = 3000 };

    [Theory]
    [InlineData(0.0006)]
    [InlineData(0.02)]
    [InlineData(1.0)]
    public void Both_ends_of_a_drifting_operator_are_those_of_a_dense_solver(double drift)
    {
        using var scope = new TensorScope();
        using var tracker = new SpectrumTracker(new SpectrumRequest { Largest = 6, Smallest = 3 }, s_tight);
        for (int step = 0; step < 8; step++)
        {
            Tensor matrix = Drifting(step, drift);
            double[] exact = matrix.SymmetricEigen().Values.ToArray<double>();
            SpectrumMeasurement found = tracker.Measure(new DenseOperator(matrix), hint: matrix.Select(0, 3));
            Assert.True(found.Converged);
            Assert.Equal(6, found.Largest.Count);
            Assert.Equal(3, found.Smallest.Count);
            for (int i = 0; i < 6; i++)
            {
                Assert.Equal(exact[^(i + 1)], found.Largest.Values[i], 1e-8);
            }

            for (int i = 0; i < 3; i++)
            {
                Assert.Equal(exact[i], found.Smallest.Values[i], 1e-8);
            }
        }
    }

    [Fact]
    public void Single_precision_is_followed_to_its_digits()
    {
        using var scope = new TensorScope();
        using var tracker = new SpectrumTracker(new SpectrumRequest { Largest = 5 }, new LanczosOptions { ResidualTolerance = 1e-4 });
        for (int step = 0; step < 6; step++)
        {
            Tensor matrix = Drifting(step, 0.05);
            double[] exact = matrix.SymmetricEigen().Values.ToArray<double>();
            SpectrumMeasurement found = tracker.Measure(new DenseOperator(matrix.To(ScalarType.Float32)));
            Assert.True(found.Converged);
            for (int i = 0; i < 5; i++)
            {
                Assert.Equal(exact[^(i + 1)], found.Largest.Values[i], 1e-5);
            }
        }
    }

    [Fact]
    public void A_tenfold_eigenvalue_that_appears_is_found_ten_times()
    {
        using var scope = new TensorScope();
        using var tracker = new SpectrumTracker(
            new SpectrumRequest { Largest = 10 }, new LanczosOptions { ResidualTolerance = 1e-4, MaximumProducts = 2000 });
        for (ulong step = 0; step < 4; step++)
        {
            _ = tracker.Measure(new DenseOperator(Matrices.WithSpectrum(Spectra.Training(400, 7), seed: 40 + step)));
        }

        // The eigenvectors have not lasted, so that the start is one vector: its Krylov space holds one copy.
        var flat = new DenseOperator(Matrices.WithSpectrum(Spectra.Flatland(400), seed: 99));
        SpectrumMeasurement found = tracker.Measure(flat);
        Assert.True(found.Converged);
        Assert.All(found.Largest.Values, value => Assert.Equal(0.2, value, 1e-7));
        _ = tracker.Measure(flat);
        Assert.InRange(tracker.Measure(flat).Products, 10, 12);
    }

    [Theory]
    [InlineData(10, 0.05)]
    [InlineData(10, 0.1)]
    [InlineData(9, 0.1)]
    [InlineData(8, 0.1)]
    [InlineData(3, 0.05)]
    public void Copies_of_an_eigenvalue_among_the_largest_are_not_missed_from_a_thin_start(int copies, double next)
    {
        double[] others = [3, 1.2, 0.7, 0.5, 0.4, 0.33, 0.3];
        double[] spectrum = [.. others[..(10 - copies)], .. Enumerable.Repeat(0.2, copies), .. Spectra.Flatland(390).Skip(10).Select(value => value * next / 0.05)];
        for (ulong seed = 0; seed < 12; seed++)
        {
            using var scope = new TensorScope();
            using var tracker = new SpectrumTracker(
                new SpectrumRequest { Largest = 10 }, new LanczosOptions { ResidualTolerance = 1e-4, MaximumProducts = 2000, Seed = seed });
            int dimension = spectrum.Length;
            Tensor hint = Matrices.Random(dimension, seed: 70 + seed).Select(0, 0);
            for (ulong step = 0; step < 3; step++)
            {
                _ = tracker.Measure(new DenseOperator(Matrices.WithSpectrum(Spectra.Training(dimension, 7), seed: 40 + step)), hint: hint);
            }

            SpectrumMeasurement found = tracker.Measure(new DenseOperator(Matrices.WithSpectrum(spectrum, seed: 900 + seed)), hint: hint);
            Assert.True(found.Converged);
            Assert.All(found.Largest.Values.Zip(spectrum), pair => Assert.Equal(pair.Second, pair.First, 1e-6));
        }
    }

    [Fact]
    public void Where_nothing_lasts_the_products_are_shared_among_all_pairs_from_the_second_measurement_on()
    {
        using var scope = new TensorScope();
        var options = new LanczosOptions { ResidualTolerance = 1e-4, MaximumProducts = 2000 };
        using var tracker = new SpectrumTracker(new SpectrumRequest { Largest = 10 }, options);
        for (ulong step = 0; step < 3; step++)
        {
            Tensor matrix = Matrices.WithSpectrum(Spectra.Training(400, 7), seed: 40 + step);
            double[] exact = matrix.SymmetricEigen().Values.ToArray<double>();
            Eigenpairs block = Lanczos.Largest(new DenseOperator(matrix), 10, options);
            SpectrumMeasurement found = tracker.Measure(new DenseOperator(matrix), hint: Matrices.Random(400, seed: 5 + step).Select(0, 0));
            Assert.True(found.Converged);
            Assert.True(step == 0 || found.Products < 0.8 * block.Products, $"{found.Products} products, a block of ten takes {block.Products}");
            Assert.All(found.Largest.Values.Zip(exact.Reverse()), pair => Assert.Equal(pair.Second, pair.First, 1e-6));
        }
    }

    [Fact]
    public void Another_eigenvector_that_overtakes_is_found()
    {
        using var scope = new TensorScope();
        using var tracker = new SpectrumTracker(new SpectrumRequest { Largest = 2 }, s_tight);
        double[] before = [1.0, 0.9, 0.8, .. Enumerable.Range(0, 97).Select(i => 0.3 - (0.003 * i))];
        double[] after = [1.0, 0.9, 1.1, .. before[3..]];
        _ = tracker.Measure(new DenseOperator(Matrices.WithSpectrum(before, seed: 1)));
        SpectrumMeasurement found = tracker.Measure(new DenseOperator(Matrices.WithSpectrum(after, seed: 1)));
        Assert.Equal(1.1, found.Largest.Values[0], 1e-8);
        Assert.Equal(1.0, found.Largest.Values[1], 1e-8);
    }

    [Fact]
    public void Eigenvalues_come_and_go_with_the_threshold()
    {
        using var scope = new TensorScope();
        using var tracker = new SpectrumTracker(new SpectrumRequest { Largest = 1, MostLargest = 6 }, s_tight);
        double[] spectrum = [.. Enumerable.Range(0, 10).Select(i => 1.0 - (0.08 * i)), .. Enumerable.Range(0, 90).Select(i => 0.1 - (0.001 * i))];
        var matrix = new DenseOperator(Matrices.WithSpectrum(spectrum, seed: 4));
        foreach (double threshold in (double[])[2.0, 0.97, 0.75, 0.9, 0.65, 2.0])
        {
            SpectrumMeasurement found = tracker.Measure(matrix, threshold);
            int above = spectrum.Count(value => value > threshold);
            Assert.Equal(above, found.Above);
            Assert.False(found.Capped);
            Assert.True(found.Converged);
            Assert.InRange(found.Largest.Count, Math.Min(6, above + 1), 6);
            for (int i = 0; i < above; i++)
            {
                Assert.Equal(spectrum[i], found.Largest.Values[i], 1e-8);
            }
        }

        _ = tracker.Measure(matrix, 2.0);
        Assert.InRange(tracker.Measure(matrix, 2.0).Products, 1, 3);
        SpectrumMeasurement many = tracker.Measure(matrix, 0.5);
        Assert.True(many.Capped);
        Assert.Equal(6, many.Above);
        Assert.Equal(6, many.Largest.Count);
    }

    [Theory]
    [InlineData(1, 0.0006)]
    [InlineData(3, 0.5)]
    public void A_saved_and_resumed_tracker_gives_the_bits_of_one_never_stopped(int stop, double drift)
    {
        using var scope = new TensorScope();
        var request = new SpectrumRequest { Largest = 3, Smallest = 2, MostLargest = 8 };
        using var whole = new SpectrumTracker(request);
        SpectrumMeasurement[] expected = [.. Enumerable.Range(0, 6).Select(k => Measured(whole, k))];
        IReadOnlyDictionary<string, Tensor> state;
        using (var first = new SpectrumTracker(request))
        {
            for (int k = 0; k < stop; k++)
            {
                _ = Measured(first, k);
            }

            state = first.Export();
        }

        using var second = new SpectrumTracker(request);
        second.Import(state);
        for (int k = stop; k < 6; k++)
        {
            SpectrumMeasurement resumed = Measured(second, k);
            Assert.Equal(expected[k].Products, resumed.Products);
            Assert.Equal(expected[k].Above, resumed.Above);
            Assert.Equal(expected[k].Largest.Values, resumed.Largest.Values);
            Assert.Equal(expected[k].Smallest.RelativeResiduals, resumed.Smallest.RelativeResiduals);
            Assert.True(expected[k].Largest.Vectors.IsSameAs(resumed.Largest.Vectors));
        }

        SpectrumMeasurement Measured(SpectrumTracker tracker, int step)
        {
            Tensor matrix = Drifting(step, drift);
            return tracker.Measure(new DenseOperator(matrix), 0.5, matrix.Select(0, 3));
        }
    }

    [Fact]
    public void A_tolerance_missed_is_reported_and_a_product_that_is_not_finite_leaves_the_memory_as_it_was()
    {
        using var scope = new TensorScope();
        using var tracker = new SpectrumTracker(
            new SpectrumRequest { Largest = 4 }, new LanczosOptions { ResidualTolerance = 1e-9, MaximumProducts = 12 });
        SpectrumMeasurement few = tracker.Measure(new DenseOperator(Drifting(0, 1)));
        Assert.Equal(EigenStatus.OutOfProducts, few.Largest.Status);
        Assert.False(few.Converged);
        Assert.Equal(12, few.Products);
        Tensor matrix = Drifting(0, 1);
        Tensor x = few.Largest.Vectors.Select(0, 3);
        double residual = (matrix.MatrixProduct(x) - (x * few.Largest.Values[3])).Norm();
        Assert.Equal(residual, few.Largest.Residuals[3], 1e-10);

        Tensor before = tracker.Export()["spectrum.vectors"];
        SpectrumMeasurement broken = tracker.Measure(new DenseOperator(Drifting(1, 1) * double.NaN));
        Assert.Equal(EigenStatus.NotFinite, broken.Largest.Status);
        Assert.True(before.IsSameAs(tracker.Export()["spectrum.vectors"]));
    }

    [Fact]
    public void What_cannot_be_is_refused()
    {
        using var scope = new TensorScope();
        using var tracker = new SpectrumTracker(new SpectrumRequest());
        Assert.Contains("spectrum.state", Assert.Throws<ArgumentException>(() => tracker.Import(new Dictionary<string, Tensor>())).Message);
        Assert.Contains(
            "length 200",
            Assert.Throws<ArgumentException>(() => tracker.Measure(new DenseOperator(Drifting(0, 1)), hint: Tensor.From([1.0]))).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => new SpectrumTracker(new SpectrumRequest { Largest = 5, MostLargest = 2 }));
    }

    private static Tensor Drifting(int step, double drift)
    {
        using var scope = new TensorScope();
        Tensor matrix = Matrices.WithSpectrum(Spectra.Training(200, 7), seed: 7);
        return scope.Keep(matrix + (Matrices.Random(200, seed: 77 + (ulong)step) * (0.05 * drift)));
    }
}
