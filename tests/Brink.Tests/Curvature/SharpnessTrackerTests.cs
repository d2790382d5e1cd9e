using Brink.Curvature;
using Brink.Torch;

namespace Brink.Tests.Curvature;

public sealed class SharpnessTrackerTests
{
    [Theory]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.Float32)]
    public void A_drifting_operator_is_followed_at_less_than_half_the_products_of_cold_starts(ScalarType type)
    {
        using var scope = new TensorScope();
        using var tracker = new SharpnessTracker();
        int warm = 0;
        int cold = 0;
        for (int step = 0; step < 25; step++)
        {
            Tensor exact = Drifting(step);
            double largest = exact.SymmetricEigen().Values.ToArray<double>()[^1];
            var matrix = new DenseOperator(exact.To(type));
            SharpnessMeasurement measured = tracker.Measure(matrix);
            Assert.True(measured.Converged);
            Assert.InRange(measured.RelativeResidual, 0, 1e-3);
            Assert.Equal(largest, measured.Value, 1e-4 * largest);
            int spent = Lanczos.Largest(matrix).Products;
            (warm, cold) = step == 0 ? (0, 0) : (warm + measured.Products, cold + spent);
        }

        Assert.True(warm < 0.5 * cold, $"{warm} products warm, {cold} cold");
        Assert.Equal(25, tracker.Measurements);
    }

    [Fact]
    public void An_unchanged_operator_takes_two_products()
    {
        using var scope = new TensorScope();
        using var tracker = new SharpnessTracker();
        var matrix = new DenseOperator(Drifting(3));
        double first = tracker.Measure(matrix).Value;
        SharpnessMeasurement again = tracker.Measure(matrix);
        Assert.InRange(again.Products, 1, 2);
        Assert.True(again.Value >= first - 1e-12);
    }

    [Fact]
    public void An_eigenvector_that_is_overtaken_while_staying_exact_is_left()
    {
        using var scope = new TensorScope();
        using var tracker = new SharpnessTracker(new LanczosOptions { ResidualTolerance = 1e-6 });
        double[] before = [1.0, 0.9, .. Enumerable.Range(0, 98).Select(i => 0.3 - (0.003 * i))];
        double[] after = [1.0, 1.1, .. before[2..]];
        Assert.Equal(1.0, tracker.Measure(new DenseOperator(Matrices.WithSpectrum(before, seed: 1))).Value, 1e-9);
        Assert.Equal(1.1, tracker.Measure(new DenseOperator(Matrices.WithSpectrum(after, seed: 1))).Value, 1e-9);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void A_saved_and_resumed_tracker_gives_the_bits_of_one_never_stopped(int stop)
    {
        using var scope = new TensorScope();
        using var whole = new SharpnessTracker();
        SharpnessMeasurement[] expected = [.. Enumerable.Range(0, 8).Select(k => whole.Measure(new DenseOperator(Drifting(k))))];

        IReadOnlyDictionary<string, Tensor> state;
        using (var first = new SharpnessTracker())
        {
            for (int k = 0; k < stop; k++)
            {
                _ = first.Measure(new DenseOperator(Drifting(k)));
            }

            state = first.Export();
        }

        using var second = new SharpnessTracker();
        second.Import(state);
        Assert.Equal(stop, second.Measurements);
        for (int k = stop; k < 8; k++)
        {
            SharpnessMeasurement resumed = second.Measure(new DenseOperator(Drifting(k)));
            Assert.Equal(expected[k].Value, resumed.Value);
            Assert.Equal(expected[k].Products, resumed.Products);
            Assert.Equal(expected[k].RelativeResidual, resumed.RelativeResidual);
            Assert.True(expected[k].Vector!.IsSameAs(resumed.Vector!));
        }
    }

    [Fact]
    public void A_hint_is_taken_once_the_eigenvector_changes_from_measurement_to_measurement()
    {
        using var scope = new TensorScope();
        using var plain = new SharpnessTracker();
        using var hinted = new SharpnessTracker();
        int without = 0;
        int with = 0;
        for (ulong step = 0; step < 12; step++)
        {
            Tensor exact = Matrices.WithSpectrum(Spectra.Training(200, 7), seed: 50 + step);
            Tensor vectors = exact.SymmetricEigen().Vectors;
            Tensor hint = (vectors.Select(1, 199) * -3).AddScaled(vectors.Select(1, 190), 0.5);
            var matrix = new DenseOperator(exact);
            without += plain.Measure(matrix).Products;
            SharpnessMeasurement measured = hinted.Measure(matrix, hint);
            with += measured.Products;
            Assert.Equal(Spectra.Training(200, 7).Max(), measured.Value, 1e-4);
        }

        Assert.True(with < 0.9 * without, $"{with} products with the hint, {without} without");
        var last = new DenseOperator(Drifting(1));
        Assert.True(hinted.Measure(last, Tensor.Zeros([200], ScalarType.Float64)).Converged);
        Assert.True(hinted.Measure(last, Tensor.Full([200], double.NaN, ScalarType.Float64)).Converged);
        Assert.Contains(
            "length 200", Assert.Throws<ArgumentException>(() => hinted.Measure(last, Tensor.From([1.0]))).Message);
    }

    [Fact]
    public void A_product_that_is_not_finite_leaves_the_memory_as_it_was()
    {
        using var scope = new TensorScope();
        using var tracker = new SharpnessTracker();
        _ = tracker.Measure(new DenseOperator(Drifting(0)));
        Tensor before = tracker.Export()["sharpness.vectors"];
        SharpnessMeasurement broken = tracker.Measure(new DenseOperator(Drifting(1) * double.NaN));
        Assert.Equal(EigenStatus.NotFinite, broken.Status);
        Assert.True(double.IsNaN(broken.Value));
        Assert.False(broken.Converged);
        Assert.True(before.IsSameAs(tracker.Export()["sharpness.vectors"]));
        Assert.True(tracker.Measure(new DenseOperator(Drifting(1))).Converged);
    }

    [Fact]
    public void A_state_that_lacks_a_part_is_refused()
    {
        using var scope = new TensorScope();
        using var tracker = new SharpnessTracker();
        var nothing = new Dictionary<string, Tensor>();
        Assert.Contains("sharpness.measurements", Assert.Throws<ArgumentException>(() => tracker.Import(nothing)).Message);
        _ = tracker.Measure(new DenseOperator(Drifting(0)));
        var torn = tracker.Export().Where(pair => pair.Key != "sharpness.values").ToDictionary();
        Assert.Contains("sharpness.values", Assert.Throws<ArgumentException>(() => tracker.Import(torn)).Message);
    }

    [Fact]
    public void Tiny_dimensions_are_tracked_too()
    {
        using var scope = new TensorScope();
        for (int dimension = 1; dimension <= 5; dimension++)
        {
            using var tracker = new SharpnessTracker();
            for (ulong step = 0; step < 4; step++)
            {
                Tensor matrix = Matrices.Random(dimension, seed: 100 + step);
                SharpnessMeasurement measured = tracker.Measure(new DenseOperator(matrix));
                double exact = matrix.SymmetricEigen().Values.ToArray<double>()[^1];
                Assert.Equal(EigenStatus.Converged, measured.Status);
                Assert.InRange(measured.Value, exact - (1e-2 * Math.Abs(exact)), exact + 1e-12);
            }
        }
    }

    /// <summary>A training-like spectrum whose values breathe and whose vectors turn by about 0.02 a step.</summary>
    private static Tensor Drifting(int step)
    {
        using var scope = new TensorScope();
        Tensor matrix = Matrices.WithSpectrum(Spectra.Training(200, 7), seed: 7);
        Tensor drift = Matrices.Random(200, seed: 77) * (0.0006 * step) + (Matrices.Random(200, seed: 78) * (0.002 * Math.Sin(step)));
        return scope.Keep(matrix + drift);
    }
}
