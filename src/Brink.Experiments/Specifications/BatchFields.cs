namespace Brink.Experiments;

/// <summary>Stochastic training: steps on random batches, and what is measured of the batches (Flatland, App. E).</summary>
internal static class BatchFields
{
    /// <summary>The methods that can take their steps on batches: all but those that follow a flow.</summary>
    private static readonly string[] s_methods = ["gd", "warmup", .. MethodFields.Searches, "cdat", "sam", "sgd", "rmsprop", "adam"];

    internal static readonly SpecificationField<int> BatchSize = new("batch-size", FieldGroup.Method, new NumericForm<int>(Interval.AtLeast(0)))
    {
        Help = "Samples of a step, whose loss, gradient and curvature decide it: a new random order each epoch, cut into batches; 0 for all of them",
        Default = FieldDefault.Of(0),
        Example = "256",
        Conditions = [FieldCondition.ForMethods(s_methods), FieldCondition.ForNetworks],
    };

    internal static readonly SpecificationField<int> SharpnessEvery = new("batch-sharpness-every", FieldGroup.Measurements, new NumericForm<int>(Interval.AtLeast(0)))
    {
        Help = "Iterations between two measurements of λ₁ of every batch, to sharpness-tolerance; 0 for never. With B samples a step, 2 epochs are 2⌈N/B⌉ iterations",
        Default = FieldDefault.Of(0),
        Example = "40",
        Conditions = [FieldCondition.ForMethods(s_methods), FieldCondition.ForNetworks],
    };

    internal static readonly SpecificationField<int> SharpnessBatches = new("batch-sharpness-batches", FieldGroup.Measurements, new CountForm())
    {
        Help = "How many of the epoch's batches it is measured on, the first ones; 'all' for every one",
        Default = FieldDefault.Of(0),
        Example = "10",
        Conditions = [FieldCondition.ForMethods(s_methods), FieldCondition.ForNetworks],
    };
}
