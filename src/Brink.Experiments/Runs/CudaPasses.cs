using Brink.Objectives;
using Brink.Torch;

namespace Brink.Experiments;

/// <summary>Whether a network's passes are recorded as CUDA graphs: where starting its kernels takes longer than they do.</summary>
internal static class CudaPasses
{
    /// <summary>Share of the plain time below which recording is worth the memory it holds.</summary>
    private const double Gain = 0.95;

    /// <summary>The plan with passes recorded.</summary>
    /// <param name="plan">The plan; its micro-batch is all samples.</param>
    /// <param name="problem">The problem.</param>
    /// <exception cref="BrinkException">They cannot be, though the specification asks for it.</exception>
    internal static ObjectivePlan Recorded(ObjectivePlan plan, NetworkProblem problem) => Obstacle(plan, problem) is { } obstacle
        ? throw new BrinkException($"cuda-graphs is yes, but {obstacle}; leave it out, or say no")
        : Recorded(plan);

    /// <summary>Tries both ways, in turns.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="plan">The plan without recording.</param>
    /// <param name="workers">The one worker.</param>
    /// <param name="point">Weights to measure at.</param>
    internal static bool RecordingPays(NetworkProblem problem, ObjectivePlan plan, Workers workers, Tensor point)
    {
        if (!problem.Device.IsCuda || Obstacle(plan, problem) is not null)
        {
            return false;
        }

        using NetworkObjective plain = problem.Trial(plan, workers, problem.SampleCount);
        using NetworkObjective recorded = problem.Trial(Recorded(plan), workers, problem.SampleCount);
        try
        {
            (double run, double replayed) = (double.PositiveInfinity, double.PositiveInfinity);
            for (int round = 0; round < 3; round++)
            {
                run = Math.Min(run, ExecutionPlan.Seconds(plain, point, Wanted.Value, repetitions: 2));
                replayed = Math.Min(replayed, ExecutionPlan.Seconds(recorded, point, Wanted.Value, repetitions: 2));
            }

            return replayed < Gain * run;
        }
        catch (TorchException)
        {
            // Some networks wait for the GPU in the middle of a pass (a script may), and a recorded pass may need more memory.
            return false;
        }
    }

    private static ObjectivePlan Recorded(ObjectivePlan plan) => plan with { CudaGraphs = true, LineProducts = false };

    private static string? Obstacle(ObjectivePlan plan, NetworkProblem problem) =>
        !CudaGraph.IsSupported ? "the native library was built without CUDA's headers"
        : problem.Specification.IsStochastic ? "every step is on another batch"
        : problem.Ranks is not null ? "ranks share the samples"
        : plan.MicroBatch < problem.SampleCount ? $"{problem.SampleCount} samples are evaluated in micro-batches of {plan.MicroBatch}"
        : problem.Specification.LineProducts == "yes" ? "line-products is yes, too"
        : null;
}
