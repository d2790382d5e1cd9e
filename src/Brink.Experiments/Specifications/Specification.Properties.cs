namespace Brink.Experiments;

/// <content>
/// The fields as typed properties. A property gives the value that was set, else the field's default; setting a nullable
/// one to null takes the value back.
/// </content>
public sealed partial record Specification
{
    /// <summary>Name of the data set.</summary>
    public string Data
    {
        get => Value(SubjectFields.Data);
        init => Set(SubjectFields.Data, value);
    }

    /// <summary>Folder of the official files, or null for the downloaded copy; folder or file of one's own samples.</summary>
    public string? From
    {
        get => Text(SubjectFields.From);
        init => Set(SubjectFields.From, value);
    }

    /// <summary>Npy file of the labels beside one of inputs, or null.</summary>
    public string? Labels
    {
        get => Text(SubjectFields.Labels);
        init => Set(SubjectFields.Labels, value);
    }

    /// <summary>Size that images of one's own are resized to, as text (<c>32</c>, <c>32x48</c>), or null.</summary>
    public string? ImageSize
    {
        get => Text(SubjectFields.ImageSize);
        init => Set(SubjectFields.ImageSize, value);
    }

    /// <summary>Means of the channels of one's own samples; null until they are measured.</summary>
    public IReadOnlyList<double>? Mean
    {
        get => GivenValue(SubjectFields.Mean) as IReadOnlyList<double>;
        init => Set(SubjectFields.Mean, value);
    }

    /// <summary>Standard deviations of the channels of one's own samples; null until they are measured.</summary>
    public IReadOnlyList<double>? StandardDeviation
    {
        get => GivenValue(SubjectFields.StandardDeviation) as IReadOnlyList<double>;
        init => Set(SubjectFields.StandardDeviation, value);
    }

    /// <summary><c>train</c> or <c>test</c>: the part that is trained on.</summary>
    public string Split
    {
        get => Value(SubjectFields.Split);
        init => Set(SubjectFields.Split, value);
    }

    /// <summary><c>stratified</c> or <c>first</c>: how samples are chosen.</summary>
    public string Subset
    {
        get => Value(SubjectFields.Subset);
        init => Set(SubjectFields.Subset, value);
    }

    /// <summary>Index of the first sample taken with <c>subset: first</c>, from 0.</summary>
    public int First
    {
        get => Value(SubjectFields.First);
        init => Set(SubjectFields.First, value);
    }

    /// <summary>Number of samples trained on; 0 where the specification says <c>all</c>.</summary>
    public int Count
    {
        get => Value(SubjectFields.Count);
        init => Set(SubjectFields.Count, value);
    }

    /// <summary>Labels of the classes kept, each once; null for all.</summary>
    public IReadOnlyList<int>? Classes
    {
        get => GivenValue(SubjectFields.Classes) as IReadOnlyList<int>;
        init => Set(SubjectFields.Classes, value);
    }

    /// <summary>Folder of downloaded data sets, or null for the user's cache folder.</summary>
    public string? DataDir
    {
        get => Text(SubjectFields.DataDir);
        init => Set(SubjectFields.DataDir, value);
    }

    /// <summary>Name of the network, or path of a TorchScript file.</summary>
    public string Network
    {
        get => Value(SubjectFields.Network);
        init => Set(SubjectFields.Network, value);
    }

    /// <summary>Widths of the hidden layers, or channels of the convolutions, each at least 1.</summary>
    public IReadOnlyList<int> Widths
    {
        get => Value(SubjectFields.Widths);
        init => Set(SubjectFields.Widths, value);
    }

    /// <summary>Name of the activation.</summary>
    public string Activation
    {
        get => Value(SubjectFields.Activation);
        init => Set(SubjectFields.Activation, value);
    }

    /// <summary><c>max</c> or <c>average</c>.</summary>
    public string Pooling
    {
        get => Value(SubjectFields.Pooling);
        init => Set(SubjectFields.Pooling, value);
    }

    /// <summary>Whether biases are left out.</summary>
    public bool NoBias
    {
        get => Value(SubjectFields.NoBias);
        init => Set(SubjectFields.NoBias, value);
    }

