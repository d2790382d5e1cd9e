using Brink.Objectives;
using Brink.Tests.Objectives;
using Brink.Theory;
using Brink.Torch;

namespace Brink.Tests.Theory;

/// <summary>Every derivative of the theory models against central differences of the one below it, also where factors are zero.</summary>
public sealed class TheoryDerivativeTests
{
    private const double Step = 1e-5;

    public static TheoryData<string> Models => ["scalar 1", "scalar 2", "scalar 3", "scalar 6", "scalar with zeros", "regression", "minimalist", "linear"];

    [Theory]
    [MemberData(nameof(Models))]
    public void Derivatives_are_the_differences_of_those_below(string name)
    {
        (TheoryModel model, double[] w) = Case(name);
        double[] u = TheoryProblems.Start(model.Dimension, 11, positive: false);
        double[] v = TheoryProblems.Start(model.Dimension, 12, positive: false);

        double[] gradient = Filled(model, (output) => model.Gradient(w, output));
        double[] slope = [.. Enumerable.Range(0, w.Length).Select(i => Difference(by => [model.Value(Moved(w, Unit(w.Length, i), by))])[0])];
        Near(slope, gradient);

        double[] product = Filled(model, output => model.HessianVectorProduct(w, v, output));
        Near(Difference(by => Filled(model, output => model.Gradient(Moved(w, v, by), output))), product);

        double[] third = Filled(model, output => model.ThirdDerivative(w, u, v, output));
        Near(Difference(by => Filled(model, output => model.HessianVectorProduct(Moved(w, v, by), u, output))), third);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void As_an_objective_a_model_is_the_same_numbers(string name)
    {
        (TheoryModel model, double[] w) = Case(name);
        double[] u = TheoryProblems.Start(model.Dimension, 11, positive: false);
        double[] v = TheoryProblems.Start(model.Dimension, 12, positive: false);
        using var scope = new TensorScope();
        using var objective = new ModelObjective(model);
        using Evaluation at = objective.Evaluate(Tensor.From(w).Clone().Unscoped(), Wanted.ValueAndGradient);
        Assert.Equal(model.Dimension, objective.Dimension);
        Assert.Equal(model.Value(w), at.Value);
        Assert.Equal(Filled(model, output => model.Gradient(w, output)), at.Gradient().ToArray<double>());
        Assert.Equal(Filled(model, output => model.HessianVectorProduct(w, v, output)), at.HessianVectorProduct(Tensor.From(v)).ToArray<double>());
        Assert.Equal(Filled(model, output => model.ThirdDerivative(w, u, v, output)), at.ThirdDerivative(Tensor.From(u), Tensor.From(v)).ToArray<double>());
        double[][] hessian = Derivatives.Hessian(objective, Tensor.From(w));
        double[,] dense = model.Hessian(w);
        Near([.. Enumerable.Range(0, w.Length).Select(i => dense[i, 0])], hessian[0]);
    }

    private static LinearNetwork Linear { get; } =
        new([2, 3, 2], new double[,] { { 1, 0.2, -0.3 }, { 0.4, 0.9, 0.1 } }, new double[,] { { 1, 0.5, 0 }, { 0, 2, 1 } }, perSample: true);

    private static (TheoryModel Model, double[] W) Case(string name) => name switch
    {
        "regression" => (TheoryProblems.Regression(3, 5, 4), TheoryProblems.Start(10, 5, positive: false)),
        "minimalist" => (new Minimalist(3, 0.7), [0.8, -0.4, 1.1]),
        "linear" => (Linear, TheoryProblems.Start(Linear.Dimension, 5, positive: false)),
        "scalar with zeros" => (new ScalarNetwork(4, 0.7), [0, 1.2, 0, -0.4]),
        _ => (new ScalarNetwork(name[^1] - '0', 1.3), TheoryProblems.Start(name[^1] - '0', 6, positive: false)),
    };

    private static double[] Filled(TheoryModel model, Action<double[]> fill)
    {
        double[] vector = new double[model.Dimension];
        fill(vector);
        return vector;
    }

    private static double[] Difference(Func<double, double[]> function) =>
        [.. function(Step).Zip(function(-Step), (above, below) => (above - below) / (2 * Step))];

    private static double[] Unit(int count, int place)
    {
        double[] unit = new double[count];
        unit[place] = 1;
        return unit;
    }

    private static double[] Moved(double[] w, double[] direction, double by) => [.. w.Zip(direction, (x, d) => x + (by * d))];

    private static void Near(double[] expected, double[] actual)
    {
        double scale = 1 + expected.Max(Math.Abs);
        Assert.All(expected.Zip(actual), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, 1e-8 * scale));
    }
}
