using Brink.Methods;

namespace Brink.Experiments;

/// <summary>The step-size methods of math.md §2 and their parameters.</summary>
internal static class MethodFields
{
    /// <summary>The methods that search along the line.</summary>
    internal static readonly string[] Searches = ["ls", "nls", "nls-ub", "ponls"];

    private static readonly string[] s_fixedSteps = ["gd", "sam", "sgd", "rmsprop", "adam"];

    internal static readonly SpecificationField<string> Method = new(
        "method",
        FieldGroup.Method,
        new ChoiceForm(["gd", "warmup", "ls", "nls", "nls-ub", "ponls", "cdat", "sam", "sgd", "rmsprop", "adam", "flow", "central-flow"]))
    {
        Help = "Step-size method",
        Default = FieldDefault.Of("nls"),
        Example = "nls-ub",
    };

    internal static readonly SpecificationField<double> Eta = new("eta", FieldGroup.Method, new NumericForm<double>(Interval.Above(0)))
    {
        Help = "Fixed step size η; for central-flow that of the gradient descent it follows, and the time of an iteration",
        Default = FieldDefault.By("0.1 for gd, sam, sgd and central-flow; 0.001 for rmsprop and adam", s => s.Method switch
        {
            "gd" or "sam" or "sgd" or "central-flow" => 0.1,
            "rmsprop" or "adam" => 1e-3,
            _ => null,
        }),
        Example = "0.5",
        Conditions = [FieldCondition.ForMethods([.. s_fixedSteps, "central-flow"])],
    };

    internal static readonly SpecificationField<double> InitialEta = new("initial-eta", FieldGroup.Method, new NumericForm<double>(Interval.Above(0)))
    {
        Help = "η₀, the first trial step of the first iteration",
        Default = FieldDefault.Of(1.0),
        Example = "0.5",
        Conditions = [FieldCondition.ForMethods("ls", "nls", "nls-ub")],
    };

    internal static readonly SpecificationField<double> MinEta = new("min-eta", FieldGroup.Method, new NumericForm<double>(Interval.Above(0)))
    {
        Help = "Smallest starting step of a search, and the step taken when max-backtracks trials were rejected",
        Default = FieldDefault.Of(1e-6),
        Example = "1e-8",
        Conditions = [FieldCondition.ForMethods(Searches)],
    };

    internal static readonly SpecificationField<double> MaxEta = new("max-eta", FieldGroup.Method, new NumericForm<double>(Interval.Above(0)))
    {
        Help = "Largest step of a search, extrapolation included",
        Default = FieldDefault.Of(1e4),
        Example = "100",
        Conditions = [FieldCondition.ForMethods(Searches)],
    };

    internal static readonly SpecificationField<double> C = new("c", FieldGroup.Method, new NumericForm<double>(Interval.Open(0, 1)))
    {
        Help = "Sufficient decrease asked of a step: f(w − ηg) ≤ R − c·η·‖g‖²",
        Default = FieldDefault.Of(1e-4),
        Example = "0.1",
        Conditions = [FieldCondition.ForMethods(Searches)],
    };

    internal static readonly SpecificationField<double> Delta = new("delta", FieldGroup.Method, new NumericForm<double>(Interval.Open(0, 1)))
    {
        Help = "δ, the factor of a backtrack; an extrapolation multiplies by 1/δ",
        Default = FieldDefault.Of(0.5),
        Example = "0.8",
        Conditions = [FieldCondition.ForMethods(Searches)],
    };

    internal static readonly SpecificationField<int> MaxBacktracks = new("max-backtracks", FieldGroup.Method, new NumericForm<int>(Interval.AtLeast(1)))
    {
        Help = "Rejected trials after which a search gives up and takes min-eta",
        Default = FieldDefault.Of(100),
        Example = "50",
        Conditions = [FieldCondition.ForMethods(Searches)],
    };

