namespace Brink.Experiments;

/// <summary>
/// The table of a specification's fields. Everything a user can pass on the command line that decides a run is a row
/// here, and every row can be passed.
/// </summary>
public static class SpecificationFields
{
    /// <summary>All fields, in the order in which they are written.</summary>
    public static IReadOnlyList<SpecificationField> All { get; } = InPlace(
    [
        SubjectFields.Data, SubjectFields.From, SubjectFields.Labels, SubjectFields.ImageSize, SubjectFields.Mean, SubjectFields.StandardDeviation,
        SubjectFields.Split, SubjectFields.Subset, SubjectFields.First,
        SubjectFields.Count, SubjectFields.Classes, SubjectFields.DataDir, SubjectFields.Network, SubjectFields.Widths,
        SubjectFields.Activation, SubjectFields.Pooling, SubjectFields.NoBias, SubjectFields.BatchNorm, SubjectFields.Initialization,
        SubjectFields.Init, SubjectFields.Loss,
        ModelFields.Model, ModelFields.Start, ModelFields.Lambda1, ModelFields.Lambda2, ModelFields.Depth, ModelFields.Target,
        ModelFields.Inputs, ModelFields.LayerWidths, ModelFields.PerSample, ModelFields.Deviation, ModelFields.DataFile,
        ModelFields.Dimension, ModelFields.Samples,
        MethodFields.Method, MethodFields.Eta, MethodFields.InitialEta,
        MethodFields.MinEta, MethodFields.MaxEta, MethodFields.C, MethodFields.Delta, MethodFields.MaxBacktracks,
        MethodFields.Reference, MethodFields.Xi, MethodFields.Memory, MethodFields.UpperBound, MethodFields.Cp,
        MethodFields.FStar, MethodFields.Sigma, MethodFields.Rho, MethodFields.Momentum, MethodFields.Nesterov,
        MethodFields.Dampening, MethodFields.WeightDecay, MethodFields.Beta1, MethodFields.Beta2, MethodFields.Alpha,
        MethodFields.Epsilon, MethodFields.Schedule, MethodFields.WarmupFactor, MethodFields.WarmupStart,
        BatchFields.BatchSize,
        FlowFields.Integrator, FlowFields.Tolerance, FlowFields.StepFraction, FlowFields.FlowInterval,
        FlowFields.CompareEta, FlowFields.UntilTime, FlowFields.MaxGradients,
        FlowFields.Substeps, FlowFields.Bound, FlowFields.CentralShare, FlowFields.CentralMost,
        FlowFields.CentralTolerance,
        RunFields.SharpnessEvery, RunFields.SharpnessTolerance, RunFields.SharpnessMaxProducts,
        RunFields.Eigenvalues, RunFields.EigenvaluesAbove, RunFields.Smallest, RunFields.EigenvaluesEvery, RunFields.EigenvaluesTolerance, RunFields.EigenvaluesMost,
        RunFields.MeasureAt, RunFields.Preconditioned, RunFields.TestEvery, RunFields.Beside,
        BatchFields.SharpnessEvery, BatchFields.SharpnessBatches,
        RunFields.GfsEvery, RunFields.GfsTolerance, RunFields.GfsAccuracy, RunFields.GfsUntilLoss,
        RunFields.GfsUntilGradNorm, RunFields.GfsGradients,
        DiagnosticsFields.DiagnosticsEvery, DiagnosticsFields.TraceEvery, DiagnosticsFields.TraceProducts,
        DiagnosticsFields.DensityEvery, DiagnosticsFields.DensityProbes, DiagnosticsFields.DensitySteps, DiagnosticsFields.DensityRange,
        DiagnosticsFields.DensityBins,
        DiagnosticsFields.SegmentSmoothnessEvery, DiagnosticsFields.SegmentSteps,
        RunFields.RecordEvery, RunFields.Iterations, RunFields.UntilLoss, RunFields.UntilGradNorm,
        RunFields.DivergenceLoss, RunFields.Seed, RunFields.Dtype, RunFields.Device, RunFields.Threads,
        RunFields.MicroBatch, RunFields.GhostBatchNorm, RunFields.SyncBatchNorm, RunFields.KeepGraph, RunFields.LineProducts,
        RunFields.CudaGraphs, RunFields.Convolutions, RunFields.Tf32,
        RunFields.CheckpointEvery, RunFields.TensorBoard, RunFields.Out,
    ]);

    private static readonly Dictionary<string, SpecificationField> s_index =
        All.ToDictionary(field => field.Name, StringComparer.Ordinal);

    private static SpecificationField[] InPlace(SpecificationField[] all)
    {
        for (int place = 0; place < all.Length; place++)
        {
            all[place].Place = place;
        }

        return all;
    }

    /// <summary>The field of a name, or null.</summary>
    /// <param name="name">The long option's name without dashes in front.</param>
    public static SpecificationField? Find(string name) => s_index.GetValueOrDefault(name);
}
