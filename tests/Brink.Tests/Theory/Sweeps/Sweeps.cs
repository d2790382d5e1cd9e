using Brink.Theory.Sweeps;

namespace Brink.Tests.Theory.Sweeps;

/// <summary>The swept models' functions as their papers write them, and one cell at a time.</summary>
internal static class Sweeps
{
    internal static SweptModel Model(string name) => SweptModel.All.Single(model => model.Name == name);

    /// <summary>The regime of one cell.</summary>
    internal static OrbitSummary Judge(string name, OrbitRules rules, bool single, params (string Name, double Value)[] settings)
    {
        SweptModel model = Model(name);
        double[] values = [.. model.Parameters.Select(parameter => parameter.Default)];
        foreach ((string parameter, double value) in settings)
        {
            values[model.IndexOf(parameter)] = value;
        }

        var summaries = new OrbitSummary[1];
        ILineSweep.Create(model, values, single).Judge([values], rules, summaries, CancellationToken.None);
        return summaries[0];
    }

    internal static double Slope(double[] at, int i, Func<double[], double> function)
    {
        const double Step = 1e-5;
        double[] ahead = [.. at];
        double[] behind = [.. at];
        ahead[i] += Step;
        behind[i] -= Step;
        return (function(ahead) - function(behind)) / (2 * Step);
    }

    internal static double Loss(SweptModel model, double[] cell, double[] w)
    {
        double Of(string name) => cell[model.IndexOf(name)];
        switch (model.Name)
        {
            case "minimalist":
                double first = w[0] * w[1];
                double rest = (w[0] * w[2]) - 1;
                return (0.5 * Of("lambda1") * first * first) + (0.5 * Of("lambda2") * rest * rest);
            case "scalar":
                double residual = w.Aggregate(1.0, (all, one) => all * one) - Of("target");
                return 0.5 * residual * residual;
            case "linear":
                double[,] target = LinearTarget(model, cell);
                int width = target.GetLength(0);
                double[,] product = Brink.Theory.LinearNetwork.IdentityInputs(width);
                for (int l = 0; l < (int)Of("depth"); l++)
                {
                    double[,] before = product;
                    product = new double[width, width];
                    for (int at = 0; at < width * width * width; at++)
                    {
                        (int i, int j, int k) = (at / width / width, at / width % width, at % width);
                        product[i, j] += w[(((l * width) + i) * width) + k] * before[k, j];
                    }
                }

                return 0.5 * product.Cast<double>().Zip(target.Cast<double>(), (a, b) => (a - b) * (a - b)).Sum();
            default:
                double[][] inputs = [[1, 1, 1, 1], [1, -1, 1, -1], [1, 1, -1, -1]];
                double[] targets = [1, 0.5, -0.5];
                return inputs.Zip(targets, (x, y) =>
                {
                    double error = x.Select((value, i) => value * ((w[i] * w[i]) - (w[4 + i] * w[4 + i]))).Sum() - y;
                    return 0.5 * error * error;
                }).Average();
        }
    }

    /// <summary>diag(σ), σ falling by equal ratios.</summary>
    internal static double[,] LinearTarget(SweptModel model, double[] cell)
    {
        double Of(string name) => cell[model.IndexOf(name)];
        int width = (int)Of("width");
        double[,] target = new double[width, width];
        for (int k = 0; k < width; k++)
        {
            target[k, k] = Of("target") / Math.Pow(Of("condition"), width == 1 ? 0 : k / (width - 1.0));
        }

        return target;
    }
}
