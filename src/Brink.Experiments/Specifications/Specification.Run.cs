namespace Brink.Experiments;

/// <content>What is measured, when a run ends, and how the machine goes about it.</content>
public sealed partial record Specification
{
    /// <summary>Iterations between measurements of λ₁; 0 for never.</summary>
    public int SharpnessEvery
    {
        get => Value(RunFields.SharpnessEvery);
        init => Set(RunFields.SharpnessEvery, value);
    }

    /// <summary>Relative residual at which a measurement of λ₁ stops, in (0, 1).</summary>
    public double SharpnessTolerance
    {
        get => Value(RunFields.SharpnessTolerance);
        init => Set(RunFields.SharpnessTolerance, value);
    }

    /// <summary>Most products of one measurement of λ₁, at least 1.</summary>
    public int SharpnessMaxProducts
    {
        get => Value(RunFields.SharpnessMaxProducts);
        init => Set(RunFields.SharpnessMaxProducts, value);
    }

    /// <summary>How many of the largest eigenvalues are followed, at least 0.</summary>
    public int Eigenvalues
    {
        get => Value(RunFields.Eigenvalues);
        init => Set(RunFields.Eigenvalues, value);
    }

    /// <summary>Above which eigenvalues are followed too, or null.</summary>
    public SpectrumThreshold? EigenvaluesAbove
    {
        get => Number(RunFields.EigenvaluesAbove);
        init => Set(RunFields.EigenvaluesAbove, value);
    }

    /// <summary>How many of the smallest eigenvalues are followed, at least 0.</summary>
    public int Smallest
    {
        get => Value(RunFields.Smallest);
        init => Set(RunFields.Smallest, value);
    }

    /// <summary>Iterations between measurements of the followed eigenvalues; 0 for never.</summary>
    public int EigenvaluesEvery
    {
        get => Value(RunFields.EigenvaluesEvery);
        init => Set(RunFields.EigenvaluesEvery, value);
    }

    /// <summary>Relative residual at which a followed eigenpair is accepted, in (0, 1).</summary>
    public double EigenvaluesTolerance
    {
        get => Value(RunFields.EigenvaluesTolerance);
        init => Set(RunFields.EigenvaluesTolerance, value);
    }

    /// <summary>Most eigenvalues that <see cref="EigenvaluesAbove"/> may come to follow, at least 1.</summary>
    public int EigenvaluesMost
    {
        get => Value(RunFields.EigenvaluesMost);
        init => Set(RunFields.EigenvaluesMost, value);
    }

    /// <summary><c>iterates</c> or <c>midpoints</c>: where sharpness and eigenvalues are measured.</summary>
    public string MeasureAt
    {
        get => Value(RunFields.MeasureAt);
        init => Set(RunFields.MeasureAt, value);
    }

    /// <summary>Whether the eigenvalues followed are those of P⁻¹H.</summary>
    public bool Preconditioned
    {
        get => Value(RunFields.Preconditioned);
        init => Set(RunFields.Preconditioned, value);
    }

    /// <summary>Iterations between evaluations on the other split; 0 for never.</summary>
    public int TestEvery
    {
        get => Value(RunFields.TestEvery);
        init => Set(RunFields.TestEvery, value);
    }

    /// <summary>Iterations between recorded lines, at least 1.</summary>
    public int RecordEvery
    {
        get => Value(RunFields.RecordEvery);
        init => Set(RunFields.RecordEvery, value);
    }

    /// <summary>Iterations between measurements of the gradient-flow-solution sharpness; 0 for never.</summary>
    public int GfsEvery
    {
        get => Value(RunFields.GfsEvery);
        init => Set(RunFields.GfsEvery, value);
    }

    /// <summary>Allowed local error of a step of its flow, relative to the weights, in (0, 1).</summary>
    public double GfsTolerance
    {
        get => Value(RunFields.GfsTolerance);
        init => Set(RunFields.GfsTolerance, value);
    }

    /// <summary>Relative change of λ₁ still to come at which its flow ends, in (0, 1).</summary>
    public double GfsAccuracy
    {
        get => Value(RunFields.GfsAccuracy);
        init => Set(RunFields.GfsAccuracy, value);
    }

    /// <summary>Loss that its flow has to reach, above 0, or null.</summary>
    public double? GfsUntilLoss
    {
        get => Number(RunFields.GfsUntilLoss);
        init => Set(RunFields.GfsUntilLoss, value);
    }

    /// <summary>Gradient norm that its flow has to reach, above 0, or null.</summary>
    public double? GfsUntilGradNorm
    {
        get => Number(RunFields.GfsUntilGradNorm);
        init => Set(RunFields.GfsUntilGradNorm, value);
    }

