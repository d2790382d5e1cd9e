namespace Brink.Tests.Methods;

/// <summary>A function of a few numbers with its first and second derivatives written out, in plain C#.</summary>
internal abstract class ClosedForm
{
    internal abstract double Value(double[] w);

    internal abstract double[] Gradient(double[] w);

    /// <summary>∇²f(w)·v.</summary>
    internal abstract double[] HessianTimes(double[] w, double[] v);

    /// <summary>∇³f(w)[u, v, ·].</summary>
    internal virtual double[] ThirdDerivative(double[] w, double[] u, double[] v) => throw new NotSupportedException("not written out");
}

/// <summary>½ wᵀAw.</summary>
internal sealed class Quadratic(double[,] matrix) : ClosedForm
{
    internal static Quadratic Diagonal(params double[] curvatures)
    {
        double[,] matrix = new double[curvatures.Length, curvatures.Length];
        for (int i = 0; i < curvatures.Length; i++)
        {
            matrix[i, i] = curvatures[i];
        }

        return new Quadratic(matrix);
    }

    internal override double Value(double[] w) => 0.5 * Plain.Dot(w, Gradient(w));

    internal override double[] Gradient(double[] w) => HessianTimes(w, w);

    internal override double[] HessianTimes(double[] w, double[] v) =>
        [.. Enumerable.Range(0, v.Length).Select(i => Enumerable.Range(0, v.Length).Sum(j => matrix[i, j] * v[j]))];

    internal override double[] ThirdDerivative(double[] w, double[] u, double[] v) => new double[w.Length];
}

/// <summary>Rosenbrock's (1 − x)² + 100 (y − x²)².</summary>
internal sealed class Rosenbrock : ClosedForm
{
    internal override double Value(double[] w) => Math.Pow(1 - w[0], 2) + (100 * Math.Pow(w[1] - (w[0] * w[0]), 2));

    internal override double[] Gradient(double[] w)
    {
        double valley = w[1] - (w[0] * w[0]);
        return [(-2 * (1 - w[0])) - (400 * w[0] * valley), 200 * valley];
    }

    internal override double[] HessianTimes(double[] w, double[] v)
    {
        double xx = 2 - (400 * (w[1] - (3 * w[0] * w[0])));
        double xy = -400 * w[0];
        return [(xx * v[0]) + (xy * v[1]), (xy * v[0]) + (200 * v[1])];
    }
}

/// <summary>The scalar network ½(∏wᵢ − 1)² (math.md §4).</summary>
internal sealed class ScalarNetwork : ClosedForm
{
    internal override double Value(double[] w) => 0.5 * Math.Pow(Product(w) - 1, 2);

    internal override double[] Gradient(double[] w) => [.. w.Select((_, i) => (Product(w) - 1) * Product(w, i))];

    internal override double[] HessianTimes(double[] w, double[] v)
    {
        double[] product = new double[w.Length];
        for (int i = 0; i < w.Length; i++)
        {
            for (int j = 0; j < w.Length; j++)
            {
                double second = Product(w, i) * Product(w, j);
                product[i] += (second + (i == j ? 0 : (Product(w) - 1) * Product(w, i, j))) * v[j];
            }
        }

        return product;
    }

    private static double Product(double[] w, params int[] without) =>
        w.Where((_, i) => !without.Contains(i)).Aggregate(1.0, (product, factor) => product * factor);
}

/// <summary>A function of one number, for cases that need a certain shape.</summary>
internal sealed class OneDimensional(Func<double, double> value, Func<double, double> slope, Func<double, double> curvature) : ClosedForm
{
    internal override double Value(double[] w) => value(w[0]);

    internal override double[] Gradient(double[] w) => [slope(w[0])];

    internal override double[] HessianTimes(double[] w, double[] v) => [curvature(w[0]) * v[0]];
}

/// <summary>Vectors as plain arrays.</summary>
internal static class Plain
{
    internal static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();

    internal static double[] Step(double[] w, double stepSize, double[] direction) =>
        [.. w.Zip(direction, (x, d) => x - (stepSize * d))];
}