    internal static readonly SpecificationField<string> Reference = new("reference", FieldGroup.Method, new ChoiceForm(ReferenceValue.Names))
    {
        Help = "Reference value R: Zhang and Hager's running average, Grippo's largest of the last losses, or the loss itself (ls is always monotone)",
        Default = FieldDefault.By("zhang-hager", s => s.Method == "ls" ? "monotone" : "zhang-hager"),
        Example = "grippo",
        Conditions = [FieldCondition.ForMethods("nls", "nls-ub", "ponls")],
    };

    internal static readonly SpecificationField<double> Xi = new("xi", FieldGroup.Method, new NumericForm<double>(Interval.Closed(0, 1)))
    {
        Help = "ξ, how slowly Zhang and Hager's average forgets: 0 is monotone, 1 the plain mean of all losses",
        Default = FieldDefault.Of(1.0),
        Example = "0.85",
        Conditions = [FieldCondition.ForMethods("nls", "nls-ub", "ponls"), FieldCondition.Where("reference", "zhang-hager")],
    };

    internal static readonly SpecificationField<int> Memory = new("memory", FieldGroup.Method, new NumericForm<int>(Interval.AtLeast(1)))
    {
        Help = "M, the number of losses of which Grippo's reference value is the largest",
        Default = FieldDefault.Of(10),
        Example = "20",
        Conditions = [FieldCondition.ForMethods("nls", "nls-ub", "ponls"), FieldCondition.Where("reference", "grippo")],
    };

    internal static readonly SpecificationField<double> UpperBound = new("upper-bound", FieldGroup.Method, new NumericForm<double>(Interval.Above(0)))
    {
        Help = "Bound below which the one extrapolation of nls-ub must stay; the default is 2 over the curvature of a last bias, under ce that at random guess (docs/bound.md)",
        Default = FieldDefault.None("K, the number of classes, under mse; 2 under squared; 2K under ce"),
        Example = "8",
        Conditions = [FieldCondition.ForMethods("nls-ub")],
    };

    internal static readonly SpecificationField<double> Cp = new("cp", FieldGroup.Method, new NumericForm<double>(Interval.Above(0)))
    {
        Help = "c_p of Polyak's starting step (f(w) − f*) / (c_p‖g‖² + 1e-8)",
        Default = FieldDefault.Of(0.1),
        Example = "0.5",
        Conditions = [FieldCondition.ForMethods("ponls")],
    };

    internal static readonly SpecificationField<double> FStar = new("f-star", FieldGroup.Method, new NumericForm<double>(Interval.Any))
    {
        Help = "f*, the smallest loss, in Polyak's starting step",
        Default = FieldDefault.Of(0.0),
        Example = "0.01",
        Conditions = [FieldCondition.ForMethods("ponls")],
    };

    internal static readonly SpecificationField<double> Sigma = new("sigma", FieldGroup.Method, new NumericForm<double>(Interval.Above(0)))
    {
        Help = "σ of η = σ‖g‖² / |gᵀHg|; 2 is the edge of stability along the gradient",
        Default = FieldDefault.Of(2.06),
        Example = "2",
        Conditions = [FieldCondition.ForMethods("cdat")],
    };

    internal static readonly SpecificationField<double> Rho = new("rho", FieldGroup.Method, new NumericForm<double>(Interval.Above(0)))
    {
        Help = "ρ, the distance at which SAM takes its gradient",
        Default = FieldDefault.Of(0.05),
        Example = "0.1",
        Conditions = [FieldCondition.ForMethods("sam")],
    };

    internal static readonly SpecificationField<double> Momentum = new("momentum", FieldGroup.Method, new NumericForm<double>(Interval.FromUpTo(0, 1)))
    {
        Help = "β of the velocity v ← βv + d, which starts as the first d",
        Default = FieldDefault.By("0.9 for sam; 0 for gd and sgd", s => s.Method == "sam" ? 0.9 : 0.0),
        Example = "0.9",
        Conditions = [FieldCondition.ForMethods("gd", "sgd", "sam")],
    };

