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
    private const string IterationName = Prefix + "iteration";

    /// <summary>So far up that nothing is ever held: the central flow without an edge is the gradient flow.</summary>
    private const double NoBound = 1e30;

    private readonly Walker[] _walkers = specification.Beside switch
    {
        "gd" => [new("gd", new GradientDescent(specification.Eta!.Value))],
        "gd-and-flow" =>
        [
            new("gd", new GradientDescent(specification.Eta!.Value)),
            new("flow", new CentralFlow(new CentralFlowOptions { StepSize = specification.Eta!.Value, Bound = NoBound })),
        ],
        _ => [],
    };

    private long _iteration = -1;

    internal override int Every => _walkers.Length > 0 ? specification.RecordEvery : 0;

    internal override void Pass(MeasuredPoint point)
    {
        foreach (Walker walker in _walkers)
        {
            walker.GoOn(point, steps: _iteration < 0 ? 0 : point.Iteration - _iteration);
        }

        _iteration = point.Iteration;
    }

    internal override MetricsLine Measure(MeasuredPoint point, MetricsLine line)
    {
        using var scope = new TensorScope();
        Evaluation descent = _walkers[0].At!;
        line = line with
        {
            GdLoss = Finite(descent.Value),
            DistanceToGd = Finite((point.At.Weights - descent.Weights).Norm()),
        };
        return _walkers.Length == 1 ? line : line with
        {
            FlowLoss = Finite(_walkers[1].At!.Value),
            FlowDistanceToGd = Finite((_walkers[1].At!.Weights - descent.Weights).Norm()),
        };
    }

    internal override IReadOnlyDictionary<string, Tensor> Export()
    {
        var state = _walkers.SelectMany(walker => walker.Export()).ToDictionary(entry => Prefix + entry.Key, entry => entry.Value);
        if (_walkers.Length > 0)
        {
            state[IterationName] = Tensor.From([_iteration]);
        }

        return state;
    }

    internal override void Import(IReadOnlyDictionary<string, Tensor> state)
    {
        foreach (Walker walker in _walkers)
        {
            walker.Import(state
                .Where(entry => entry.Key.StartsWith(Prefix, StringComparison.Ordinal))
                .ToDictionary(entry => entry.Key[Prefix.Length..], entry => entry.Value));
        }

        _iteration = state.TryGetValue(IterationName, out Tensor? iteration) ? (long)iteration.Item() : -1;
    }

    public override void Dispose()
    {
        Array.ForEach(_walkers, walker => walker.Dispose());
        base.Dispose();
    }

    /// <summary>A divergence beside the run is no divergence of the run.</summary>
    private static double? Finite(double value) => double.IsFinite(value) ? value : null;

    /// <summary>A method on its own way from the run's start.</summary>
    private sealed class Walker(string name, Method method) : IDisposable
    {
        private Dictionary<string, Tensor> _imported = [];

        internal Evaluation? At { get; private set; }

        public void Dispose()
        {
            At?.Dispose();
            method.Dispose();
            Forget();
        }

        internal void GoOn(MeasuredPoint point, long steps)
        {
            Objective objective = point.Problem.Objective;
            if (At is null)
            {
                using var scope = new TensorScope();
                Tensor start = _imported.TryGetValue("weights", out Tensor? weights)
                    ? weights.To(objective.Device) : point.At.Weights;
                Dictionary<string, Tensor> memory = _imported.Where(entry => entry.Key != "weights").ToDictionary();
                if (memory.Count > 0)
                {
                    method.Restore(memory, objective);
                }

                At = objective.Evaluate(start.Clone().Unscoped(), Wanted.ValueAndGradient);
                Forget();
            }

            for (long k = 0; k < steps && At.IsFinite; k++)
            {
                (Evaluation next, _) = method.Step(objective, At);
                At.Dispose();
                At = next;
            }
        }

        internal IEnumerable<KeyValuePair<string, Tensor>> Export() => At is null
            ? []
            : method.State().Append(KeyValuePair.Create("weights", At.Weights)).Select(entry => KeyValuePair.Create($"{name}.{entry.Key}", entry.Value));

        internal void Import(Dictionary<string, Tensor> state)
        {
            At?.Dispose();
            At = null;
            Forget();
            _imported = state
                .Where(entry => entry.Key.StartsWith($"{name}.", StringComparison.Ordinal))
                .ToDictionary(entry => entry.Key[(name.Length + 1)..], entry => entry.Value.Clone().Unscoped());
        }

        private void Forget()
        {
            foreach (Tensor tensor in _imported.Values)
            {
                tensor.Dispose();
            }

            _imported = [];
        }
    }
}
