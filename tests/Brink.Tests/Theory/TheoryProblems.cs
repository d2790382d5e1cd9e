using Brink.Theory;

namespace Brink.Tests.Theory;

/// <summary>Random theory models and starts, and their flows by a plain classical Runge–Kutta method.</summary>
internal static class TheoryProblems
{
    internal static SquaredRegression Regression(int samples, int features, ulong seed)
    {
        var random = new Random((int)seed);
        double[,] inputs = new double[samples, features];
        for (int n = 0; n < samples; n++)
        {
            for (int i = 0; i < features; i++)
            {
                inputs[n, i] = Normal(random);
            }
        }

        return new SquaredRegression(inputs, [.. Enumerable.Range(0, samples).Select(_ => Normal(random))]);
    }

    /// <summary>Numbers with sizes between 0.3 and 1.5, of one sign or of both.</summary>
    internal static double[] Start(int count, ulong seed, bool positive)
    {
        var random = new Random((int)seed + 77);
        return [.. Enumerable.Range(0, count).Select(_ => (0.3 + (1.2 * random.NextDouble())) * (positive || random.Next(2) == 0 ? 1 : -1))];
    }

    internal static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    /// <summary>Follows ẇ = −∇f(w) by steps of 0.03/‖H‖∞ until the gradient's norm is at most 1e-11.</summary>
    internal static double[] Integrate(TheoryModel model, double[] start)
    {
        double[] w = [.. start];
        double h = 0;
        for (int step = 0; step < 2_000_000; step++)
        {
            double[] first = Slope(model, w);
            if (Math.Sqrt(first.Sum(x => x * x)) <= 1e-11)
            {
                return w;
            }

            if (step % 50 == 0)
            {
                double[,] hessian = model.Hessian(w);
                h = 0.03 / Enumerable.Range(0, w.Length).Max(i => Enumerable.Range(0, w.Length).Sum(j => Math.Abs(hessian[i, j])));
            }

            double[] second = Slope(model, Moved(w, first, h / 2));
            double[] third = Slope(model, Moved(w, second, h / 2));
            double[] fourth = Slope(model, Moved(w, third, h));
            for (int i = 0; i < w.Length; i++)
            {
                w[i] += h / 6 * (first[i] + (2 * second[i]) + (2 * third[i]) + fourth[i]);
            }
        }

        throw new InvalidOperationException("the flow did not come to rest");
    }

    private static double[] Slope(TheoryModel model, double[] w)
    {
        double[] slope = new double[w.Length];
        model.Gradient(w, slope);
        return [.. slope.Select(x => -x)];
    }

    private static double[] Moved(double[] w, double[] direction, double by) => [.. w.Zip(direction, (x, d) => x + (by * d))];
}