    /// <summary>Whether activations are normalised over the batch.</summary>
    public bool BatchNorm
    {
        get => Value(SubjectFields.BatchNorm);
        init => Set(SubjectFields.BatchNorm, value);
    }

    /// <summary>Scheme the start weights are drawn from.</summary>
    public string Initialization
    {
        get => Value(SubjectFields.Initialization);
        init => Set(SubjectFields.Initialization, value);
    }

    /// <summary>Safetensors file of start weights, or null to draw them.</summary>
    public string? Init
    {
        get => Text(SubjectFields.Init);
        init => Set(SubjectFields.Init, value);
    }

    /// <summary><c>mse</c>, <c>ce</c> or <c>squared</c> (math.md §1).</summary>
    public string Loss
    {
        get => Value(SubjectFields.Loss);
        init => Set(SubjectFields.Loss, value);
    }

    /// <summary>Name of the small model that stands in place of data, network and loss; null for a network.</summary>
    public string? Model
    {
        get => Text(ModelFields.Model);
        init => Set(ModelFields.Model, value);
    }

    /// <summary>Where a small model starts; null where it is drawn, or read from <see cref="Init"/>.</summary>
    public IReadOnlyList<double>? Start
    {
        get => (GivenValue(ModelFields.Start) ?? ModelFields.Start.DefaultIn(this)) as IReadOnlyList<double>;
        init => Set(ModelFields.Start, value);
    }

    /// <summary>λ₁ of the minimalist example, above 0.</summary>
    public double Lambda1
    {
        get => Value(ModelFields.Lambda1);
        init => Set(ModelFields.Lambda1, value);
    }

    /// <summary>λ₂ of the minimalist example, at least 0.</summary>
    public double Lambda2
    {
        get => Value(ModelFields.Lambda2);
        init => Set(ModelFields.Lambda2, value);
    }

    /// <summary>D of the scalar network, at least 1; null for other models.</summary>
    public int? Depth
    {
        get => Number(ModelFields.Depth);
        init => Set(ModelFields.Depth, value);
    }

    /// <summary>y of the scalar network, or Y of the linear one, as it is written: rows set apart by semicolons.</summary>
    public string Target
    {
        get => Value(ModelFields.Target);
        init => Set(ModelFields.Target, value);
    }

    /// <summary>X of the linear network, as it is written; null for the identity.</summary>
    public string? Inputs
    {
        get => Text(ModelFields.Inputs);
        init => Set(ModelFields.Inputs, value);
    }

    /// <summary>d₀ … d_L of the linear network, each at least 1; null for other models.</summary>
    public IReadOnlyList<int>? LayerWidths
    {
        get => (GivenValue(ModelFields.LayerWidths) ?? ModelFields.LayerWidths.DefaultIn(this)) as IReadOnlyList<int>;
        init => Set(ModelFields.LayerWidths, value);
    }

    /// <summary>Whether the linear network's loss is divided by the number of samples.</summary>
    public bool PerSample
    {
        get => Value(ModelFields.PerSample);
        init => Set(ModelFields.PerSample, value);
    }

    /// <summary>Standard deviation of the linear network's drawn start, above 0.</summary>
    public double Deviation
    {
        get => Value(ModelFields.Deviation);
        init => Set(ModelFields.Deviation, value);
    }

    /// <summary>File of the squared regression's data; null for random ones.</summary>
    public string? DataFile
    {
        get => Text(ModelFields.DataFile);
        init => Set(ModelFields.DataFile, value);
    }

    /// <summary>d, features of the squared regression's random data, at least 1.</summary>
    public int Dimension
    {
        get => Value(ModelFields.Dimension);
        init => Set(ModelFields.Dimension, value);
    }

    /// <summary>N, samples of the squared regression's random data, from 1 to <see cref="Dimension"/>.</summary>
    public int Samples
    {
        get => Value(ModelFields.Samples);
        init => Set(ModelFields.Samples, value);
    }

    /// <summary>Name of the step-size method (math.md §2).</summary>
    public string Method
    {
        get => Value(MethodFields.Method);
        init => Set(MethodFields.Method, value);
    }

    /// <summary>η of a fixed-step method, above 0; null for the others.</summary>
    public double? Eta
    {
        get => Number(MethodFields.Eta);
        init => Set(MethodFields.Eta, value);
    }

