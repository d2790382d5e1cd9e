using Brink.Flows;

namespace Brink.Experiments;

/// <summary>What flows in continuous time, the central flow among them, are followed by.</summary>
internal static class FlowFields
{
    /// <summary>The methods that follow a flow in continuous time.</summary>
    internal static readonly string[] Flows = ["flow"];

    internal static readonly SpecificationField<int> Substeps = new("substeps", FieldGroup.Method, new NumericForm<int>(Interval.AtLeast(1)))
    {
        Help = "Times in an iteration that the central flow computes curvature and oscillation anew; more where λ₁ asks for it",
        Default = FieldDefault.Of(1),
        Example = "4",
        Conditions = [FieldCondition.ForMethods("central-flow")],
    };

    internal static readonly SpecificationField<double> Bound = new("bound", FieldGroup.Method, new NumericForm<double>(Interval.Above(0)))
    {
        Help = "Upper bound of λ₁: another than 2/η gives the constrained flow, gradient flow projected onto λ₁ ≤ bound",
        Default = FieldDefault.None("2/η, the edge of gradient descent"),
        Example = "50",
        Conditions = [FieldCondition.ForMethods("central-flow")],
    };

    internal static readonly SpecificationField<double> CentralShare = new("central-share", FieldGroup.Method, new NumericForm<double>(Interval.Open(0, 1)))
    {
        Help = "Eigenvalues above this share of the bound take part in the oscillation",
        Default = FieldDefault.Of(0.95),
        Example = "0.9",
        Conditions = [FieldCondition.ForMethods("central-flow")],
    };

    internal static readonly SpecificationField<int> CentralMost = new("central-most", FieldGroup.Method, new NumericForm<int>(Interval.Closed(1, 20)))
    {
        Help = "Most eigenvalues that take part; k of them cost k(k+1)/2 third derivatives",
        Default = FieldDefault.Of(12),
        Example = "6",
        Conditions = [FieldCondition.ForMethods("central-flow")],
    };

    internal static readonly SpecificationField<double> CentralTolerance = new("central-tolerance", FieldGroup.Method, new NumericForm<double>(Interval.Open(0, 1)))
    {
        Help = "Residual ‖Hu − λu‖ / |λ| of the eigenpairs that take part",
        Default = FieldDefault.Of(1e-3),
        Example = "1e-2",
        Conditions = [FieldCondition.ForMethods("central-flow")],
    };

    internal static readonly SpecificationField<string> Integrator = new("integrator", FieldGroup.Method, new ChoiceForm(FlowIntegrator.Names))
    {
        Help = "What advances the flow: stabilised Runge–Kutta–Chebyshev, classical Runge–Kutta at step-fraction/λ₁, or Dormand–Prince 5(4)",
        Default = FieldDefault.Of(FlowIntegrator.Names[0]),
        Example = "dopri5",
        Conditions = [FieldCondition.ForMethods(Flows)],
    };

    internal static readonly SpecificationField<double> Tolerance = new("tolerance", FieldGroup.Method, new NumericForm<double>(Interval.Open(0, 1)))
    {
        Help = "Local error allowed a step along the flow, relative to the weights",
        Default = FieldDefault.Of(FlowIntegrator.DefaultTolerance),
        Example = "1e-4",
        Conditions = [FieldCondition.ForMethods(Flows), FieldCondition.Where("integrator", "rkc", "dopri5")],
    };

    internal static readonly SpecificationField<double> StepFraction = new("step-fraction", FieldGroup.Method, new NumericForm<double>(Interval.Above(0)))
    {
        Help = "α of the step α/λ₁ of rk4, which is unstable above 2.78",
        Default = FieldDefault.Of(1.0),
        Example = "0.5",
        Conditions = [FieldCondition.ForMethods(Flows), FieldCondition.Where("integrator", "rk4")],
    };

    internal static readonly SpecificationField<double> FlowInterval = new("interval", FieldGroup.Method, new NumericForm<double>(Interval.Above(0)))
    {
        Help = "Time along the flow between two iterations",
        Default = FieldDefault.By("every step of the integrator; compare-eta where that is given", s => s.CompareEta),
        Example = "0.5",
        Conditions = [FieldCondition.ForMethods(Flows)],
    };

    internal static readonly SpecificationField<double> CompareEta = new("compare-eta", FieldGroup.Method, new NumericForm<double>(Interval.Above(0)))
    {
        Help = "η of a gradient descent beside the flow, from the same start; the distance at equal time is recorded",
        Default = FieldDefault.None("no such comparison"),
        Example = "0.1",
        Conditions = [FieldCondition.ForMethods(Flows)],
    };

    internal static readonly SpecificationField<double> UntilTime = new("until-time", FieldGroup.Method, new NumericForm<double>(Interval.Above(0)))
    {
        Help = "Stop the flow at this time",
        Default = FieldDefault.None("no such stop"),
        Example = "100",
        Conditions = [FieldCondition.ForMethods(Flows)],
    };

    internal static readonly SpecificationField<long> MaxGradients = new("max-gradients", FieldGroup.Method, new NumericForm<long>(Interval.AtLeast(1)))
    {
        Help = "Stop the flow when it has spent this many gradients, whether or not it reached what it was asked for",
        Default = FieldDefault.Of(100_000L),
        Example = "5000",
        Conditions = [FieldCondition.ForMethods(Flows)],
    };
}
