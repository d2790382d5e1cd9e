using Brink.Methods;
using Brink.Objectives;
using Brink.Torch;

namespace Brink.Tests.Methods;

/// <summary>One step of a run: where it started, what the method reported, where it ended, which trials it made.</summary>
internal sealed record Taken(double[] From, double FromValue, StepReport Report, double[] To, double ToValue, double[] Tried);

/// <summary>Runs a method from a point and writes down each step.</summary>
internal static class Trajectory
{
    internal static List<Taken> Run(Method method, ClosedFormObjective objective, double[] start, int steps)
    {
        using var scope = new TensorScope();
        var taken = new List<Taken>();
        Evaluation at = objective.At(start);
        for (int k = 0; k < steps; k++)
        {
            objective.Tried.Clear();
            (Evaluation next, StepReport report) = method.Step(objective, at);
            taken.Add(new Taken(Point(at), at.Value, report, Point(next), next.Value, [.. objective.Tried]));
            at.Dispose();
            at = next;
        }

        at.Dispose();
        return taken;
    }

    internal static double[] Point(Evaluation at) => at.Weights.To(ScalarType.Float64).ToArray<double>();
}