    /// <summary>η₀, the first trial step, above 0.</summary>
    public double InitialEta
    {
        get => Value(MethodFields.InitialEta);
        init => Set(MethodFields.InitialEta, value);
    }

    /// <summary>Smallest starting step of a search, above 0.</summary>
    public double MinEta
    {
        get => Value(MethodFields.MinEta);
        init => Set(MethodFields.MinEta, value);
    }

    /// <summary>Largest step of a search, at least <see cref="MinEta"/>.</summary>
    public double MaxEta
    {
        get => Value(MethodFields.MaxEta);
        init => Set(MethodFields.MaxEta, value);
    }

    /// <summary>c of the acceptance test, in (0, 1).</summary>
    public double C
    {
        get => Value(MethodFields.C);
        init => Set(MethodFields.C, value);
    }

    /// <summary>δ, the factor of a backtrack, in (0, 1).</summary>
    public double Delta
    {
        get => Value(MethodFields.Delta);
        init => Set(MethodFields.Delta, value);
    }

    /// <summary>Rejected trials after which a search gives up, at least 1.</summary>
    public int MaxBacktracks
    {
        get => Value(MethodFields.MaxBacktracks);
        init => Set(MethodFields.MaxBacktracks, value);
    }

    /// <summary><c>zhang-hager</c>, <c>grippo</c> or <c>monotone</c>: the reference value R.</summary>
    public string Reference
    {
        get => Value(MethodFields.Reference);
        init => Set(MethodFields.Reference, value);
    }

    /// <summary>ξ of Zhang and Hager's average, in [0, 1].</summary>
    public double Xi
    {
        get => Value(MethodFields.Xi);
        init => Set(MethodFields.Xi, value);
    }

    /// <summary>M of Grippo's reference value, at least 1.</summary>
    public int Memory
    {
        get => Value(MethodFields.Memory);
        init => Set(MethodFields.Memory, value);
    }

    /// <summary>Bound of the extrapolation of <c>nls-ub</c>, above 0; null until resolved to the loss's own.</summary>
    public double? UpperBound
    {
        get => Number(MethodFields.UpperBound);
        init => Set(MethodFields.UpperBound, value);
    }

    /// <summary>c_p of Polyak's starting step, above 0.</summary>
    public double Cp
    {
        get => Value(MethodFields.Cp);
        init => Set(MethodFields.Cp, value);
    }

    /// <summary>f* of Polyak's starting step.</summary>
    public double FStar
    {
        get => Value(MethodFields.FStar);
        init => Set(MethodFields.FStar, value);
    }

    /// <summary>σ of <c>cdat</c>, above 0.</summary>
    public double Sigma
    {
        get => Value(MethodFields.Sigma);
        init => Set(MethodFields.Sigma, value);
    }

    /// <summary>ρ of <c>sam</c>, above 0.</summary>
    public double Rho
    {
        get => Value(MethodFields.Rho);
        init => Set(MethodFields.Rho, value);
    }

    /// <summary>β of the velocity, in [0, 1).</summary>
    public double Momentum
    {
        get => Value(MethodFields.Momentum);
        init => Set(MethodFields.Momentum, value);
    }

    /// <summary>Whether momentum is Nesterov's, in PyTorch's form.</summary>
    public bool Nesterov
    {
        get => Value(MethodFields.Nesterov);
        init => Set(MethodFields.Nesterov, value);
    }

    /// <summary>Dampening of <c>sgd</c>'s velocity, in [0, 1].</summary>
    public double Dampening
    {
        get => Value(MethodFields.Dampening);
        init => Set(MethodFields.Dampening, value);
    }

    /// <summary>Multiple of the weights added to the gradient, at least 0.</summary>
    public double WeightDecay
    {
        get => Value(MethodFields.WeightDecay);
        init => Set(MethodFields.WeightDecay, value);
    }

    /// <summary>Decay of <c>adam</c>'s mean gradient, in [0, 1).</summary>
    public double Beta1
    {
        get => Value(MethodFields.Beta1);
        init => Set(MethodFields.Beta1, value);
    }

