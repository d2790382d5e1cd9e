namespace Brink.Experiments;

/// <summary>What is diagnosed on the way: the gradient layer by layer, dead activations, trace and density of the Hessian, the segment smoothness.</summary>
internal static class DiagnosticsFields
{
    private static readonly double[] s_paperSteps = [1e-3, 5e-3, 1e-2, 5e-2, 0.1, 0.5, 1, 5, 10];

    private static readonly double[] s_densityRange = [1e-4, 1e4];

    internal static readonly SpecificationField<int> DiagnosticsEvery = new("diagnostics-every", FieldGroup.Measurements, new NumericForm<int>(Interval.AtLeast(0)))
    {
        Help = "Iterations between two diagnoses: gradient norms by parameter, zero gradient entries, dead activations; 0 for never",
        Default = FieldDefault.Of(0),
        Example = "2",
    };

    internal static readonly SpecificationField<int> TraceEvery = new("trace-every", FieldGroup.Measurements, new NumericForm<int>(Interval.AtLeast(0)))
    {
        Help = "Iterations between two estimates of the Hessian's trace by Hutch++; 0 for never",
        Default = FieldDefault.Of(0),
        Example = "10",
    };

    internal static readonly SpecificationField<int> TraceProducts = new("trace-products", FieldGroup.Measurements, new NumericForm<int>(Interval.AtLeast(6)))
    {
        Help = "Hessian-vector products that one estimate of the trace may cost",
        Default = FieldDefault.Of(60),
        Example = "120",
    };

    internal static readonly SpecificationField<int> DensityEvery = new("density-every", FieldGroup.Measurements, new NumericForm<int>(Interval.AtLeast(0)))
    {
        Help = "Iterations between two estimates of the density of the Hessian's eigenvalues by stochastic Lanczos quadrature; 0 for never",
        Default = FieldDefault.Of(0),
        Example = "20",
    };

    internal static readonly SpecificationField<int> DensityProbes = new("density-probes", FieldGroup.Measurements, new NumericForm<int>(Interval.AtLeast(1)))
    {
        Help = "Random vectors of one estimate of the density",
        Default = FieldDefault.Of(4),
        Example = "8",
    };

    internal static readonly SpecificationField<int> DensitySteps = new("density-steps", FieldGroup.Measurements, new NumericForm<int>(Interval.AtLeast(2)))
    {
        Help = "Lanczos steps from each, a Hessian-vector product and a vector in memory each",
        Default = FieldDefault.Of(40),
        Example = "80",
    };

    internal static readonly SpecificationField<IReadOnlyList<double>> DensityRange = new("density-range", FieldGroup.Measurements, new RangeForm())
    {
        Help = "The |λ| below which eigenvalues are not told apart from zero, and the largest with an interval of its own; the same for all iterations",
        Default = FieldDefault.Of(s_densityRange),
        Example = "1e-3,1e3",
    };

    internal static readonly SpecificationField<int> DensityBins = new("density-bins", FieldGroup.Measurements, new NumericForm<int>(Interval.Closed(1, 100)))
    {
        Help = "Intervals a decade of |λ| in which the density is recorded, on both sides of zero",
        Default = FieldDefault.Of(10),
        Example = "5",
    };

    internal static readonly SpecificationField<int> SegmentSmoothnessEvery = new("segment-smoothness-every", FieldGroup.Measurements, new NumericForm<int>(Interval.AtLeast(0)))
    {
        Help = "Iterations between two measurements of how fast the gradient changes along the step, and of λ₁ with it; 0 for never",
        Default = FieldDefault.Of(0),
        Example = "5",

        // Beside it stands λ₁ at w_k itself.
        Conditions = [FieldCondition.Where("measure-at", "iterates")],
    };

    internal static readonly SpecificationField<IReadOnlyList<double>> SegmentSteps = new("segment-steps", FieldGroup.Measurements, new NumberListForm(Interval.Above(0)))
    {
        Help = "Steps η at which ‖∇f(w) − ∇f(w − ηg)‖ / (η‖g‖) is measured; the step taken, and the one rejected last, are measured besides",
        Default = FieldDefault.Of(s_paperSteps),
        Example = "0.01,0.1,1,10",
        Conditions = [FieldCondition.Where("measure-at", "iterates")],
    };
}
