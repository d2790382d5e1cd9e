using Brink.Objectives;
using Brink.Torch;

namespace Brink.Experiments;

/// <summary>
/// The micro-batch on a GPU: all samples where their graphs fit into its memory, which is fastest, else as few equal parts of
/// them as do.
/// </summary>
internal static class CudaMicroBatch
{
    /// <summary>Samples of the two probes, whose difference is what samples alone take.</summary>
    private const int SmallProbe = 64;

    private const int LargeProbe = 192;

    /// <summary>Share of the free memory that may be planned for: the allocator holds pieces that no tensor fits into.</summary>
    private const double Plannable = 0.8;

    /// <summary>Vectors of length P beside the passes: weights, gradients and a basis of Lanczos.</summary>
    private const int Vectors = 24;

    /// <summary>Measures.</summary>
    /// <param name="problem">The problem, which may be cut.</param>
    /// <param name="plan">The plan so far.</param>
    /// <param name="point">Weights to measure at.</param>
    /// <returns>Samples of a micro-batch.</returns>
    internal static int Largest(NetworkProblem problem, ObjectivePlan plan, Tensor point)
    {
        int samples = problem.SampleCount;
        if (samples <= LargeProbe)
        {
            return samples;
        }

        using var worker = new Workers(1, problem.Specification.Threads);
        (long small, _) = PeakBytes(problem, plan, worker, SmallProbe, point);
        (long large, long vector) = PeakBytes(problem, plan, worker, LargeProbe, point);
        Runtime.ReleaseFreeCudaMemory();
        return Largest(samples, small, large, vector, Runtime.CudaMemory().Free);
    }

    /// <summary>The arithmetic.</summary>
    /// <param name="samples">N.</param>
    /// <param name="small">Bytes that the passes over 64 samples took at most.</param>
    /// <param name="large">Those over 192.</param>
    /// <param name="vector">Bytes of a vector of length P.</param>
    /// <param name="free">Bytes of the GPU that are free.</param>
    internal static int Largest(int samples, long small, long large, long vector, long free)
    {
        double each = Math.Max(1, (double)(large - small) / (LargeProbe - SmallProbe));
        double left = (Plannable * free) - Math.Max(0, small - (SmallProbe * each)) - ((double)Vectors * vector);
        double most = Math.Max(1, left / each);
        int parts = (int)Math.Ceiling(samples / Math.Min(most, samples));
        return (samples + parts - 1) / parts;
    }

    /// <summary>The most that a trial whose graph is kept, a gradient and a Hessian-vector product hold together.</summary>
    private static (long Bytes, long Vector) PeakBytes(NetworkProblem problem, ObjectivePlan plan, Workers worker, int samples, Tensor point)
    {
        using NetworkObjective probe = problem.Trial(plan with { MicroBatch = samples, KeepGraph = true }, worker, samples);
        using var scope = new TensorScope();
        Runtime.ReleaseFreeCudaMemory();
        long before = Runtime.CudaTensorBytes().Now;
        using Evaluation trial = probe.Evaluate(point.Clone(), Wanted.Value);
        using Evaluation at = probe.Evaluate(point.Clone(), Wanted.ValueAndGradient);
        at.HessianVectorProduct(at.Gradient());
        Runtime.Synchronize(problem.Device);
        return (Runtime.CudaTensorBytes().Peak - before, probe.Dimension * ScalarTypes.Size(probe.Type));
    }
}
