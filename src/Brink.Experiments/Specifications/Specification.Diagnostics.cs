using Brink.Curvature;

namespace Brink.Experiments;

/// <content>The fields of the diagnostics.</content>
public sealed partial record Specification
{
    /// <summary>Iterations between diagnoses of gradient and activations; 0 for never.</summary>
    public int DiagnosticsEvery
    {
        get => Value(DiagnosticsFields.DiagnosticsEvery);
        init => Set(DiagnosticsFields.DiagnosticsEvery, value);
    }

    /// <summary>Iterations between estimates of the Hessian's trace; 0 for never.</summary>
    public int TraceEvery
    {
        get => Value(DiagnosticsFields.TraceEvery);
        init => Set(DiagnosticsFields.TraceEvery, value);
    }

    /// <summary>Hessian-vector products of one such estimate, at least 6.</summary>
    public int TraceProducts
    {
        get => Value(DiagnosticsFields.TraceProducts);
        init => Set(DiagnosticsFields.TraceProducts, value);
    }

    /// <summary>Iterations between estimates of the density of the Hessian's eigenvalues; 0 for never.</summary>
    public int DensityEvery
    {
        get => Value(DiagnosticsFields.DensityEvery);
        init => Set(DiagnosticsFields.DensityEvery, value);
    }

    /// <summary>Random vectors of one such estimate, at least 1.</summary>
    public int DensityProbes
    {
        get => Value(DiagnosticsFields.DensityProbes);
        init => Set(DiagnosticsFields.DensityProbes, value);
    }

    /// <summary>Lanczos steps from each, at least 2.</summary>
    public int DensitySteps
    {
        get => Value(DiagnosticsFields.DensitySteps);
        init => Set(DiagnosticsFields.DensitySteps, value);
    }

    /// <summary>The |λ| that is not told apart from zero, and the largest with an interval of its own; both above 0, ascending.</summary>
    public IReadOnlyList<double> DensityRange
    {
        get => Value(DiagnosticsFields.DensityRange);
        init => Set(DiagnosticsFields.DensityRange, value);
    }

    /// <summary>Intervals a decade of |λ|, from 1 to 100.</summary>
    public int DensityBins
    {
        get => Value(DiagnosticsFields.DensityBins);
        init => Set(DiagnosticsFields.DensityBins, value);
    }

    /// <summary>The intervals in which the density is recorded.</summary>
    public DensityBins BinsOfDensity() => new(DensityRange[0], DensityRange[1], DensityBins);

    /// <summary>Iterations between measurements of the segment smoothness; 0 for never.</summary>
    public int SegmentSmoothnessEvery
    {
        get => Value(DiagnosticsFields.SegmentSmoothnessEvery);
        init => Set(DiagnosticsFields.SegmentSmoothnessEvery, value);
    }

    /// <summary>Steps at which the segment smoothness is measured, each above 0.</summary>
    public IReadOnlyList<double> SegmentSteps
    {
        get => Value(DiagnosticsFields.SegmentSteps);
        init => Set(DiagnosticsFields.SegmentSteps, value);
    }
}
