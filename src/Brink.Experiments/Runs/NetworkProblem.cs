using Brink.Data;
using Brink.Networks;
using Brink.Objectives;
using Brink.Torch;
using Brink.Torch.Nn;

namespace Brink.Experiments;

/// <summary>A network's loss on samples of a data set.</summary>
public sealed class NetworkProblem : Problem
{
    private readonly SampleSource _source;
    private readonly SampleSet _images;
    private readonly bool _channelsLast;
    private readonly RunRanks? _ranks;
    private string? _noTest;
    private NetworkObjective _objective = null!;
    private NetworkObjective? _test;
    private Workers? _workers;

    private NetworkProblem(Specification specification, SampleSource source, SampleSet images, Module network, RunRanks? ranks)
        : base(specification)
    {
        _ranks = ranks;
        _source = source;
        _images = images;
        Network = network;
        Type = TypeOf(specification);
        Device = DeviceOf(specification, ranks);

        // Channels-last pays for convolutions in float32 on the CPU (oneDNN); other kernels read rows as well.
        _channelsLast = Type == ScalarType.Float32 && !Device.IsCuda && network.Modules().OfType<Conv2d>().Any();
    }

    /// <summary>The network.</summary>
    public Module Network { get; }

    /// <summary>Precision.</summary>
    public ScalarType Type { get; }

    /// <summary>Where the arithmetic is done.</summary>
    public Device Device { get; }

    /// <inheritdoc/>
    public override int? Outputs => Classes;

    /// <inheritdoc/>
    /// <remarks>2/K under <c>mse</c> and 1 under <c>squared</c> with a last bias.</remarks>
    public override double? FlattestSharpness =>
        LossFunction.Named(Specification.Loss) is { LastBiasBoundsSharpness: true } loss && HasLastBias ? loss.LastBiasSharpness(Classes) : null;

    /// <inheritdoc/>
    public override NetworkObjective Objective => _objective;

    /// <inheritdoc/>
    public override ParameterLayout Layout => _objective.Layout;

    /// <inheritdoc/>
    internal override int ThreadsPerOperator => _objective.Workers.ThreadsPerOperator;

    /// <inheritdoc/>
    internal override int WorkerCount => _objective.Workers.Count;

    private int Classes => _images.Classes;

    private bool HasLastBias => Network.Modules().OfType<AffineLayer>().LastOrDefault() is { Bias: not null };

    /// <summary>Loads the samples and builds the objective.</summary>
    /// <param name="specification">The specification; it is resolved here.</param>
    /// <param name="note">Told, in one line each, what was decided or left out.</param>
    /// <param name="ranks">The processes that share the samples, all of which call this; null for this one alone.</param>
    /// <returns>The problem.</returns>
    /// <exception cref="BrinkException">Data, network or device are not to be had as asked for, or cannot be shared by ranks.</exception>
    public static new NetworkProblem Create(Specification specification, Action<string> note, RunRanks? ranks = null)
    {
        ArgumentNullException.ThrowIfNull(specification);
        ArgumentNullException.ThrowIfNull(note);
        specification = WithFullPaths(specification);
        Runtime.Initialize();
        NetworkProblem problem = RunRanks.Together(ranks, () => Load(specification, ranks));
        try
        {
            problem.Build(note);
            return problem;
        }
        catch
        {
            problem.Dispose();
            throw;
        }
    }

    /// <summary>What can be told of a problem before anything is measured for it.</summary>
    /// <param name="specification">The specification.</param>
    /// <returns>Samples to train on, numbers of one of them, and whether the network takes statistics over the batch.</returns>
    /// <exception cref="BrinkException">Data, network or device are not to be had as asked for.</exception>
    internal static (long Samples, long SampleNumbers, bool BatchStatistics) Look(Specification specification)
    {
        Runtime.Initialize();
        using NetworkProblem problem = Load(WithFullPaths(specification), ranks: null);
        SampleSet images = problem._images;
        return (images.Count, (long)images.Channels * images.Height * images.Width, problem.Network.HasBatchStatistics);
    }

    /// <summary>Samples of the other split that were read for test metrics; 0 where none were.</summary>
    internal long TestSamples => _test?.Batches.Samples ?? 0;

    /// <inheritdoc/>
    /// <remarks>On the other split; null where that is not at hand.</remarks>
    public override (double Loss, double Accuracy)? Test(Evaluation at, Action<string> note)
    {
        ArgumentNullException.ThrowIfNull(at);
        _test ??= TestObjective(note);
        if (_test is null)
        {
            return null;
        }

        bool statistics = Network.HasBatchStatistics;
        if (statistics)
        {
            using var scope = new TensorScope();
            Objective.Layout.Bind(Objective.Layout.Views(at.Weights));
            using SharedBatchStatistics? shared = Objective.ShareStatistics();
            BatchStatistics.Record(
                Network, Enumerable.Range(0, Objective.Batches.Count).Select(Objective.Batches.Inputs), shared is null ? _ranks?.Group : null);
            Network.Train(false);
        }

        try
        {
            using Evaluation test = _test.Evaluate(at.Weights.Clone().Unscoped(), Wanted.Value);
            return (test.Value, test.Accuracy!.Value);
        }
        finally
        {
            Network.Train(true);
        }
    }

