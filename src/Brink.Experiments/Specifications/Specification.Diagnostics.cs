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
