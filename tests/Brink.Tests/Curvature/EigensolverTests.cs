using Brink.Curvature;
using Brink.Objectives;
using Brink.Tests.Objectives;
using Brink.Torch;

namespace Brink.Tests.Curvature;

/// <summary>Both solvers against LAPACK's dense one, on the spectra that are hard for either.</summary>
public sealed class EigensolverTests
{
    public static TheoryData<string, EigenMethod> Cases()
    {
        var cases = new TheoryData<string, EigenMethod>();
        foreach (EigenMethod method in (EigenMethod[])[EigenMethod.Lanczos, EigenMethod.Lobpcg])
        {
            foreach (string name in (string[])["tenfold", "identity", "cluster", "paired", "deficient", "zero", "negative", "plain"])
            {
                cases.Add(name, method);
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Both_ends_equal_LAPACKs(string name, EigenMethod method)
    {
        using var scope = new TensorScope();
        double[] spectrum = Spectrum(name);
        Tensor matrix = Matrices.WithSpectrum(spectrum, seed: 21);
        double[] exact = matrix.SymmetricEigen().Values.ToArray<double>();
        var options = new LanczosOptions { ResidualTolerance = 1e-8, MaximumProducts = 4000 };
        SpectrumEnds ends = Eigensolver.Extremes(new DenseOperator(matrix), 12, 5, options, method: method);
        double rounding = 1e-8 * Math.Max(Math.Abs(exact[0]), Math.Abs(exact[^1]));
        Assert.Equal(EigenStatus.Converged, ends.Largest.Status);
        Assert.True(ends.Largest.AllConverged && ends.Smallest.AllConverged);
        for (int i = 0; i < 12; i++)
        {
            Assert.Equal(exact[^(i + 1)], ends.Largest.Values[i], rounding);
        }

        for (int i = 0; i < 5; i++)
        {
            Assert.Equal(exact[i], ends.Smallest.Values[i], rounding);
        }

        double[] gram = ends.Largest.Vectors.MatrixProduct(ends.Largest.Vectors.Transpose(0, 1)).ToArray<double>();
        for (int i = 0; i < gram.Length; i++)
        {
            Assert.Equal(i % 13 == 0 ? 1 : 0, gram[i], 1e-10);
        }
    }

    [Theory]
    [InlineData(EigenMethod.Lanczos)]
    [InlineData(EigenMethod.Lobpcg)]
    public void More_pairs_than_dimensions_are_all_there_are(EigenMethod method)
    {
        using var scope = new TensorScope();
        for (int dimension = 1; dimension <= 7; dimension++)
        {
            Tensor matrix = Matrices.Random(dimension, seed: (ulong)dimension);
            double[] exact = matrix.SymmetricEigen().Values.ToArray<double>();
            SpectrumEnds ends = Eigensolver.Extremes(new DenseOperator(matrix), 9, 9, method: method);
            Assert.Equal(dimension, ends.Largest.Count);
            Assert.Equal(dimension, ends.Largest.Products);
            for (int i = 0; i < dimension; i++)
            {
                Assert.Equal(exact[i], ends.Smallest.Values[i], 1e-10);
                Assert.Equal(exact[^(i + 1)], ends.Largest.Values[i], 1e-10);
            }
        }
    }

    [Theory]
    [InlineData(EigenMethod.Lanczos)]
    [InlineData(EigenMethod.Lobpcg)]
    public void A_warm_start_from_the_answer_costs_no_more_than_the_block(EigenMethod method)
    {
        using var scope = new TensorScope();
        Tensor matrix = Matrices.WithSpectrum(Spectrum("tenfold"), seed: 22);
        var options = new LanczosOptions { ResidualTolerance = 1e-6, MaximumProducts = 4000 };
        SpectrumEnds cold = Eigensolver.Extremes(new DenseOperator(matrix), 10, 0, options, method: method);
        SpectrumEnds warm = Eigensolver.Extremes(new DenseOperator(matrix), 10, 0, options, cold.Largest.Vectors, method);
        Assert.True(warm.Largest.AllConverged);
        Assert.InRange(warm.Largest.Products, 10, 12);
        Assert.True(cold.Largest.Products > 2 * warm.Largest.Products);
    }

    [Theory]
    [InlineData(EigenMethod.Lanczos)]
    [InlineData(EigenMethod.Lobpcg)]
    public void A_tolerance_missed_is_reported(EigenMethod method)
    {
        using var scope = new TensorScope();
        var matrix = new DenseOperator(Matrices.Random(120, seed: 3));
        var few = new LanczosOptions { ResidualTolerance = 1e-9, MaximumProducts = 20 };
        Eigenpairs pairs = Eigensolver.Extremes(matrix, 4, 0, few, method: method).Largest;
        Assert.Equal(EigenStatus.OutOfProducts, pairs.Status);
        Assert.Equal(20, pairs.Products);
        Assert.False(pairs.AllConverged);
        Assert.True(pairs.RelativeResiduals.Max() > 1e-9);

        Tensor single = Matrices.Random(120, seed: 3).To(ScalarType.Float32);
        Eigenpairs greedy = Eigensolver.Extremes(
            new DenseOperator(single), 2, 0, new LanczosOptions { ResidualTolerance = 1e-12, MaximumProducts = 2000 }, method: method).Largest;
        Assert.Equal(EigenStatus.PrecisionReached, greedy.Status);
        Assert.False(greedy.AllConverged);

        Eigenpairs broken = Eigensolver.Extremes(
            new DenseOperator(single * double.NaN), 2, 0, method: method).Largest;
        Assert.Equal(EigenStatus.NotFinite, broken.Status);
        Assert.False(broken.Count > 0 && broken.AllConverged);
    }

    [Theory]
    [InlineData(EigenMethod.Lanczos)]
    [InlineData(EigenMethod.Lobpcg)]
    public void An_eigenvalue_known_to_be_negligible_need_not_be_known_better(EigenMethod method)
    {
        using var scope = new TensorScope();
        double[] spectrum = [0.5, .. Enumerable.Range(0, 119).Select(i => 1e-8 * (1 - (0.016 * i)))];
        var matrix = new DenseOperator(Matrices.WithSpectrum(spectrum, seed: 4));
        var strict = new LanczosOptions { ResidualTolerance = 1e-9, MaximumProducts = 4000, Seed = 5 };
        SpectrumEnds known = Eigensolver.Extremes(matrix, 3, 2, strict with { Negligible = 1e-6 }, method: method);
        Assert.True(known.Largest.AllConverged && known.Smallest.AllConverged);
        Assert.Equal(0.5, known.Largest.Values[0], 1e-12);
        Assert.InRange(known.Largest.RelativeResiduals[0], 0, 1e-9);
        foreach ((double value, double residual) in known.Largest.Values[1..].Concat(known.Smallest.Values)
            .Zip(known.Largest.Residuals[1..].Concat(known.Smallest.Residuals)))
        {
            Assert.InRange(Math.Abs(value) + residual, 0, 1e-6);
        }

        // Without the 0.5 even the largest is; a bound that it is above changes nothing.
        var small = new DenseOperator(Matrices.WithSpectrum(spectrum[1..], seed: 4));
        Eigenpairs idle = Eigensolver.Extremes(small, 1, 0, strict with { Negligible = 1e-6 }, method: method).Largest;
        Assert.True(idle.AllConverged && idle.RelativeResiduals[0] > 1e-9);
        Eigenpairs exact = Eigensolver.Extremes(small, 1, 0, strict, method: method).Largest;
        Eigenpairs same = Eigensolver.Extremes(small, 1, 0, strict with { Negligible = 0.9e-8 }, method: method).Largest;
        Assert.Equal((exact.Values[0], exact.Products), (same.Values[0], same.Products));
        Assert.Equal(1e-8, exact.Values[0], 1e-16);
        Assert.InRange(idle.Products, LanczosOptions.ProductsForNegligible, LanczosOptions.ProductsForNegligible + 4);
        Assert.True(idle.Products < exact.Products, $"{idle.Products} of {exact.Products} products");
        Assert.Throws<ArgumentException>(() => Eigensolver.Extremes(small, 1, 0, strict with { Negligible = -1 }, method: method));
    }

    [Theory]
    [InlineData(EigenMethod.Lanczos)]
    [InlineData(EigenMethod.Lobpcg)]
    public void Where_all_hidden_units_are_dead_the_top_K_are_two_over_K(EigenMethod method)
    {
        using var scope = new TensorScope();
        using var workers = new Workers(1);
        using NetworkObjective objective = new TinyProblem { Widths = [6], Activation = "relu", Classes = 5 }.Objective(workers);

        // No weight reaches a unit and every hidden bias is negative: nothing but the last bias has curvature.
        Tensor weights = Tensor.Full([objective.Dimension], -1, ScalarType.Float64);
        weights.Narrow(0, 0, 18).Fill(0);
        using Evaluation at = objective.Evaluate(weights.Unscoped(), Wanted.ValueAndGradient);
        var options = new LanczosOptions { ResidualTolerance = 1e-9 };
        Eigenpairs pairs = Eigensolver.Extremes(new HessianOperator(objective, at), 7, 0, options, method: method).Largest;
        Assert.True(pairs.AllConverged);
        for (int i = 0; i < 7; i++)
        {
            Assert.Equal(i < 5 ? 2.0 / 5 : 0, pairs.Values[i], 1e-10);
        }
    }

    [Fact]
    public void A_good_preconditioner_saves_products()
    {
        using var scope = new TensorScope();
        double[] diagonal = [.. Enumerable.Range(0, 400).Select(i => -(double)((i + 1) * (i + 1)))];
        Tensor values = Tensor.From(diagonal);
        var matrix = new DelegateOperator(400, ScalarType.Float64, Device.Cpu, x =>
        {
            Tensor product = x.Clone();
            product.MultiplyInPlace(values);
            return product.AddScaled(Tensor.Full([400], x.Sum().Item(), ScalarType.Float64), 0.01);
        });
        Tensor inverse = Tensor.From([.. diagonal.Select(value => 1 / value)]);
        var options = new LanczosOptions { ResidualTolerance = 1e-6, MaximumProducts = 5000 };
        Eigenpairs plain = Lobpcg.Extremes(matrix, 3, 0, options).Largest;
        Eigenpairs conditioned = Eigensolver.Extremes(matrix, 3, 0, options, preconditioner: (residual, _) =>
        {
            Tensor direction = residual.Clone();
            direction.MultiplyInPlace(inverse);
            return direction;
        }).Largest;
        Assert.True(conditioned.AllConverged);
        Assert.True(5 * conditioned.Products < plain.Products, $"{conditioned.Products} with, {plain.Products} without");
    }

    private static double[] Spectrum(string name)
    {
        double[] fall = [.. Enumerable.Range(0, 100).Select(i => Math.Pow(0.9, i))];
        return name switch
        {
            "tenfold" => Spectra.Flatland(100),
            "identity" => [.. Enumerable.Repeat(3.0, 100)],
            "cluster" => [.. Enumerable.Range(0, 12).Select(i => 1 - (1e-5 * i)), .. Enumerable.Range(0, 88).Select(i => 0.9 - (0.02 * i))],
            "paired" => [.. fall.Take(50), .. fall.Take(50).Select(value => -value)],
            "deficient" => [.. fall.Take(7), .. new double[93]],
            "zero" => new double[100],
            "negative" => [.. Spectra.Training(100, 4).Select(value => value - 2)],
            _ => Spectra.Training(100, 3),
        };
    }
}
