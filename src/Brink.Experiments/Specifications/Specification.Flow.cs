namespace Brink.Experiments;

/// <content>How a flow is followed.</content>
public sealed partial record Specification
{
    /// <summary>Name of the flow's integrator.</summary>
    public string Integrator
    {
        get => Value(FlowFields.Integrator);
        init => Set(FlowFields.Integrator, value);
    }

    /// <summary>Local error allowed a step along the flow relative to the weights, in (0, 1).</summary>
    public double Tolerance
    {
        get => Value(FlowFields.Tolerance);
        init => Set(FlowFields.Tolerance, value);
    }

    /// <summary>α of the step α/λ₁ of rk4, above 0.</summary>
    public double StepFraction
    {
        get => Value(FlowFields.StepFraction);
        init => Set(FlowFields.StepFraction, value);
    }

    /// <summary>Time along the flow between two iterations, above 0; null for every step of the integrator.</summary>
    public double? Interval
    {
        get => Number(FlowFields.FlowInterval);
        init => Set(FlowFields.FlowInterval, value);
    }

    /// <summary>η of a gradient descent beside the flow, above 0; null for none.</summary>
    public double? CompareEta
    {
        get => Number(FlowFields.CompareEta);
        init => Set(FlowFields.CompareEta, value);
    }

    /// <summary>Time at which the flow stops, above 0; null for no such stop.</summary>
    public double? UntilTime
    {
        get => Number(FlowFields.UntilTime);
        init => Set(FlowFields.UntilTime, value);
    }

    /// <summary>Gradients a flow may spend, at least 1.</summary>
    public long MaxGradients
    {
        get => Value(FlowFields.MaxGradients);
        init => Set(FlowFields.MaxGradients, value);
    }

    /// <summary>Least number of substeps of <c>central-flow</c>, at least 1.</summary>
    public int Substeps
    {
        get => Value(FlowFields.Substeps);
        init => Set(FlowFields.Substeps, value);
    }

    /// <summary>Upper bound of λ₁ along <c>central-flow</c>, above 0; null for 2/η.</summary>
    public double? Bound
    {
        get => Number(FlowFields.Bound);
        init => Set(FlowFields.Bound, value);
    }

    /// <summary>Share of the bound above which eigenvalues take part, in (0, 1).</summary>
    public double CentralShare
    {
        get => Value(FlowFields.CentralShare);
        init => Set(FlowFields.CentralShare, value);
    }

    /// <summary>Most eigenvalues that take part, 1 to 20.</summary>
    public int CentralMost
    {
        get => Value(FlowFields.CentralMost);
        init => Set(FlowFields.CentralMost, value);
    }

    /// <summary>Relative residual of the eigenpairs that take part, in (0, 1).</summary>
    public double CentralTolerance
    {
        get => Value(FlowFields.CentralTolerance);
        init => Set(FlowFields.CentralTolerance, value);
    }
}
