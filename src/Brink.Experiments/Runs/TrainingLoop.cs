using System.Diagnostics;
using Brink.Flows;
using Brink.Methods;
using Brink.Objectives;
using Brink.Torch;
using Brink.Torch.Serialization;

namespace Brink.Experiments;

/// <summary>The loop of a run: checkpoint due → measurements due → step → record.</summary>
internal sealed class TrainingLoop : IDisposable
{
    private const string Diverged = "diverged";

    /// <summary>
    /// A loss this many times that of the start (or 1, if that is larger) is divergence: a method without a guarantee can
    /// grow by a few percent an iteration for hundreds of iterations before float32 overflows.
    /// </summary>
    private const double DivergenceFactor = 1e6;
    private const string Done = "done";
    private const string Spent = "spent";

    private readonly Problem _problem;
    private readonly Specification _specification;
    private readonly IRunStore _folder;
    private readonly RunRanks? _ranks;
    private readonly IRunObserver _observer;
    private readonly Method _method;
    private readonly RunMeasurements _measurements;
    private readonly Stopwatch _watch = new();
    private double _secondsBefore;
    private RunSummary _summary;
    private long? _lastCheckpoint;
    private double? _divergenceLoss;

    /// <summary>Readies the loop; nothing is evaluated yet.</summary>
    internal TrainingLoop(Problem problem, IRunStore folder, IRunObserver observer, RunRanks? ranks)
    {
        _ranks = ranks;
        _problem = problem;
        _specification = problem.Specification;
        _folder = folder;
        _observer = observer;
        _method = MethodFactory.Create(_specification);
        _measurements = new RunMeasurements(_specification, _problem.Objective);
        _summary = new RunSummary
        {
            Status = RunStatus.Running,
            IterationsDone = 0,
            Data = _specification.Model is null ? _specification.Data : null,
            Network = _specification.Model is null ? _specification.Network : null,
            Model = _specification.Model,
            Method = _specification.Method,
            Outputs = problem.Outputs,
            Parameters = problem.Objective.Dimension,
            Started = folder.ReadSummary()?.Started ?? DateTimeOffset.UtcNow,
            EdgeThreshold = _method.Threshold?.Value,
            EdgeFormula = _method.Threshold?.Formula,
            EdgeQuantity = _method.Threshold is { } threshold ? EdgeRecord.QuantityOf(threshold) : null,
        };
    }

    private Objective Objective => _problem.Objective;

    private double Seconds => _secondsBefore + _watch.Elapsed.TotalSeconds;

    public void Dispose()
    {
        _method.Dispose();
        _measurements.Dispose();
    }

    /// <summary>Tells log and observer.</summary>
    internal void Note(string message)
    {
        _folder.Log(message);
        _observer.Note(message);
    }

    /// <summary>Runs from given weights.</summary>
    internal RunOutcome Start(Tensor weights, CancellationToken cancellation)
    {
        _folder.CutBackTo(0);
        return Run(0, () => Objective.Evaluate(weights.Unscoped(), _method.Wanted), cancellation);
    }

    /// <summary>Goes on from a checkpoint.</summary>
    internal RunOutcome Continue(Checkpoint checkpoint, CancellationToken cancellation)
    {
        _folder.CutBackTo(checkpoint.Iteration);
        IReadOnlyList<MetricsLine> lines = _folder.ReadMetrics();
        foreach (MetricsLine line in lines)
        {
            _summary = _summary.With(line);
        }

        if (lines.Count > 0)
        {
            _divergenceLoss = DivergenceLimit(lines[0].Loss);
        }

        RunTotals totals = RunTotals.Of(checkpoint);
        _secondsBefore = totals.Seconds;
        _summary = _summary with
        {
            IterationsDone = checkpoint.Iteration,
            FunctionEvaluations = totals.FunctionEvaluations,
            GradientEvaluations = totals.GradientEvaluations,
            Hvps = totals.Hvps,
        };
        Note($"resumed from iteration {checkpoint.Iteration} ({Path.GetFileName(checkpoint.Path)})");
        _lastCheckpoint = checkpoint.Iteration;
        return Run(
            checkpoint.Iteration, () => RunState.Restore(checkpoint, _problem, _method, _measurements), cancellation);
    }

