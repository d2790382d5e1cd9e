using Brink.Curvature;
using Brink.Methods;
using Brink.Objectives;
using Brink.Torch;
using FsCheck;
using FsCheck.Fluent;

namespace Brink.Tests.Curvature;

/// <summary>Every operator against the dense matrix of tiny networks, whose derivatives come from <see cref="Jet"/>s.</summary>
public sealed class OperatorTests
{
    private const double Tolerance = 1e-11;
    private const double Decay = 0.03;

    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (string name in DenseCase.Names)
            {
                foreach (string loss in LossFunction.Names)
                {
                    cases.Add(name, loss);
                }
            }

            return cases;
        }
    }

    public static TheoryData<string> Networks => [.. DenseCase.Names];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Hessian_Gauss_Newton_sub_Hessian_and_preconditioned_are_the_dense_matrices(string name, string loss)
    {
        using var scope = new TensorScope();
        using var workers = new Workers(2);
        DenseCase network = DenseCase.Named(name);
        Tensor weights = network.Weights();
        (double[,] hessian, double[,] gaussNewton) = network.Exact(loss, weights);
        long half = (network.Samples + 1) / 2;
        ObjectivePlan[] plans = name == "batch-norm"
            ? [new ObjectivePlan(network.Samples), new ObjectivePlan(network.Samples, LineProducts: false)]
            : [new ObjectivePlan(half), new ObjectivePlan(1, LineProducts: false), new ObjectivePlan(half, GraphBudget: 0)];
        foreach (ObjectivePlan plan in plans)
        {
            using NetworkObjective objective = network.Objective(loss, workers, plan);
            using Evaluation at = objective.Evaluate(weights.Clone().Unscoped(), Wanted.Nothing);
            SameMatrix(hessian, new HessianOperator(objective, at));
            SameMatrix(gaussNewton, new GaussNewtonOperator(objective, at));
            var selection = ParameterSelection.Named(objective.Layout, objective.Layout.Places[^1].Name, objective.Layout.Places[0].Name);
            int[] chosen = [.. selection.Places.SelectMany(place => Enumerable.Range((int)place.Offset, (int)place.Count))];
            SameMatrix(Block(hessian, chosen), new SubHessianOperator(objective, at, selection));
            Tensor preconditioner = AdamsPreconditioner(objective, weights);
            SameMatrix(
                Felt(hessian, Decay, preconditioner.ToArray<double>()),
                new PreconditionedOperator(new HessianOperator(objective, at), preconditioner, Decay));
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Operators_are_linear_and_symmetric_and_Gauss_Newton_is_not_negative(string name)
    {
        DenseCase network = DenseCase.Named(name);
        using var workers = new Workers(1);
        using NetworkObjective objective = network.Objective("ce", workers);
        Arbitrary<(int Seed, int Factor)> draws =
            (from seed in Gen.Choose(0, 100_000) from factor in Gen.Choose(-9, 9) select (seed, factor)).ToArbitrary();
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(5), Prop.ForAll(draws, draw =>
        {
            using var scope = new TensorScope();
            using Evaluation at = objective.Evaluate((network.Weights((ulong)draw.Seed) * 1).Unscoped(), Wanted.Nothing);
            var selection = ParameterSelection.Named(objective.Layout, "*.weight");
            SymmetricOperator[] operators =
                [new HessianOperator(objective, at), new GaussNewtonOperator(objective, at), new SubHessianOperator(objective, at, selection)];
            foreach (SymmetricOperator matrix in operators)
            {
                Tensor u = Matrices.Normal([matrix.Dimension], (ulong)draw.Seed + 1);
                Tensor v = Matrices.Normal([matrix.Dimension], (ulong)draw.Seed + 2);
                (Tensor au, Tensor av) = (matrix.Apply(u), matrix.Apply(v));
                double size = 1e-12 * (1 + Math.Abs(draw.Factor)) * ((au.Norm() * v.Norm()) + (av.Norm() * u.Norm()));
                Assert.Equal(au.Dot(v), u.Dot(av), size);
                Assert.True((matrix.Apply(u + (v * draw.Factor)) - au - (av * draw.Factor)).Norm() <= size);
                Assert.True(matrix is not GaussNewtonOperator || au.Dot(u) >= -size);
            }
        }));
    }

    [Theory]
    [InlineData("mlp")]
    [InlineData("cnn")]
    [InlineData("attention")]
    public void Under_mse_the_last_bias_block_is_2_over_K_times_identity(string name)
    {
        using var scope = new TensorScope();
        using var workers = new Workers(1);
        DenseCase network = DenseCase.Named(name);
        using NetworkObjective objective = network.Objective("mse", workers);
        using Evaluation at = objective.Evaluate((network.Weights() * 1).Unscoped(), Wanted.Nothing);
        var last = ParameterSelection.Named(objective.Layout, objective.Layout.Places[^1].Name);
        var block = new SubHessianOperator(objective, at, last);
        Tensor rows = DenseSpectrum.Rows(block);
        double[] entries = rows.ToArray<double>();
        for (int k = 0; k < entries.Length; k++)
        {
            Assert.Equal(k % 4 == 0 ? 2.0 / 3 : 0, entries[k], 1e-15);
        }

        DenseSpectrum spectrum = DenseSpectrum.Of(block);
        Assert.All(spectrum.Values, value => Assert.Equal(2.0 / 3, value, 1e-14));
        Assert.InRange(spectrum.Asymmetry, 0, 1e-15);
    }

    [Theory]
    [InlineData("mlp")]
    [InlineData("attention")]
    public void The_sharpness_is_the_sum_of_its_parts(string name)
    {
        using var scope = new TensorScope();
        using var workers = new Workers(1);
        DenseCase network = DenseCase.Named(name);
        Tensor weights = network.Weights();
        using NetworkObjective objective = network.Objective("ce", workers);
        using Evaluation at = objective.Evaluate(weights.Clone().Unscoped(), Wanted.Nothing);
        (double[,] hessian, double[,] gaussNewton) = network.Exact("ce", weights);
        (Tensor values, Tensor vectors) = Matrix(hessian).SymmetricEigen();
        Tensor top = vectors.Select(1, values.Count - 1).Contiguous();
        SharpnessParts parts = SharpnessParts.At(at, top * 3);
        Assert.Equal(values.ToArray<double>()[^1], parts.Sum, 1e-11);
        Assert.Equal(top.Dot(Matrix(gaussNewton).MatrixProduct(top)), parts.GaussNewton, 1e-11);
        Assert.NotEqual(0, parts.Residual, 1e-6);
    }

    [Fact]
    public void A_matrix_written_out_says_how_far_from_symmetric_it_was_and_has_LAPACKs_eigenvalues()
    {
        using var scope = new TensorScope();
        double[] exact = [3, 1, 0, -2];
        Tensor matrix = Matrices.WithSpectrum(exact, 4);
        DenseSpectrum spectrum = DenseSpectrum.Of(new DenseOperator(matrix));
        Assert.Equal(exact, spectrum.Values.Select(value => Math.Round(value, 12) + 0));
        Assert.Equal(0, spectrum.Asymmetry, 1e-15);
        Tensor skewed = Tensor.From([1.0, 2, 0, 1], 2, 2);
        Assert.Equal(Math.Sqrt(8.0 / 6), DenseSpectrum.Of(new DenseOperator(skewed)).Asymmetry, 1e-14);
        Assert.Equal([2, 0], DenseSpectrum.Of(new DenseOperator(skewed)).Values.Select(value => Math.Round(value, 12) + 0));
        BrinkException refusal = Assert.Throws<BrinkException>(() => DenseSpectrum.Of(new DenseOperator(matrix), limit: 3));
        Assert.Contains("4 rows is too large", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parameters_are_chosen_by_name_part_and_pattern_and_unknown_ones_named()
    {
        using var workers = new Workers(1);
        using NetworkObjective objective = DenseCase.Named("mlp").Objective("mse", workers);
        string[] Chosen(params string[] names) => [.. ParameterSelection.Named(objective.Layout, names).Places.Select(place => place.Name)];
        Assert.Equal(["2.bias"], Chosen("2.bias"));
        Assert.Equal(["2.weight", "2.bias"], Chosen("2"));
        Assert.Equal(["0.bias", "2.bias"], Chosen("*.bias", "2.bias"));
        BrinkException unknown = Assert.Throws<BrinkException>(() => Chosen("2.bais"));
        Assert.Equal("unknown parameter '2.bais': did you mean '2.bias'? known are 0.weight, 0.bias, 2.weight, 2.bias", unknown.Message);
    }

    [Fact]
    public void Objectives_without_outputs_have_no_Gauss_Newton_part()
    {
        using var scope = new TensorScope();
        using var objective = new Methods.ClosedFormObjective(Methods.Quadratic.Diagonal(1, 2), 2);
        using Evaluation at = objective.At(1, 1);
        Assert.Throws<NotSupportedException>(() => new GaussNewtonOperator(objective, at).Apply(objective.Vector([1, 0])));
    }

    /// <summary>P as Adam holds it after two steps from the weights.</summary>
    private static Tensor AdamsPreconditioner(NetworkObjective objective, Tensor weights)
    {
        using var adam = new Adam(1e-2, epsilon: 1e-3);
        Evaluation at = objective.Evaluate(weights.Clone().Unscoped(), adam.Wanted);
        for (int k = 0; k < 2; k++)
        {
            Evaluation next = adam.Step(objective, at).Next;
            at.Dispose();
            at = next;
        }

        at.Dispose();
        return adam.Preconditioner()!;
    }

    /// <summary>(H + dI)ᵢⱼ / √(pᵢ pⱼ).</summary>
    private static double[,] Felt(double[,] hessian, double decay, double[] p)
    {
        double[,] felt = new double[p.Length, p.Length];
        for (int i = 0; i < p.Length; i++)
        {
            for (int j = 0; j < p.Length; j++)
            {
                felt[i, j] = (hessian[i, j] + (i == j ? decay : 0)) / Math.Sqrt(p[i] * p[j]);
            }
        }

        return felt;
    }

    private static void SameMatrix(double[,] expected, SymmetricOperator actual)
    {
        using var scope = new TensorScope();
        Tensor dense = Matrix(expected);
        Tensor difference = DenseSpectrum.Rows(actual) - dense;
        Assert.True(difference.Norm() <= Tolerance * dense.Norm(), $"{actual.GetType().Name} is off by {difference.Norm() / dense.Norm():G2}");
    }

    private static Tensor Matrix(double[,] entries) => Tensor.From([.. entries.Cast<double>()], entries.GetLength(0), entries.GetLength(1));

    private static double[,] Block(double[,] whole, int[] chosen)
    {
        double[,] block = new double[chosen.Length, chosen.Length];
        for (int i = 0; i < chosen.Length; i++)
        {
            for (int j = 0; j < chosen.Length; j++)
            {
                block[i, j] = whole[chosen[i], chosen[j]];
            }
        }

        return block;
    }
}
