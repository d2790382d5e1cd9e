using System.Diagnostics;
using System.Globalization;
using Brink.Curvature;
using Brink.Flows;
using Brink.Methods;
using Brink.Objectives;
using Brink.Torch;

namespace Brink.Cli.Bench;

/// <summary>The gradient flow from one iterate of gradient descent at the edge, from the same weights on both sides, and λ₁ where it ends.</summary>
internal static class FlowSolutionCase
{
    /// <summary>The flows end where the loss is at most this. To the limit itself the peer takes hours: its gradients are 4 ∫ λ₁ dt.</summary>
    private const double UntilLoss = 0.055;

    /// <summary>2/η is 18.2, and λ₁ lies between 17.5 and 18.5: the steps are as long as descent allows.</summary>
    private const double Eta = 0.11;
    private const int Steps = 50;

    /// <summary>A hundredth of Brink's own: what both flows are judged by.</summary>
    private const double ReferenceTolerance = 1e-6;

    /// <summary>Gradients and time.</summary>
    internal static IEnumerable<BenchRow> Rows(BenchSetting setting, int repetitions, Action<string> note)
    {
        NetworkObjective objective = setting.Problem.Objective;
        using Tensor weights = AfterDescent(objective, setting.Start());
        string file = setting.WriteWeights(weights);
        using var scope = new TensorScope();
        var gradients = new List<(double Ours, double Peer)>();
        var seconds = new List<(double Ours, double Peer)>();
        (GradientFlowSolution Ours, PeerFlow Peer)? last = null;
        for (int k = 0; k < repetitions; k++)
        {
            var watch = Stopwatch.StartNew();
            GradientFlowSolution found = GradientFlowSolution.Find(
                objective, weights, new FlowSolutionOptions { UntilLoss = UntilLoss, Accuracy = double.PositiveInfinity });
            double time = watch.Elapsed.TotalSeconds;
            setting.Ask<PeerLoaded>("load", ("weights", file));
            PeerFlow theirs = setting.Ask<PeerFlow>("flow", ("until_loss", UntilLoss), ("most_gradients", 200_000));
            if (!found.Converged || !theirs.Reached)
            {
                throw new BrinkException($"the flow did not end at loss {UntilLoss:G3}: {string.Join("; ", found.Missed)}; the peer's at {theirs.Loss:G3}");
            }

            gradients.Add((found.Gradients, theirs.Gradients));
            seconds.Add((time, theirs.Seconds));
            last = (found, theirs);
            note(string.Create(CultureInfo.InvariantCulture, $"gfs: {found.Gradients} gradients in {time:F1} s against {theirs.Gradients} in {theirs.Seconds:F1} s"));
        }

        (GradientFlowSolution ours, PeerFlow peer) = last!.Value;
        double[] exact = Reference(objective, weights, ours.Time, peer.Time);
        string remark = string.Create(
            CultureInfo.InvariantCulture,
            $"to loss {ours.Loss:G3} at time {ours.Time:F1}, peer {peer.Loss:G3} at {peer.Time:F1}; relative error of λ₁ there {Error(ours.Sharpness, exact[0]):G2}, peer {Error(peer.Eigenvalue, exact[1]):G2}; {ours.Hvps} products, peer {peer.Hvps}");
        yield return Row("GFS sharpness of an MLP, gradients", gradients, "gradients", remark);
        yield return Row("GFS sharpness of an MLP, time", seconds, "s", remark);

        static double Error(double value, double exact) => Math.Abs((value / exact) - 1);
    }

    /// <summary>λ₁ on a much more exact flow at the times at which the two ended, for their order is not known.</summary>
    private static double[] Reference(NetworkObjective objective, Tensor weights, params double[] times)
    {
        var found = new double[times.Length];
        using var integrator = new RungeKuttaChebyshev(ReferenceTolerance);
        Evaluation at = objective.Evaluate(weights.Clone().Unscoped(), Wanted.ValueAndGradient);
        double now = 0;
        foreach (int next in Enumerable.Range(0, times.Length).OrderBy(i => times[i]))
        {
            while (now < times[next])
            {
                (Evaluation ahead, FlowStep step) = integrator.Step(objective, at, times[next] - now);
                at.Dispose();
                at = ahead;
                now = step.Duration == times[next] - now ? times[next] : now + step.Duration;
            }

            using var scope = new TensorScope();
            found[next] = Lanczos.Largest(new HessianOperator(objective, at), 1, new LanczosOptions { ResidualTolerance = 1e-4 }).Values[0];
            at.ReleaseCurvature();
        }

        at.Dispose();
        return found;
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
