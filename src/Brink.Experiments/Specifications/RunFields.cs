using Brink.Curvature;

namespace Brink.Experiments;

/// <summary>What is measured, and how the run is carried out and stored.</summary>
internal static class RunFields
{
    internal static readonly SpecificationField<int> SharpnessEvery = new("sharpness-every", FieldGroup.Measurements, new NumericForm<int>(Interval.AtLeast(0)))
    {
        Help = "Iterations between two measurements of λ₁; 0 for never",
        Default = FieldDefault.Of(100),
        Example = "20",
    };

    internal static readonly SpecificationField<double> SharpnessTolerance = new("sharpness-tolerance", FieldGroup.Measurements, new NumericForm<double>(Interval.Open(0, 1)))
    {
        Help = "Residual ‖Hv − λ₁v‖ / |λ₁| at which the measurement stops",
        Default = FieldDefault.Of(1e-3),
        Example = "1e-6",
    };

    internal static readonly SpecificationField<int> SharpnessMaxProducts = new("sharpness-max-products", FieldGroup.Measurements, new NumericForm<int>(Interval.AtLeast(1)))
    {
        Help = "Most Hessian-vector products of one measurement of λ₁; one that needs more is recorded as not converged, with its residual. Where eigenvalues are followed, 60 for each if that is more",
        Default = FieldDefault.Of(LanczosOptions.UsualProducts),
        Example = "100",
    };

    internal static readonly SpecificationField<int> Eigenvalues = new("eigenvalues", FieldGroup.Measurements, new NumericForm<int>(Interval.AtLeast(0)))
    {
        Help = "How many of the largest eigenvalues of the Hessian are followed; λ₁ is then taken from them",
        Default = FieldDefault.Of(0),
        Example = "20",
    };

    internal static readonly SpecificationField<SpectrumThreshold> EigenvaluesAbove = new("eigenvalues-above", FieldGroup.Measurements, new SpectrumThresholdForm())
    {
        Help = "Also follow every eigenvalue above this: a number, or a multiple of 1/η of the current step (the last one taken where a search finds it)",
        Default = FieldDefault.None("no such threshold"),
        Example = "1.5/eta",
    };

    internal static readonly SpecificationField<int> Smallest = new("smallest", FieldGroup.Measurements, new NumericForm<int>(Interval.AtLeast(0)))
    {
        Help = "How many of the smallest (most negative) eigenvalues are followed",
        Default = FieldDefault.Of(0),
        Example = "5",
    };

    internal static readonly SpecificationField<int> EigenvaluesEvery = new("eigenvalues-every", FieldGroup.Measurements, new NumericForm<int>(Interval.AtLeast(0)))
    {
        Help = "Iterations between two measurements of the followed eigenvalues; 0 for never",
        Default = FieldDefault.By("sharpness-every, or 100 where that is 0", s => s.SharpnessEvery > 0 ? s.SharpnessEvery : 100),
        Example = "50",
    };

    internal static readonly SpecificationField<double> EigenvaluesTolerance = new("eigenvalues-tolerance", FieldGroup.Measurements, new NumericForm<double>(Interval.Open(0, 1)))
    {
        Help = "Residual ‖Hv − λv‖ / |λ| at which each followed eigenpair is accepted",
        Default = FieldDefault.By("sharpness-tolerance", s => s.SharpnessTolerance),
        Example = "1e-4",
    };

    internal static readonly SpecificationField<int> EigenvaluesMost = new("eigenvalues-most", FieldGroup.Measurements, new NumericForm<int>(Interval.AtLeast(1)))
    {
        Help = "Most eigenvalues that eigenvalues-above may come to follow",
        Default = FieldDefault.By("50, or eigenvalues where that is more", s => Math.Max(50, s.Eigenvalues)),
        Example = "100",
    };

    internal static readonly SpecificationField<string> MeasureAt = new("measure-at", FieldGroup.Measurements, new ChoiceForm(["iterates", "midpoints"]))
    {
        Help = "Where sharpness and eigenvalues are measured: at w_k, or at ¼(w_{k−1} + 2w_k + w_{k+1}), which averages an oscillation out",
        Default = FieldDefault.Of("iterates"),
        Example = "midpoints",
    };

    internal static readonly SpecificationField<bool> Preconditioned = new("preconditioned", FieldGroup.Measurements, new FlagForm())
    {
        Help = "Follow the eigenvalues of P⁻¹H, which decide the stability of adaptive methods, instead of those of H; the sharpness stays λ₁ of H",
        Default = FieldDefault.Of(false),
        Example = "true",
        Conditions = [FieldCondition.ForMethods("rmsprop", "adam")],
    };

    internal static readonly SpecificationField<int> TestEvery = new("test-every", FieldGroup.Measurements, new NumericForm<int>(Interval.AtLeast(0)))
    {
        Help = "Iterations between two evaluations on the other split; 0 for never",
        Default = FieldDefault.By("sharpness-every, or 100 where that is 0", s => s.SharpnessEvery > 0 ? s.SharpnessEvery : 100),
        Example = "50",
        Conditions = [FieldCondition.ForNetworks],
    };

