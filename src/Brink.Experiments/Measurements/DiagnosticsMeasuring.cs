using Brink.Objectives;
using Brink.Torch;
using Brink.Torch.Nn;

namespace Brink.Experiments;

/// <summary>The gradient layer by layer, and the activations that are zero, at every so many iterates.</summary>
internal sealed class DiagnosticsMeasuring(Specification specification) : RunMeasurement
{
    private bool _noted;

    internal override int Every => specification.DiagnosticsEvery;

    internal override MetricsLine Measure(MeasuredPoint point, MetricsLine line)
    {
        using var scope = new TensorScope();
        ParameterLayout layout = point.Problem.Layout;
        var gradient = GradientByLayer.Of(layout, point.At.Gradient(), point.Problem.Outputs);
        return WithActivations(point, line) with
        {
            GradientNorms = gradient.Norms.ToDictionary(norm => norm.Name, norm => norm.Norm),
            LastBiasGradientNorm = gradient.LastBias,
            LastBiasGradientRatio = gradient.LastBiasRatio,
            ZeroGradientEntries = gradient.ZeroEntries,
            ZeroGradientFraction = (double)gradient.ZeroEntries / layout.Count,
        };
    }

    private MetricsLine WithActivations(MeasuredPoint point, MetricsLine line)
    {
        IReadOnlyList<ActivationZeros> zeros = point.Problem.NetworkObjective is { } objective
            ? ZeroActivations.Count(objective, point.At.Weights)
            : [];
        if (zeros.Count == 0)
        {
            if (!_noted)
            {
                point.Note("no dead activations: there is none with an exact zero region (ReLU, hardtanh cut at zero) that can be seen; a TorchScript file does not show its own");
                _noted = true;
            }

            return line;
        }

        long units = zeros.Sum(one => one.Units);
        long dead = zeros.Sum(one => one.Dead);
        return line with
        {
            DeadUnits = dead,
            DeadFraction = (double)dead / units,
            DeadFractions = zeros.ToDictionary(one => one.Name, one => one.DeadFraction),
            ZeroActivationFraction = zeros.Sum(one => one.Zeros) / ((double)units * zeros[0].Samples),
            ZeroActivationFractions = zeros.ToDictionary(one => one.Name, one => one.ZeroFraction),
        };
    }
}