    internal static readonly SpecificationField<bool> Nesterov = new("nesterov", FieldGroup.Method, new FlagForm())
    {
        Help = "Nesterov's momentum in PyTorch's form, d + βv; needs a momentum above 0",
        Default = FieldDefault.Of(false),
        Example = "true",
        Conditions = [FieldCondition.ForMethods("gd", "sgd")],
    };

    internal static readonly SpecificationField<double> Dampening = new("dampening", FieldGroup.Method, new NumericForm<double>(Interval.Closed(0, 1)))
    {
        Help = "The gradient enters the velocity times 1 − dampening",
        Default = FieldDefault.Of(0.0),
        Example = "0.1",
        Conditions = [FieldCondition.ForMethods("sgd")],
    };

    internal static readonly SpecificationField<double> WeightDecay = new("weight-decay", FieldGroup.Method, new NumericForm<double>(Interval.AtLeast(0)))
    {
        Help = "Multiple of the weights that is added to the gradient",
        Default = FieldDefault.By("1e-4 for sam; 0 for the others", s => s.Method == "sam" ? 1e-4 : 0.0),
        Example = "5e-4",
        Conditions = [FieldCondition.ForMethods(s_fixedSteps)],
    };

    internal static readonly SpecificationField<double> Beta1 = new("beta1", FieldGroup.Method, new NumericForm<double>(Interval.FromUpTo(0, 1)))
    {
        Help = "Decay of the mean of the gradients",
        Default = FieldDefault.Of(0.9),
        Example = "0.95",
        Conditions = [FieldCondition.ForMethods("adam")],
    };

    internal static readonly SpecificationField<double> Beta2 = new("beta2", FieldGroup.Method, new NumericForm<double>(Interval.FromUpTo(0, 1)))
    {
        Help = "Decay of the mean of their squares",
        Default = FieldDefault.Of(0.999),
        Example = "0.99",
        Conditions = [FieldCondition.ForMethods("adam")],
    };

    internal static readonly SpecificationField<double> Alpha = new("alpha", FieldGroup.Method, new NumericForm<double>(Interval.FromUpTo(0, 1)))
    {
        Help = "Decay of the mean of the squared gradients",
        Default = FieldDefault.Of(0.99),
        Example = "0.9",
        Conditions = [FieldCondition.ForMethods("rmsprop")],
    };

    internal static readonly SpecificationField<double> Epsilon = new("epsilon", FieldGroup.Method, new NumericForm<double>(Interval.Above(0)))
    {
        Help = "Added to the root of the mean square",
        Default = FieldDefault.Of(1e-8),
        Example = "1e-6",
        Conditions = [FieldCondition.ForMethods("rmsprop", "adam")],
    };

    internal static readonly SpecificationField<string> Schedule = new("schedule", FieldGroup.Method, new ChoiceForm(["small", "large"]))
    {
        Help = "small: warm up to 0.9 K and hold; large: to 1.25 K, held for two iterations, then 0.9 K",
        Default = FieldDefault.Of("small"),
        Example = "large",
        Conditions = [FieldCondition.ForMethods("warmup")],
    };

    internal static readonly SpecificationField<double> WarmupFactor = new("warmup-factor", FieldGroup.Method, new NumericForm<double>(Interval.Above(1)))
    {
        Help = "Factor by which the step grows each iteration",
        Default = FieldDefault.Of(1.25),
        Example = "1.1",
        Conditions = [FieldCondition.ForMethods("warmup")],
    };

    internal static readonly SpecificationField<double> WarmupStart = new("warmup-start", FieldGroup.Method, new NumericForm<double>(Interval.Above(0)))
    {
        Help = "First step",
        Default = FieldDefault.Of(0.01),
        Example = "0.1",
        Conditions = [FieldCondition.ForMethods("warmup")],
    };
}
