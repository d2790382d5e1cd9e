using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Brink.Methods;
using Brink.Objectives;
using Brink.Torch;
using Brink.Torch.Serialization;

namespace Brink.Experiments.Planning;

/// <summary>The first iterations of a run, each part timed: what the training loop does, without a run folder.</summary>
internal sealed class ProbeSession : IDisposable
{
    private readonly Problem _inner;
    private readonly TimedProblem _problem;
    private readonly Method _method;
    private readonly RunMeasurements _measurements;
    private readonly OperationClock _clock;
    private Evaluation _at;
    private StepReport? _last;
    private long _iteration;

    /// <summary>Starts.</summary>
    /// <param name="specification">What to do.</param>
    /// <param name="note">Told what was decided.</param>
    /// <param name="ranks">
    /// The processes that share the samples, all of which call this; a group of this process alone where the sums within a network are
    /// to be counted; null for this process without any.
    /// </param>
    internal ProbeSession(Specification specification, Action<string> note, RunRanks? ranks = null)
    {
        _inner = Problem.Create(specification, note, ranks);
        Objective objective = _inner.Objective;
        ProcessGroup? counted = specification.SyncBatchNorm && ranks?.Group.Size == 1 ? ranks.Group : null;
        _clock = new OperationClock(
            objective.Dimension, ScalarTypes.Size(objective.Type), objective.Device, counted, counted is null ? 0 : WireProbe.Smallest(counted));
        _problem = new TimedProblem(_inner, _clock);
        _method = MethodFactory.Create(_inner.Specification);
        _measurements = new RunMeasurements(_inner.Specification, _problem.Objective);
        _at = _problem.Objective.Evaluate(_inner.StartWeights(), _method.Wanted);
    }

    /// <summary>The specification, resolved.</summary>
    internal Specification Specification => _inner.Specification;

    /// <summary>P.</summary>
    internal long Parameters => _inner.Objective.Dimension;

    /// <summary>Bytes of a number.</summary>
    internal int ElementBytes => ScalarTypes.Size(_inner.Objective.Type);

    /// <summary>Samples trained on.</summary>
    internal long Samples => _inner.Objective.Samples;

    /// <summary>Samples of the other split, once they were read.</summary>
    internal long TestSamples => (_inner as NetworkProblem)?.TestSamples ?? 0;

    /// <summary>Whether the loss is still a number.</summary>
    internal bool IsFinite => _method.Wanted == Wanted.Nothing || _at.IsFinite;

    /// <summary>Takes a step.</summary>
    internal OperationRecord Step() => _clock.Record(() =>
    {
        (Evaluation next, _last) = _method.Step(_problem.Objective, _at);
        _at.Dispose();
        _at = next;
        _iteration++;
    });

    /// <summary>Does what a recorded iteration does beside the step, and says how long the line is.</summary>
    internal (OperationRecord Record, int Bytes) WriteLine()
    {
        int bytes = 0;
        OperationRecord record = _clock.Record(() =>
        {
            var line = new MetricsLine
            {
                Iteration = _iteration,
                Loss = _at.Value,
                TrainAccuracy = _at.Accuracy,
                GradNorm = _method.Wanted == Wanted.Nothing ? null : _at.Gradient().Norm(),
                StepSize = _last?.StepSize,
                Backtracks = _last?.Backtracks,
                FunctionEvaluations = _last?.FunctionEvaluations,
                GradientEvaluations = _last?.GradientEvaluations,
                Hvps = _last?.HessianVectorProducts,
                ReferenceValue = _last?.ReferenceValue,
                Seconds = Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency,
            };
            bytes = LengthOf(line);
        });
        return (record, bytes);
    }