    /// <summary>Decay of <c>adam</c>'s mean square, in [0, 1).</summary>
    public double Beta2
    {
        get => Value(MethodFields.Beta2);
        init => Set(MethodFields.Beta2, value);
    }

    /// <summary>Decay of <c>rmsprop</c>'s mean square, in [0, 1).</summary>
    public double Alpha
    {
        get => Value(MethodFields.Alpha);
        init => Set(MethodFields.Alpha, value);
    }

    /// <summary>Added to the root of the mean square, above 0.</summary>
    public double Epsilon
    {
        get => Value(MethodFields.Epsilon);
        init => Set(MethodFields.Epsilon, value);
    }

    /// <summary><c>small</c> or <c>large</c>: how <c>warmup</c> goes on.</summary>
    public string Schedule
    {
        get => Value(MethodFields.Schedule);
        init => Set(MethodFields.Schedule, value);
    }

    /// <summary>Growth of <c>warmup</c>'s step an iteration, above 1.</summary>
    public double WarmupFactor
    {
        get => Value(MethodFields.WarmupFactor);
        init => Set(MethodFields.WarmupFactor, value);
    }

    /// <summary>First step of <c>warmup</c>, above 0.</summary>
    public double WarmupStart
    {
        get => Value(MethodFields.WarmupStart);
        init => Set(MethodFields.WarmupStart, value);
    }

    /// <summary>Name of the flow's integrator.</summary>
    public string Integrator
    {
        get => Value(MethodFields.Integrator);
        init => Set(MethodFields.Integrator, value);
    }

    /// <summary>Local error allowed a step along the flow relative to the weights, in (0, 1).</summary>
    public double Tolerance
    {
        get => Value(MethodFields.Tolerance);
        init => Set(MethodFields.Tolerance, value);
    }

    /// <summary>α of the step α/λ₁ of rk4, above 0.</summary>
    public double StepFraction
    {
        get => Value(MethodFields.StepFraction);
        init => Set(MethodFields.StepFraction, value);
    }

    /// <summary>Time along the flow between two iterations, above 0; null for every step of the integrator.</summary>
    public double? Interval
    {
        get => Number(MethodFields.FlowInterval);
        init => Set(MethodFields.FlowInterval, value);
    }

    /// <summary>η of a gradient descent beside the flow, above 0; null for none.</summary>
    public double? CompareEta
    {
        get => Number(MethodFields.CompareEta);
        init => Set(MethodFields.CompareEta, value);
    }

    /// <summary>Time at which the flow stops, above 0; null for no such stop.</summary>
    public double? UntilTime
    {
        get => Number(MethodFields.UntilTime);
        init => Set(MethodFields.UntilTime, value);
    }

    /// <summary>Gradients a flow may spend, at least 1.</summary>
    public long MaxGradients
    {
        get => Value(MethodFields.MaxGradients);
        init => Set(MethodFields.MaxGradients, value);
    }

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

    /// <summary>Least number of substeps of <c>central-flow</c>, at least 1.</summary>
    public int Substeps
    {
        get => Value(MethodFields.Substeps);
        init => Set(MethodFields.Substeps, value);
    }

    /// <summary>Upper bound of λ₁ along <c>central-flow</c>, above 0; null for 2/η.</summary>
    public double? Bound
    {
        get => Number(MethodFields.Bound);
        init => Set(MethodFields.Bound, value);
    }

    /// <summary>Share of the bound above which eigenvalues take part, in (0, 1).</summary>
    public double CentralShare
    {
        get => Value(MethodFields.CentralShare);
        init => Set(MethodFields.CentralShare, value);
    }

    /// <summary>Most eigenvalues that take part, 1 to 20.</summary>
    public int CentralMost
    {
        get => Value(MethodFields.CentralMost);
        init => Set(MethodFields.CentralMost, value);
    }

    /// <summary>Relative residual of the eigenpairs that take part, in (0, 1).</summary>
    public double CentralTolerance
    {
        get => Value(MethodFields.CentralTolerance);
        init => Set(MethodFields.CentralTolerance, value);
    }

    /// <summary>What goes beside a central flow: <c>none</c>, <c>gd</c> or <c>gd-and-flow</c>.</summary>
    public string Beside
    {
        get => Value(RunFields.Beside);
        init => Set(RunFields.Beside, value);
    }
}