    /// <summary>Says why there will be no test metrics, if there will be none.</summary>
    /// <returns>The reason, or null.</returns>
    public string? WhyNoTest()
    {
        if (Network is ScriptNetwork { HasBatchStatistics: true })
        {
            return $"no test metrics: {Specification.Network} normalises by the batch's own statistics, and what it would use elsewhere is not known; save it after model.eval() to train with its recorded ones";
        }

        string other = Specification.Split == "train" ? "test" : "train";
        return _source.Has(other)
            ? null
            : $"no test metrics: the {other} split of {Specification.Data} is not at hand";
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _test?.Dispose();
        _objective?.Dispose();
        _workers?.Dispose();
    }

    /// <inheritdoc/>
    /// <remarks>With a network of its own; the samples are shared.</remarks>
    internal override NetworkObjective Sibling(Workers workers) => new(
        BuildNetwork(Specification, _images, Device), Objective.Batches.Borrow(), LossFunction.Named(Specification.Loss), Classes, workers,
        Objective.Plan with { LineProducts = false, KeepGraph = false }, Objective.Share);

    /// <inheritdoc/>
    private protected override Tensor FreshWeights()
    {
        InitializationScheme scheme = InitializationCatalogue.Parse(Specification.Initialization);
        IReadOnlyList<(string, Tensor)> drawn = Initialization.Draw(Network, scheme, (ulong)Specification.Seed, Type);
        return Layout.Pack(drawn).To(Device).Clone();
    }

    /// <summary>Builds an objective on the first of this rank's samples, to be measured; it takes no sums over ranks.</summary>
    internal NetworkObjective Trial(ObjectivePlan plan, Workers workers, int samples)
    {
        (SampleShare? share, int count) = ShareOf(_images);
        return ObjectiveOn(_images, (int)(share?.First ?? 0), Math.Min(samples, count), plan, workers, share: null);
    }

    /// <summary>Number of training samples; where ranks share them, the most that one has.</summary>
    internal int SampleCount => _ranks is null ? _images.Count : (_images.Count + _ranks.Group.Size - 1) / _ranks.Group.Size;

    /// <summary>Number of training samples, those of all ranks together.</summary>
    internal int TotalSamples => _images.Count;

    /// <summary>The ranks that share the samples; null where there are none.</summary>
    internal RunRanks? Ranks => _ranks;

    private static NetworkProblem Load(Specification specification, RunRanks? ranks)
    {
        RequireFullBatch(specification, ranks);
        RequireDevice(specification);
        var source = new SampleSource(specification);
        SampleSet images = source.Load(specification.Split, Selection(specification));
        if (ranks is not null)
        {
            _ = SampleShare.Of(ranks.Group, images.Count);
        }

        Specification resolved = source.Recorded(specification.Resolve(images.Classes, images.Count));
        return new NetworkProblem(resolved, source, images, BuildNetwork(resolved, images, DeviceOf(resolved, ranks)), ranks);
    }

    private static void RequireFullBatch(Specification s, RunRanks? ranks)
    {
        if (ranks is not null && s.IsStochastic)
        {
            throw new BrinkException($"ranks share the full batch; {s.Method} takes batches of {s.BatchSize}: leave out --batch-size, or run it without ranks");
        }
    }

    /// <summary>Where the arithmetic is done: <c>cuda</c> is each rank's own GPU, as far as there are enough.</summary>
    private static Device DeviceOf(Specification s, RunRanks? ranks) => s.Device == "cuda" && ranks is not null
        ? new Device(DeviceKind.Cuda, ranks.Place.LocalRank % Runtime.CudaDeviceCount)
        : Torch.Device.Parse(s.Device);

    /// <summary>This rank's share of a set, and how many samples it holds; all of them where there are no ranks, or too many.</summary>
    private (SampleShare? Share, int Count) ShareOf(SampleSet images)
    {
        if (_ranks is null || _ranks.Group.Size > images.Count)
        {
            return (null, images.Count);
        }

        (SampleShare share, long count) = SampleShare.Of(_ranks.Group, images.Count, _ranks.Stop);
        return (share, (int)count);
    }

    private NetworkObjective ObjectiveOn(SampleSet images, int first, int count, ObjectivePlan plan, Workers workers, SampleShare? share)
    {
        using var scope = new TensorScope();
        (Tensor inputs, Tensor labels) = Samples(images, first, count);
        LossFunction loss = LossFunction.Named(Specification.Loss);
        var batches = new SampleBatches(inputs, labels, Classes, loss, plan.MicroBatch, _channelsLast);
        return new NetworkObjective(Network, batches, loss, Classes, workers, plan, share);
    }