    internal static readonly SpecificationField<string> Beside = new("beside", FieldGroup.Measurements, new ChoiceForm(["none", "gd", "gd-and-flow"]))
    {
        Help = "What goes beside a central flow from the same start: gradient descent, also the gradient flow; their losses and distances are recorded",
        Default = FieldDefault.Of("none"),
        Example = "gd-and-flow",
        Conditions = [FieldCondition.ForMethods("central-flow")],
    };

    internal static readonly SpecificationField<int> RecordEvery = new("record-every", FieldGroup.Measurements, new NumericForm<int>(Interval.AtLeast(1)))
    {
        Help = "Iterations between two lines of metrics.jsonl; lines with a measurement are always written. On batches a line costs a pass over all samples",
        Default = FieldDefault.By("1; with batch-size the steps of an epoch", _ => 1),
        Example = "10",
    };

    internal static readonly SpecificationField<int> GfsEvery = new("gfs-every", FieldGroup.Measurements, new NumericForm<int>(Interval.AtLeast(0)))
    {
        Help = "Iterations between two measurements of the gradient-flow-solution sharpness φ; 0 for never",
        Default = FieldDefault.Of(0),
        Example = "20",
    };

    internal static readonly SpecificationField<double> GfsTolerance = new("gfs-tolerance", FieldGroup.Measurements, new NumericForm<double>(Interval.Open(0, 1)))
    {
        Help = "Allowed local error of a step of φ's flow, relative to the weights",
        Default = FieldDefault.Of(1e-4),
        Example = "1e-5",
    };

    internal static readonly SpecificationField<double> GfsAccuracy = new("gfs-accuracy", FieldGroup.Measurements, new NumericForm<double>(Interval.Open(0, 1)))
    {
        Help = "φ's flow goes on until the relative change of λ₁ still to come is estimated to be at most this",
        Default = FieldDefault.Of(1e-3),
        Example = "1e-4",
    };

    internal static readonly SpecificationField<double> GfsUntilLoss = new("gfs-until-loss", FieldGroup.Measurements, new NumericForm<double>(Interval.Above(0)))
    {
        Help = "Loss that φ's flow has to reach",
        Default = FieldDefault.None("1e-4, unless gfs-until-grad-norm is given"),
        Example = "1e-5",
    };

    internal static readonly SpecificationField<double> GfsUntilGradNorm = new("gfs-until-grad-norm", FieldGroup.Measurements, new NumericForm<double>(Interval.Above(0)))
    {
        Help = "Norm of the gradient that φ's flow has to reach",
        Default = FieldDefault.None("no such threshold"),
        Example = "1e-3",
    };

    internal static readonly SpecificationField<int> GfsGradients = new("gfs-gradients", FieldGroup.Measurements, new NumericForm<int>(Interval.AtLeast(1)))
    {
        Help = "Gradients that one flow may cost; a φ that needs more is recorded as not converged",
        Default = FieldDefault.Of(100_000),
        Example = "5000",
    };

    internal static readonly SpecificationField<long> Iterations = new("iterations", FieldGroup.Run, new NumericForm<long>(Interval.AtLeast(0)))
    {
        Help = "Steps to take",
        Default = FieldDefault.By("1000; a million for a flow, which ends by its other stops", s => FlowFields.Flows.Contains(s.Method) ? 1_000_000L : 1000L),
        Example = "5000",
    };

    internal static readonly SpecificationField<double> UntilLoss = new("until-loss", FieldGroup.Run, new NumericForm<double>(Interval.Above(0)))
    {
        Help = "Stop when the training loss is at most this",
        Default = FieldDefault.None("no such stop"),
        Example = "1e-4",
    };

    internal static readonly SpecificationField<double> UntilGradNorm = new("until-grad-norm", FieldGroup.Run, new NumericForm<double>(Interval.Above(0)))
    {
        Help = "Stop when the gradient's norm is at most this",
        Default = FieldDefault.None("no such stop"),
        Example = "1e-6",
    };

    internal static readonly SpecificationField<double> DivergenceLoss = new("divergence-loss", FieldGroup.Run, new NumericForm<double>(Interval.Above(0)))
    {
        Help = "End the run as diverged when the training loss exceeds this",
        Default = FieldDefault.None("a million times the first loss, or 1e6 if that is more"),
        Example = "1e6",
    };

    // Up to what a double holds exactly, so that every JSON reader reads the very seed.
    internal static readonly SpecificationField<long> Seed = new("seed", FieldGroup.Run, new NumericForm<long>(Interval.Closed(0, 9007199254740991)))
    {
        Help = "Seed of the start weights and of the generator that draws samples and batches",
        Default = FieldDefault.Of(0L),
        Example = "1",
    };

    internal static readonly SpecificationField<string> Dtype = new("dtype", FieldGroup.Run, new ChoiceForm(["float32", "float64"]))
    {
        Help = "Precision of weights, data and arithmetic",
        Default = FieldDefault.By("float32; float64 for a model, which knows no other", s => s.Model is null ? "float32" : "float64"),
        Example = "float64",
    };

