using System.Diagnostics;
using System.Globalization;
using Brink.Objectives;
using Brink.Torch;

namespace Brink.Cli.Bench;

/// <summary>
/// Hessian-vector products at the start weights, along the gradient, one at a time on each side. The graph of the gradient, where
/// it is kept, is built before; where Brink computes it again for every product, its time is part of each.
/// </summary>
internal static class ProductCase
{
    /// <summary>Runs the comparison.</summary>
    /// <param name="setting">The problem.</param>
    /// <param name="network">What to call it.</param>
    /// <param name="repetitions">Timed products of each side.</param>
    internal static BenchRow Row(BenchSetting setting, string network, int repetitions)
    {
        NetworkObjective objective = setting.Problem.Objective;
        var products = new List<(double Ours, double Peer)>();
        var gradients = new List<double>();
        for (int k = 0; k <= repetitions; k++)
        {
            double seconds = Seconds(objective, () => objective.Evaluate(setting.Start(), Wanted.ValueAndGradient).Dispose());
            if (k > 0)
            {
                gradients.Add(seconds);
            }
        }

        using Evaluation at = objective.Evaluate(setting.Start(), Wanted.ValueAndGradient);
        Tensor gradient = at.Gradient();
        double difference = 0;
        for (int k = 0; k <= repetitions; k++)
        {
            double norm = 0;
            double ours = Seconds(objective, () =>
            {
                using Tensor product = at.HessianVectorProduct(gradient);
                norm = product.Norm();
            });
            PeerProduct theirs = setting.Ask<PeerProduct>("product");
            difference = Math.Abs(norm - theirs.Norm) / norm;

            // The first product records the graphs.
            if (k > 0)
            {
                products.Add((ours, theirs.Seconds));
            }
        }

        double median = BenchRow.Median([.. products.Select(product => product.Ours)]);
        string graphs = objective.KeepsCurvatureGraphs == false ? "computed again for each" : "kept";
        return new BenchRow(
            $"Hessian-vector product, {network}", median, BenchRow.Median([.. products.Select(product => product.Peer)]), "s", 2, repetitions,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{median / BenchRow.Median(gradients):F1} of Brink's gradients, graphs {graphs}; norms agree to {difference:G1}"));
    }

    private static double Seconds(NetworkObjective objective, Action work)
    {
        var watch = Stopwatch.StartNew();
        work();
        Runtime.Synchronize(objective.Device);
        return watch.Elapsed.TotalSeconds;
    }

    /// <summary>The peer's product H∇f.</summary>
    /// <param name="Norm">‖H∇f‖.</param>
    /// <param name="Seconds">Wall-clock time of the product alone.</param>
    private sealed record PeerProduct(double Norm, double Seconds);
}