    /// <summary>Gradients that one flow may cost, at least 1.</summary>
    public int GfsGradients
    {
        get => Value(RunFields.GfsGradients);
        init => Set(RunFields.GfsGradients, value);
    }

    /// <summary>Steps to take, at least 0.</summary>
    public long Iterations
    {
        get => Value(RunFields.Iterations);
        init => Set(RunFields.Iterations, value);
    }

    /// <summary>Loss at which to stop, above 0, or null.</summary>
    public double? UntilLoss
    {
        get => Number(RunFields.UntilLoss);
        init => Set(RunFields.UntilLoss, value);
    }

    /// <summary>Gradient norm at which to stop, above 0, or null.</summary>
    public double? UntilGradNorm
    {
        get => Number(RunFields.UntilGradNorm);
        init => Set(RunFields.UntilGradNorm, value);
    }

    /// <summary>Loss above which the run has diverged, or null for only a loss that is not finite.</summary>
    public double? DivergenceLoss
    {
        get => Number(RunFields.DivergenceLoss);
        init => Set(RunFields.DivergenceLoss, value);
    }

    /// <summary>Seed, at least 0.</summary>
    public long Seed
    {
        get => Value(RunFields.Seed);
        init => Set(RunFields.Seed, value);
    }

    /// <summary><c>float32</c> or <c>float64</c>.</summary>
    public string Dtype
    {
        get => Value(RunFields.Dtype);
        init => Set(RunFields.Dtype, value);
    }

    /// <summary><c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</summary>
    public string Device
    {
        get => Value(RunFields.Device);
        init => Set(RunFields.Device, value);
    }

    /// <summary>CPU threads, at least 1.</summary>
    public int Threads
    {
        get => Value(RunFields.Threads);
        init => Set(RunFields.Threads, value);
    }

    /// <summary>Samples evaluated at a time, at least 1; null until measured.</summary>
    public int? MicroBatch
    {
        get => Number(RunFields.MicroBatch);
        init => Set(RunFields.MicroBatch, value);
    }

    /// <summary>Whether micro-batches are normalised by their own statistics.</summary>
    public bool GhostBatchNorm
    {
        get => Value(RunFields.GhostBatchNorm);
        init => Set(RunFields.GhostBatchNorm, value);
    }

    /// <summary>Whether ranks normalise by the statistics of all samples together; one process does in any case.</summary>
    public bool SyncBatchNorm
    {
        get => Value(RunFields.SyncBatchNorm);
        init => Set(RunFields.SyncBatchNorm, value);
    }

    /// <summary><c>auto</c>, <c>yes</c> or <c>no</c>: keep the accepted trial's graph.</summary>
    public string KeepGraph
    {
        get => Value(RunFields.KeepGraph);
        init => Set(RunFields.KeepGraph, value);
    }

    /// <summary><c>auto</c>, <c>yes</c> or <c>no</c>: one first-layer product for all trials of a search.</summary>
    public string LineProducts
    {
        get => Value(RunFields.LineProducts);
        init => Set(RunFields.LineProducts, value);
    }

    /// <summary><c>auto</c>, <c>yes</c> or <c>no</c>: record passes on a GPU once and replay them.</summary>
    public string CudaGraphs
    {
        get => Value(RunFields.CudaGraphs);
        init => Set(RunFields.CudaGraphs, value);
    }

    /// <summary><c>deterministic</c> or <c>fastest</c>: which convolutions a GPU does.</summary>
    public string Convolutions
    {
        get => Value(RunFields.Convolutions);
        init => Set(RunFields.Convolutions, value);
    }

    /// <summary>Whether float32 products on a GPU may round their factors to TF32.</summary>
    public bool Tf32
    {
        get => Value(RunFields.Tf32);
        init => Set(RunFields.Tf32, value);
    }

    /// <summary>Iterations between checkpoints; 0 for one at the end only.</summary>
    public int CheckpointEvery
    {
        get => Value(RunFields.CheckpointEvery);
        init => Set(RunFields.CheckpointEvery, value);
    }

    /// <summary>Whether an event file for TensorBoard is written too.</summary>
    public bool Tensorboard
    {
        get => Value(RunFields.TensorBoard);
        init => Set(RunFields.TensorBoard, value);
    }

    /// <summary>Run folder, or null for a fresh one.</summary>
    public string? Out
    {
        get => Text(RunFields.Out);
        init => Set(RunFields.Out, value);
    }

    /// <summary>What goes beside a central flow: <c>none</c>, <c>gd</c> or <c>gd-and-flow</c>.</summary>
    public string Beside
    {
        get => Value(RunFields.Beside);
        init => Set(RunFields.Beside, value);
    }
}
