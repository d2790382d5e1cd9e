using Brink.Objectives;
using Brink.Torch;

namespace Brink.Experiments.Tests.Runs;

/// <summary>
/// Holds every step of a run against the rule of its method in math.md §2, from the run's own w_k: an objective of its own
/// evaluates the trials that decide, at the weights of the checkpoint of that iteration.
/// </summary>
/// <remarks>The run must store a checkpoint at every iteration: the line of iteration k is recorded while the checkpoint of w_k is the newest.</remarks>
internal sealed class StepRule : IDisposable
{
    private const double C = 1e-4;
    private const double Delta = 0.5;

    /// <summary>What evaluating the same point in another order of summation may change.</summary>
    private const double Rounding = 1e-11;

    private readonly Problem _problem;
    private readonly string _method;
    private readonly List<double> _losses = [];
    private readonly long _from;
    private double _lastStep = 1;

    /// <param name="specification">The run's.</param>
    /// <param name="from">The first iteration whose step is checked.</param>
    internal StepRule(Specification specification, long from = 0)
    {
        _from = from;
        _method = specification.Method;
        _problem = Problem.Create(specification with { KeepGraph = "no" }, _ => { });
    }

    internal int Checked { get; private set; }

    public void Dispose() => _problem.Dispose();

    internal void Check(MetricsLine line)
    {
        if (line.StepSize is not { } step)
        {
            return;
        }

        _losses.Add(line.Loss);
        if (line.Iteration >= _from)
        {
            Check(line, step);
            Checked++;
        }

        _lastStep = step;
    }

    private void Check(MetricsLine line, double step)
    {
        using var scope = new TensorScope();
        Checkpoint at = RunRecord.ReadCheckpoint(_problem.Specification.Out!, _ => { })!;
        Assert.Equal(line.Iteration, at.Iteration);
        Tensor weights = WeightFile.Pack(at.Tensors, _problem.Layout, _problem.Objective.Type, _problem.Objective.Device);
        using Evaluation here = _problem.Objective.Evaluate(weights.Clone().Unscoped(), Wanted.ValueAndGradient);
        Tensor gradient = here.Gradient();
        double squared = gradient.Dot(gradient);
        Near(here.Value, line.Loss);
        Near(Math.Sqrt(squared), line.GradNorm!.Value);
        if (_method == "cdat")
        {
            double curvature = gradient.Dot(here.HessianVectorProduct(gradient));
            Near(2.06 * squared / Math.Abs(curvature), step);
        }
        else
        {
            CheckSearch(line, step, weights, gradient, squared);
        }
    }

    private void CheckSearch(MetricsLine line, double step, Tensor weights, Tensor gradient, double squared)
    {
        double reference = _method == "ls" ? line.Loss : Math.Max(_losses.Average(), line.Loss);
        Near(reference, line.ReferenceValue!.Value);
        Assert.True(Margin(step) <= Rounding * reference, $"iteration {line.Iteration}: the step {step} fails its own test");

        int rejected = line.Backtracks!.Value;
        double start = _method == "ponls" ? line.Loss / ((0.1 * squared) + 1e-8) : _lastStep;
        start = Math.Clamp(start, 1e-6, 1e4);
        if (step < start * (1 - Rounding))
        {
            // Backtracked: each trial was rejected, the last of them at twice the step.
            Near(start * Math.Pow(Delta, rejected), step);
            Rejects(step / Delta);
        }
        else if (_method is "ls" or "nls")
        {
            // Extrapolated until a trial failed.
            Assert.Equal(1, rejected);
            Rejects(step / Delta);
        }
        else if (_method == "nls-ub")
        {
            double enlarged = start / Delta;
            Assert.Equal(enlarged < 10 && step != enlarged ? 1 : 0, rejected);
            if (rejected == 1)
            {
                Assert.Equal(start, step);
                Rejects(enlarged);
            }
        }
        else
        {
            Assert.Equal(0, rejected);
            Near(start, step);
        }

        double Margin(double eta)
        {
            using Evaluation trial = _problem.Objective.Evaluate(weights.AddScaled(gradient, -eta).Unscoped(), Wanted.Value);
            return trial.Value - (reference - (C * eta * squared));
        }

        void Rejects(double eta) => Assert.True(
            !(Margin(eta) <= -Rounding * reference), $"iteration {line.Iteration}: the trial {eta} would have been accepted, {step} was taken");
    }

    private static void Near(double expected, double actual) => Assert.InRange(Math.Abs(actual - expected), 0, 1e-9 * Math.Abs(expected));
}
