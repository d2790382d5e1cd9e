using Brink.Flows;
using Brink.Objectives;
using Brink.Torch;

namespace Brink.Tests.Flows;

/// <summary>Follows a flow for tests and adds up what it cost.</summary>
internal sealed record Flow(double[] End, double Loss, int Steps, int Gradients, int Rejected, int Hvps, int MostStages, double[] Losses)
{
    /// <summary>Integrates for a time, or until the gradient is small.</summary>
    internal static Flow Run(
        FlowIntegrator integrator, Objective objective, Tensor start, double time, double untilGradNorm = 0, int mostSteps = 20_000)
    {
        using var scope = new TensorScope();
        Evaluation at = objective.Evaluate(start.Clone().Unscoped(), Wanted.ValueAndGradient);
        var losses = new List<double> { at.Value };
        double now = 0;
        int steps = 0;
        int gradients = 1;
        int rejected = 0;
        int hvps = 0;
        int stages = 0;
        while (now < time && at.Gradient().Norm() > untilGradNorm)
        {
            Assert.True(steps++ < mostSteps, $"no end after {mostSteps} steps, at time {now}");
            double left = time - now;
            (Evaluation next, FlowStep step) = integrator.Step(objective, at, left);
            at.Dispose();
            at = next;
            now = step.Duration == left ? time : now + step.Duration;
            gradients += step.Gradients;
            rejected += step.Rejected;
            hvps += step.Hvps;
            stages = Math.Max(stages, step.Stages);
            losses.Add(at.Value);
        }

        double[] end = at.Weights.To(ScalarType.Float64).ToArray<double>();
        double loss = at.Value;
        at.Dispose();
        return new Flow(end, loss, steps, gradients, rejected, hvps, stages, [.. losses]);
    }

    internal static double Distance(double[] a, double[] b) => Math.Sqrt(a.Zip(b, (x, y) => (x - y) * (x - y)).Sum());
}