    private RunOutcome Run(long first, Func<Evaluation> begin, CancellationToken cancellation)
    {
        // Within a measurement a rank cannot leave the others, which wait for its part of every product: they leave together.
        CancellationToken within = _ranks?.Stop.Watch(cancellation) ?? cancellation;
        _folder.WriteSummary(_summary);
        _observer.Started(_folder.Path, first, _specification.Iterations, _problem.FlattestSharpness, _method.Threshold);
        Evaluation? at = null;
        try
        {
            _watch.Start();
            at = begin();
            for (long k = first; ; k++)
            {
                // First whether to stop: a point that diverged is no checkpoint to go back to.
                if (WhyStop(k, at) is { } stop)
                {
                    return Finish(k, at, stop, within);
                }

                // A signal reaches the ranks at different moments: all stop where the first one heard of it.
                bool interrupted = cancellation.IsCancellationRequested;
                interrupted = _ranks?.AnyInterrupted(at.Weights, interrupted) ?? interrupted;
                if ((interrupted || IsDue(k, _specification.CheckpointEvery)) && _lastCheckpoint != k)
                {
                    // A stochastic run knows its loss only where it is recorded; what is stored must be good.
                    if (HasDiverged(at))
                    {
                        return Finish(k, at, Diverged, within);
                    }

                    SaveCheckpoint(k, at);
                }

                if (interrupted)
                {
                    return Interrupted(k);
                }

                // A measurement can be long: one that is broken off leaves no trace in what is stored.
                using RunMemory? before = within.CanBeCanceled && _lastCheckpoint != k && _measurements.AreDue(k)
                    ? new RunMemory(_method, _measurements) : null;
                try
                {
                    at = Advance(k, at, within);
                }
                catch (OperationCanceledException) when (within.IsCancellationRequested)
                {
                    if (before is not null)
                    {
                        SaveCheckpoint(k, at, before);
                    }

                    return Interrupted(k);
                }
            }
        }
        catch (Exception failure) when (failure is IOException or TorchException or BrinkException)
        {
            return End(RunStatus.Failed, _ranks is null
                ? failure.Message : $"{failure.Message}; continue with 'brink resume {_folder.Path}', on any number of ranks");
        }
        finally
        {
            at?.Dispose();
        }
    }

    /// <summary>Measures at w_k, takes the step, records the line.</summary>
    /// <returns>The evaluation at w_{k+1}; the one at w_k is disposed.</returns>
    private Evaluation Advance(long k, Evaluation at, CancellationToken cancellation)
    {
        MeasuredPoint point = Point(k, at, cancellation);
        (MetricsLine Line, bool Measured) before = _measurements.Take(point);
        FlowPoint? flow = (_method as FlowMethod)?.Point(at);
        (Evaluation next, StepReport report) = _method.Step(Objective, at);
        (MetricsLine measured, bool anything) = _measurements.TakeAround(point, next, report, before);
        bool recorded = anything || k % _specification.RecordEvery == 0;
        if (recorded)
        {
            Record(OscillationMetrics.With(measured, at, report.Oscillation, _specification.Bound is null) with
            {
                StepSize = report.StepSize,
                Backtracks = report.Backtracks,
                FunctionEvaluations = report.FunctionEvaluations + (k == 0 && !_specification.IsStochastic ? 1 : 0),
                GradientEvaluations = report.GradientEvaluations,
                Hvps = (measured.Hvps ?? 0) + report.HessianVectorProducts,
                ReferenceValue = report.ReferenceValue,
                Time = flow?.Time,
                Stages = report.Stages,
                Rejected = report.Rejected,
                DistanceToGd = flow is null ? measured.DistanceToGd : flow.DistanceToGd,
                GdLoss = flow is null ? measured.GdLoss : flow.GdLoss,
                Loss = at.Value,
                Epoch = Epoch(k),
                TrainAccuracy = at.Accuracy,
                GradNorm = _method.Wanted == Wanted.Nothing ? null : at.Gradient().Norm(),
                Seconds = Seconds,
            });
        }
        else
        {
            _summary = _summary with
            {
                FunctionEvaluations = _summary.FunctionEvaluations + report.FunctionEvaluations,
                GradientEvaluations = _summary.GradientEvaluations + report.GradientEvaluations,
                Hvps = _summary.Hvps + report.HessianVectorProducts,
            };
        }

        at.Dispose();
        return next;
    }

    private MeasuredPoint Point(long k, Evaluation at, CancellationToken cancellation) =>
        new(k, at, _problem, _method, Note) { Cancellation = cancellation };

    private double? Epoch(long k) => _specification.IsStochastic ? _specification.EpochsOf(k, Objective.Samples) : null;

    private string? WhyStop(long k, Evaluation at)
    {
        if (_method.Wanted == Wanted.Nothing && k < _specification.Iterations && k % _specification.RecordEvery != 0)
        {
            return null;
        }

        if (HasDiverged(at))
        {
            return Diverged;
        }

        return k >= _specification.Iterations
            || _method is FlowMethod { IsAtEnd: true }
            || (_specification.UntilLoss is { } loss && at.Value <= loss)
            || (_specification.UntilGradNorm is { } norm && at.Gradient().Norm() <= norm)
            ? Done
            : _method is FlowMethod && _summary.GradientEvaluations >= _specification.MaxGradients ? Spent : null;
    }

