using System.Diagnostics;
using System.Globalization;
using Brink.Flows;
using Brink.Methods;
using Brink.Objectives;
using Brink.Torch;

namespace Brink.Cli.Bench;

/// <summary>φ of one iterate of gradient descent near the edge, from the same weights on both sides.</summary>
internal static class FlowSolutionCase
{
    /// <summary>Both flows end at this loss; φ has then settled to a thousandth, as the errors in the remark show.</summary>
    private const double UntilLoss = 1e-3;

    /// <summary>The reference goes on to this loss, with an integrator a thousand times as exact.</summary>
    private const double ReferenceLoss = 1e-5;
    private const double Eta = 1;
    private const int Steps = 50;

    /// <summary>Gradients and time.</summary>
    internal static IEnumerable<BenchRow> Rows(BenchSetting setting, int repetitions, Action<string> note)
    {
        NetworkObjective objective = setting.Problem.Objective;
        using Tensor weights = AfterDescent(objective, setting.Start());
        string file = setting.WriteWeights(weights);
        using var scope = new TensorScope();
        GradientFlowSolution exact = GradientFlowSolution.Find(
            objective, weights, new FlowSolutionOptions { Tolerance = 1e-6, UntilLoss = ReferenceLoss, ResidualTolerance = 1e-4 });
        note($"gfs: reference φ = {exact.Sharpness:G6} at loss {exact.Loss:G3}, {exact.Gradients} gradients{(exact.Converged ? string.Empty : $"; {string.Join("; ", exact.Missed)}")}");
        var gradients = new List<(double Ours, double Peer)>();
        var seconds = new List<(double Ours, double Peer)>();
        (double ours, double peer) errors = (0, 0);
        (int ours, int peer) products = (0, 0);
        for (int k = 0; k < repetitions; k++)
        {
            var watch = Stopwatch.StartNew();
            GradientFlowSolution found = GradientFlowSolution.Find(
                objective, weights, new FlowSolutionOptions { UntilLoss = UntilLoss, Accuracy = 0.99 });
            double time = watch.Elapsed.TotalSeconds;
            setting.Ask<PeerLoaded>("load", ("weights", file));
            PeerFlow theirs = setting.Ask<PeerFlow>("flow", ("until_loss", UntilLoss), ("most_gradients", 200_000));
            gradients.Add((found.Gradients, theirs.Gradients));
            seconds.Add((time, theirs.Seconds));
            errors = (Error(found.Sharpness), Error(theirs.Eigenvalue));
            products = (found.Hvps, theirs.Hvps);
            note($"gfs: {found.Gradients} gradients in {time:F1} s against {theirs.Gradients} in {theirs.Seconds:F1} s");
        }

        string remark = string.Create(
            CultureInfo.InvariantCulture,
            $"to loss {UntilLoss:G1}; relative error of φ {errors.ours:G2}, peer {errors.peer:G2}; {products.ours} products, peer {products.peer}");
        yield return Row("GFS sharpness of an MLP, gradients", gradients, "gradients", remark);
        yield return Row("GFS sharpness of an MLP, time", seconds, "s", remark);

        double Error(double value) => Math.Abs((value / exact.Sharpness) - 1);
    }

    private static Tensor AfterDescent(NetworkObjective objective, Tensor start)
    {
        using var descent = new GradientDescent(Eta);
        Evaluation at = objective.Evaluate(start, descent.Wanted);
        for (int k = 0; k < Steps; k++)
        {
            (Evaluation next, _) = descent.Step(objective, at);
            at.Dispose();
            at = next;
        }

        Tensor weights = at.Weights.Clone().Unscoped();
        at.Dispose();
        return weights;
    }

    private static BenchRow Row(string what, List<(double Ours, double Peer)> pairs, string unit, string remark) => new(
        what, BenchRow.Median([.. pairs.Select(pair => pair.Ours)]), BenchRow.Median([.. pairs.Select(pair => pair.Peer)]), unit, 5, pairs.Count, remark);

    /// <summary>An answer of which nothing is needed.</summary>
    private sealed record PeerLoaded;
}