    /// <summary>A run is resumed from any folder: what it reads must not depend on where it was started.</summary>
    private static Specification WithFullPaths(Specification s) => s with
    {
        From = s.From is { } from ? Path.GetFullPath(from) : null,
        Labels = s.Labels is { } labels ? Path.GetFullPath(labels) : null,
        DataDir = s.DataDir is { } root ? Path.GetFullPath(root) : null,
        Init = s.Init is { } init ? Path.GetFullPath(init) : null,
        Network = NetworkForm.IsFile(s.Network) ? Path.GetFullPath(s.Network) : s.Network,
    };

    private static Module BuildNetwork(Specification s, SampleSet images, Device device)
    {
        NetworkOptions options = Options(s, images);
        return NetworkForm.IsFile(s.Network)
            ? NetworkFile.Load(s.Network, options, TypeOf(s), device)
            : NetworkCatalogue.Create(s.Network, options);
    }

    private static ScalarType TypeOf(Specification s) => s.Dtype == "float64" ? ScalarType.Float64 : ScalarType.Float32;

    private static NetworkOptions Options(Specification s, SampleSet images) => new()
    {
        Channels = images.Channels,
        Height = images.Height,
        Width = images.Width,
        Classes = images.Classes,
        Widths = s.Widths,
        Activation = s.Activation,
        Bias = !s.NoBias,
        BatchNorm = s.BatchNorm,
        AveragePooling = s.Pooling == "average",
    };

    private static SampleSelection Selection(Specification s) =>
        new(s.Subset, s.First, s.Count == 0 ? null : s.Count, (ulong)s.Seed);

    private static void RequireDevice(Specification s)
    {
        string name = s.Device;
        Device device = Torch.Device.Parse(name);
        if (!device.IsCuda)
        {
            return;
        }

        if (!Runtime.CudaIsAvailable)
        {
            throw new BrinkException($"device '{name}' was asked for, but this libtorch ({Runtime.LibtorchVersion}) finds no CUDA; use --device cpu, or set LIBTORCH to a CUDA build");
        }

        if (device.Index >= Runtime.CudaDeviceCount)
        {
            throw new BrinkException($"device '{name}' was asked for, but there are only {Runtime.CudaDeviceCount} GPUs (cuda:0 is the first)");
        }

        Runtime.SetCudaPrecision(s.Tf32, deterministic: s.Convolutions == "deterministic");
    }

    private void Build(Action<string> note)
    {
        _ranks?.DecideGpuSums(Device, note);

        // Whether there is a test is the same on all ranks: it is a sum over them.
        _noTest = _ranks is null ? WhyNoTest() : _ranks.FromOwner(() => WhyNoTest() ?? string.Empty) is { Length: > 0 } why ? why : null;
        if (_noTest is not null && Specification.TestEvery > 0)
        {
            note(_noTest);
        }

        if (Specification is { Method: "nls-ub", UpperBound: { } bound } && Network is not ScriptNetwork && !HasLastBias)
        {
            note($"upper-bound {bound:R}: the network has no last bias, whose curvature the theory of the bound is about; here it is a choice like any other");
        }

        ExecutionPlan plan = ExecutionPlan.For(this, note);
        Specification = plan.Resolved;
        _workers = new Workers(plan.Workers, plan.ThreadsPerOperator);
        (SampleShare? share, int count) = ShareOf(_images);
        _objective = RunRanks.Together(_ranks, () => ObjectiveOn(_images, (int)(share?.First ?? 0), count, plan.Plan, _workers, share));

        // The samples were copied into micro-batches: what they were copied from need not stay resident.
        Runtime.ReleaseFreeMemory();
    }

    private NetworkObjective? TestObjective(Action<string> note)
    {
        if (_noTest is not null)
        {
            return null;
        }

        string other = Specification.Split == "train" ? "test" : "train";
        SampleSet images = _source.Load(other, SampleSelection.All);
        note($"test metrics on the {images.Count} images of the {other} split");
        var plan = new ObjectivePlan(
            Math.Min(Objective.Plan.MicroBatch, 1000), KeepGraph: false, LineProducts: false, GhostBatchNorm: true);
        (SampleShare? share, int count) = ShareOf(images);
        return ObjectiveOn(images, (int)(share?.First ?? 0), count, plan, _workers!, share);
    }

    private (Tensor Inputs, Tensor Labels) Samples(SampleSet images, int first, int count)
    {
        int[] chosen = [.. Enumerable.Range(first, count)];
        long[] labels = new long[count];
        images.CopyLabels(chosen, labels);
        long[] shape = [count, images.Channels, images.Height, images.Width];
        Tensor inputs = Tensor.Empty(shape, Type);
        if (Type == ScalarType.Float64)
        {
            images.CopyStandardised(chosen, inputs.AsSpan<double>());
        }
        else
        {
            images.CopyStandardised(chosen, inputs.AsSpan<float>());
        }

        return (inputs.To(Device), Tensor.From(labels).To(Device));
    }
}
