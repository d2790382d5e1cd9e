using Brink.Flows;
using Brink.Methods;
using Brink.Objectives;
using Brink.Torch;

namespace Brink.Experiments;

/// <summary>
/// Gradient descent from the same start beside a central flow, iterate by iterate, and on request the gradient flow at the
/// same times: how far each flow is from where gradient descent is.
/// </summary>
internal sealed class BesideMeasuring(Specification specification) : RunMeasurement
{
    private const string Prefix = "beside.";

    /// <summary>So far up that nothing is ever held: the central flow without an edge is the gradient flow.</summary>
    private const double NoBound = 1e30;

    private readonly CompanionTrajectory[] _all = specification.Beside switch
    {
        "gd" => [Descent(specification)],
        "gd-and-flow" =>
        [
            Descent(specification),
            new("flow", new CentralFlow(new CentralFlowOptions { StepSize = specification.Eta!.Value, Bound = NoBound })),
        ],
        _ => [],
    };

    /// <summary>What a checkpoint holds, until the objective is at hand.</summary>
    private Dictionary<string, Tensor> _imported = [];

    internal override int Every => _all.Length > 0 ? specification.RecordEvery : 0;

    internal override void Pass(MeasuredPoint point)
    {
        Objective objective = point.Problem.Objective;
        foreach (CompanionTrajectory trajectory in _all)
        {
            if (_imported.Count > 0)
            {
                trajectory.Restore(_imported, objective);
            }

            trajectory.Begin(objective, point.At);
            trajectory.AdvanceTo(objective, point.Iteration);
        }

        Forget();
    }

    internal override MetricsLine Measure(MeasuredPoint point, MetricsLine line)
    {
        using var scope = new TensorScope();
        Evaluation descent = _all[0].At!;
        line = line with
        {
            GdLoss = Finite(descent.Value),
            DistanceToGd = Finite((point.At.Weights - descent.Weights).Norm()),
        };
        return _all.Length == 1 ? line : line with
        {
            FlowLoss = Finite(_all[1].At!.Value),
            FlowDistanceToGd = Finite((_all[1].At!.Weights - descent.Weights).Norm()),
        };
    }

    internal override IReadOnlyDictionary<string, Tensor> Export() =>
        _all.SelectMany(trajectory => trajectory.State()).ToDictionary(entry => Prefix + entry.Key, entry => entry.Value.Clone());

    internal override void Import(IReadOnlyDictionary<string, Tensor> state)
    {
        Forget();
        _imported = state
            .Where(entry => entry.Key.StartsWith(Prefix, StringComparison.Ordinal))
            .ToDictionary(entry => entry.Key[Prefix.Length..], entry => entry.Value.Clone().Unscoped());
    }

    public override void Dispose()
    {
        Array.ForEach(_all, trajectory => trajectory.Dispose());
        Forget();
        base.Dispose();
    }

    private static CompanionTrajectory Descent(Specification specification) => new("gd", new GradientDescent(specification.Eta!.Value));

    /// <summary>A divergence beside the run is no divergence of the run.</summary>
    private static double? Finite(double value) => double.IsFinite(value) ? value : null;

    private void Forget()
    {
        foreach (Tensor tensor in _imported.Values)
        {
            tensor.Dispose();
        }

        _imported = [];
    }
}
