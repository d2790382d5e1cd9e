using Brink.Curvature;
using Brink.Methods;
using Brink.Objectives;
using Brink.Tests.Objectives;
using Brink.Torch;
using MathNet.Numerics.LinearAlgebra;

namespace Brink.Tests.Curvature;

public sealed class PreconditionedOperatorTests
{
    public static TheoryData<string, string, double> Cases => new()
    {
        { "mlp", "rmsprop", 0 },
        { "mlp", "adam", 0 },
        { "mlp", "adam", 0.05 },
        { "deep", "rmsprop", 0.05 },
        { "batch-norm", "adam", 0 },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void It_is_the_dense_matrix_and_has_the_eigenvalues_of_the_nonsymmetric_one(string network, string name, double decay)
    {
        using var scope = new TensorScope();
        using var workers = new Workers(1);
        TinyProblem problem = network switch
        {
            "deep" => new TinyProblem { Widths = [4, 3], Activation = "softplus" },
            "batch-norm" => new TinyProblem { BatchNorm = true, Loss = "ce" },
            _ => new TinyProblem { Loss = "squared" },
        };
        using NetworkObjective objective = problem.Objective(workers);
        using Method method = name == "adam"
            ? new Adam(1e-2, epsilon: 1e-3, weightDecay: decay)
            : new RmsProp(1e-2, epsilon: 1e-3, weightDecay: decay);
        Evaluation at = objective.Evaluate(problem.Weights().Clone().Unscoped(), method.Wanted);
        for (int k = 0; k < 3; k++)
        {
            Evaluation next = method.Step(objective, at).Next;
            at.Dispose();
            at = next;
        }

        Tensor diagonal = ((IPreconditioned)method).Preconditioner()!;
        var hessian = new HessianOperator(objective, at);
        var preconditioned = new PreconditionedOperator(hessian, diagonal, ((IPreconditioned)method).WeightDecay);
        double[][] rows = Derivatives.Hessian(objective, at.Weights);
        double[] p = diagonal.ToArray<double>();
        int size = p.Length;
        Matrix<double> felt = Matrix<double>.Build.Dense(size, size, (i, j) => rows[i][j] + (i == j ? decay : 0));
        double scale = felt.PointwiseAbs().Enumerate().Max() / p.Min();
        for (int j = 0; j < size; j++)
        {
            double[] column = preconditioned.Apply(Derivatives.Unit(objective, j)).ToArray<double>();
            for (int i = 0; i < size; i++)
            {
                Assert.Equal(felt[i, j] / Math.Sqrt(p[i] * p[j]), column[i], 1e-9 * scale);
            }
        }

        Assert.Equal(size, preconditioned.Products);
        Assert.Equal(size, hessian.Products);

        // The matrix the papers speak of, not symmetric, by a general eigenvalue solver.
        Matrix<double> quotient = Matrix<double>.Build.Dense(size, size, (i, j) => felt[i, j] / p[i]);
        double[] expected = [.. quotient.Evd(Symmetricity.Asymmetric).EigenValues.Select(value => value.Real).OrderDescending()];
        SpectrumEnds ends = Lanczos.Extremes(preconditioned, 3, 2, new LanczosOptions { ResidualTolerance = 1e-9, MaximumProducts = 5000 });
        Assert.Equal(expected[..3], ends.Largest.Values, (a, b) => Math.Abs(a - b) <= 1e-8 * expected[0]);
        Assert.Equal([expected[^1], expected[^2]], ends.Smallest.Values, (a, b) => Math.Abs(a - b) <= 1e-8 * expected[0]);

        // And its eigenvectors: x with P⁻¹(H + dI) x = λx.
        double[] vector = preconditioned.Scale(ends.Largest.Vectors.Select(0, 0)).ToArray<double>();
        Vector<double> x = Vector<double>.Build.Dense(vector);
        Assert.True(((quotient * x) - (expected[0] * x)).L2Norm() <= 1e-6 * expected[0] * x.L2Norm());
        at.Dispose();
    }

    [Fact]
    public void A_preconditioner_of_another_length_is_refused()
    {
        using var scope = new TensorScope();
        var matrix = new DenseOperator(Matrices.Random(4, 1));
        ArgumentException refused = Assert.Throws<ArgumentException>(() => new PreconditionedOperator(matrix, Tensor.From([1.0, 2])));
        Assert.Contains("length 4", refused.Message, StringComparison.Ordinal);
    }
}