    /// <summary>Whether the loss is not finite or beyond its limit; the first point that is asked about sets the limit.</summary>
    private bool HasDiverged(Evaluation at)
    {
        if (!at.IsFinite)
        {
            return true;
        }

        _divergenceLoss ??= DivergenceLimit(at.Value);
        return at.Value > _divergenceLoss;
    }

    private double DivergenceLimit(double firstLoss) =>
        _specification.DivergenceLoss ?? (DivergenceFactor * Math.Max(1, firstLoss));

    private RunOutcome Finish(long k, Evaluation at, string stop, CancellationToken cancellation)
    {
        if (stop == Diverged)
        {
            Record(new MetricsLine { Iteration = k, Loss = at.Value, Epoch = Epoch(k), Seconds = Seconds, Status = Diverged });
            string good = _lastCheckpoint is { } last
                ? $"; the last good checkpoint is that of iteration {last}"
                : string.Empty;
            string limit = at.IsFinite ? $", beyond {_divergenceLoss:G4}" : string.Empty;
            return End(RunStatus.Diverged, $"the loss is {at.Value:G4}{limit} at iteration {k}{good}");
        }

        if (_lastCheckpoint != k)
        {
            SaveCheckpoint(k, at);
        }

        try
        {
            Record(FinalLine(k, at, cancellation));
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return Interrupted(k);
        }

        if (FlowSolutionVerdict.InWords(_summary, _specification.GfsAccuracy) is { } verdict)
        {
            Note(verdict);
        }

        if (_method is CentralFlow)
        {
            foreach (string limit in CentralFlowLimits.InWords(_specification, _folder.ReadMetrics()))
            {
                Note(limit);
            }
        }

        string? reason = stop == Spent ? $"spent the {_specification.MaxGradients} gradients it was given (max-gradients)"
            : k < _specification.Iterations ? "reached what it was asked to stop at" : null;
        return End(RunStatus.Finished, reason);
    }

    private MetricsLine FinalLine(long k, Evaluation at, CancellationToken cancellation)
    {
        MetricsLine line = _measurements.TakeLast(Point(k, at, cancellation));
        FlowPoint? flow = (_method as FlowMethod)?.Point(at);
        return line with
        {
            Loss = at.Value,
            Epoch = Epoch(k),
            TrainAccuracy = at.Accuracy,
            GradNorm = at.Gradient().Norm(),
            Seconds = Seconds,
            Time = flow?.Time,
            DistanceToGd = flow is null ? line.DistanceToGd : flow.DistanceToGd,
            GdLoss = flow is null ? line.GdLoss : flow.GdLoss,
        };
    }

    private void Record(MetricsLine line)
    {
        _folder.Append(line);
        _summary = _summary.With(line);
        _observer.Recorded(line);
    }

    private void SaveCheckpoint(long k, Evaluation at, RunMemory? memory = null)
    {
        using var scope = new TensorScope();
        IReadOnlyList<SafeTensor> state = memory is null
            ? RunState.Save(at.Weights, _problem.Layout, _method, _measurements)
            : RunState.Save(at.Weights, _problem.Layout, memory);
        var totals = new RunTotals(Seconds, _summary.FunctionEvaluations, _summary.GradientEvaluations, _summary.Hvps);
        _folder.SaveCheckpoint(k, [.. state, .. RunState.Products(at)], totals.ToMetadata());
        _summary = _summary with { IterationsDone = k };
        _folder.WriteSummary(_summary);
        _lastCheckpoint = k;
    }

    private RunOutcome Interrupted(long k) =>
        End(RunStatus.Interrupted, $"interrupted at iteration {k}; continue with 'brink resume {_folder.Path}'");

    private RunOutcome End(RunStatus status, string? reason)
    {
        _watch.Stop();
        _summary = _summary with { Status = status, Reason = reason, Ended = DateTimeOffset.UtcNow };
        try
        {
            _folder.WriteSummary(_summary);
            _folder.Log(reason is null ? $"{status}" : $"{status}: {reason}");
        }
        catch (RunStoreException) when (status == RunStatus.Failed)
        {
            // The disk that is full is why the run failed: what was written before stays readable.
        }

        _observer.Ended(status, reason);
        return new RunOutcome(status, reason, _folder.Path, _summary);
    }

    private static bool IsDue(long iteration, int every) => every > 0 && iteration % every == 0;
}