    /// <summary>Takes each measurement that the run asks for, whatever the iteration.</summary>
    /// <returns>Its name, the iterations between two, what it was made of, and how many bytes it adds to a line.</returns>
    internal IReadOnlyList<(string Name, int Every, OperationRecord Record, int Bytes)> Measure()
    {
        if (_method.Wanted != Wanted.Nothing)
        {
            // The step needs it anyway, and counts it.
            _at.Gradient();
        }

        var found = new List<(string, int, OperationRecord, int)>();
        var line = new MetricsLine { Iteration = _iteration, Loss = 0, Seconds = 0 };
        foreach (RunMeasurement measurement in _measurements.Asked.Where(one => WhyLeftOut(one) is null))
        {
            MetricsLine before = line;
            OperationRecord record = _clock.Record(() => line = measurement.Measure(
                new MeasuredPoint(_iteration, _at, _problem, _method, _ => { }) { StepSize = _last?.StepSize }, line));
            int every = measurement.Every > 0 ? measurement.Every : Specification.SegmentSmoothnessEvery;
            found.Add((NameOf(measurement), every, record, LengthOf(line) - LengthOf(before)));
        }

        _at.ReleaseCurvature();
        return found;
    }

    /// <summary>Says which measurements are not planned, and why.</summary>
    internal IEnumerable<string> LeftOut() => _measurements.Asked.Select(WhyLeftOut).OfType<string>();

    /// <summary>Times what every plan needs to know, whatever the run does: a loss, a gradient, a first and a further product.</summary>
    internal OperationRecord Basics()
    {
        using var scope = new TensorScope();
        Tensor weights = _at.Weights.Clone();
        Tensor direction = Tensor.Empty([Parameters], _inner.Objective.Type);
        using (var generator = new Generator(0))
        {
            direction.FillNormal(0, 1, generator);
        }

        direction = direction.To(_inner.Objective.Device);
        return _clock.Record(() =>
        {
            // The gradient frees the graph of the loss, as it has in a run before anything is measured: memory counts too.
            using Evaluation at = _problem.Objective.Evaluate(weights.Clone().Unscoped(), Wanted.Value);
            at.Gradient();
            at.HessianVectorProduct(direction);
            at.HessianVectorProduct(direction);
            at.HessianVectorProduct(direction);
        });
    }

    /// <summary>Writes a checkpoint, into a file that is deleted.</summary>
    /// <returns>Seconds, and bytes.</returns>
    internal (double Seconds, long Bytes) WriteCheckpoint()
    {
        string file = Path.GetTempFileName();
        try
        {
            var watch = Stopwatch.StartNew();
            using var scope = new TensorScope();
            Evaluation at = ((TimedEvaluation)_at).Inner;
            SafeTensorsFile.Write(file, [.. RunState.Save(at.Weights, _inner.Layout, _method, _measurements), .. RunState.Products(at)], new Dictionary<string, string>());
            return (watch.Elapsed.TotalSeconds, new FileInfo(file).Length);
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>Times the digest of the weights that ranks compare.</summary>
    internal double Digest()
    {
        RunRanks.Mark(_at.Weights);
        var watch = Stopwatch.StartNew();
        RunRanks.Mark(_at.Weights);
        return watch.Elapsed.TotalSeconds;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _at.Dispose();
        _measurements.Dispose();
        _method.Dispose();
        _problem.Dispose();
        _inner.Dispose();
    }

    private static string? WhyLeftOut(RunMeasurement measurement) => measurement switch
    {
        FlowSolutionMeasuring => "gfs-every is left out: how long a flow is, is known only when it was followed",
        BesideMeasuring => "beside is left out: the trajectories beside the run cost about as much again",
        _ => null,
    };

    private static string NameOf(RunMeasurement measurement) => measurement switch
    {
        SharpnessMeasuring => "sharpness",
        SpectrumMeasuring => "spectrum",
        TestMeasuring => "test",
        DiagnosticsMeasuring => "diagnostics",
        TraceMeasuring => "trace",
        DensityMeasuring => "density",
        SegmentSmoothnessMeasuring => "segment smoothness",
        BatchSharpnessMeasuring => "batch sharpness",
        _ => measurement.GetType().Name,
    };

    private static int LengthOf(MetricsLine line) => Encoding.UTF8.GetByteCount(JsonSerializer.Serialize(line, RunJson.Line)) + 1;
}