    internal static readonly SpecificationField<string> Device = new("device", FieldGroup.Run, new DeviceForm())
    {
        Help = "Device that does the arithmetic",
        Default = FieldDefault.Of("cpu"),
        Example = "cuda:1",
    };

    internal static readonly SpecificationField<int> Threads = new("threads", FieldGroup.Run, new NumericForm<int>(Interval.Closed(1, 4096)))
    {
        Help = "CPU threads; part of the result's bits, so resume keeps the number",
        Default = FieldDefault.By("the cores of the machine", _ => Environment.ProcessorCount),
        Example = "8",
    };

    internal static readonly SpecificationField<int> MicroBatch = new("micro-batch", FieldGroup.Run, new NumericForm<int>(Interval.AtLeast(1)))
    {
        Help = "Samples evaluated at a time; their losses and gradients are summed",
        Default = FieldDefault.None("measured once for each machine"),
        Example = "500",
        Conditions = [FieldCondition.ForNetworks],
    };

    internal static readonly SpecificationField<bool> GhostBatchNorm = new("ghost-batch-norm", FieldGroup.Run, new FlagForm())
    {
        Help = "Let each micro-batch be normalised by its own statistics, which changes the objective",
        Default = FieldDefault.Of(false),
        Example = "true",
        Conditions = [FieldCondition.ForNetworks, FieldCondition.Where("batch-norm", "true")],
    };

    internal static readonly SpecificationField<bool> SyncBatchNorm = new("sync-batch-norm", FieldGroup.Run, new FlagForm())
    {
        Help = "Let ranks normalise by the statistics of all samples together, as one process does, in two sums a layer and pass",
        Default = FieldDefault.Of(false),
        Example = "true",
        Conditions = [FieldCondition.ForNetworks, FieldCondition.Where("batch-norm", "true"), FieldCondition.Where("ghost-batch-norm", "false")],
    };

    internal static readonly SpecificationField<string> KeepGraph = new("keep-graph", FieldGroup.Run, new ChoiceForm(["auto", "yes", "no"]))
    {
        Help = "Keep the accepted trial's graph for the next gradient instead of evaluating it again; auto: when memory allows",
        Default = FieldDefault.Of("auto"),
        Example = "no",
        Conditions = [FieldCondition.ForNetworks],
    };

    internal static readonly SpecificationField<string> LineProducts = new("line-products", FieldGroup.Run, new ChoiceForm(["auto", "yes", "no"]))
    {
        Help = "Reuse the first layer's product along a search line, one for all trials; auto: where the network allows it",
        Default = FieldDefault.Of("auto"),
        Example = "no",
        Conditions = [FieldCondition.ForNetworks, FieldCondition.ForMethods(MethodFields.Searches)],
    };

    internal static readonly SpecificationField<string> CudaGraphs = new("cuda-graphs", FieldGroup.Run, new ChoiceForm(["auto", "yes", "no"]))
    {
        Help = "Record the network's passes once and replay them, in place of starting kernel after kernel; auto: where it is faster, in small networks",
        Default = FieldDefault.Of("auto"),
        Example = "no",
        Conditions = [FieldCondition.ForNetworks, FieldCondition.OnGpu],
    };

    internal static readonly SpecificationField<string> Convolutions = new("convolutions", FieldGroup.Run, new ChoiceForm(["deterministic", "fastest"]))
    {
        Help = "Convolutions on the GPU that give the same bits every time, or those that cuDNN finds fastest by trying",
        Default = FieldDefault.Of("deterministic"),
        Example = "fastest",
        Conditions = [FieldCondition.ForNetworks, FieldCondition.OnGpu],
    };

    internal static readonly SpecificationField<bool> Tf32 = new("tf32", FieldGroup.Run, new FlagForm())
    {
        Help = "Let float32 products on the GPU round their factors to 10 bits: faster, and wrong in the fourth digit",
        Default = FieldDefault.Of(false),
        Example = "true",
        Conditions = [FieldCondition.ForNetworks, FieldCondition.OnGpu, FieldCondition.Where("dtype", "float32")],
    };

    internal static readonly SpecificationField<int> CheckpointEvery = new("checkpoint-every", FieldGroup.Run, new NumericForm<int>(Interval.AtLeast(0)))
    {
        Help = "Iterations between two checkpoints, the last two of which are kept; 0 for one at the end only",
        Default = FieldDefault.Of(100),
        Example = "500",
    };

    internal static readonly SpecificationField<bool> TensorBoard = new("tensorboard", FieldGroup.Run, new FlagForm())
    {
        Help = "Also write the metrics as an event file for TensorBoard, in the run folder; brink export --tensorboard makes one later",
        Default = FieldDefault.Of(false),
        Example = "true",
    };

    internal static readonly SpecificationField<string> Out = new("out", FieldGroup.Run, new TextForm("a folder"))
    {
        Help = "Run folder",
        Default = FieldDefault.None("runs/<data>-<network>-<method>-<n>, or runs/<model>-<method>-<n>, the first n that is free"),
        Example = "runs/first",
    };
}
