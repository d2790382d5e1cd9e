namespace Brink.Experiments;

/// <summary>
/// A small model of the theory as what is minimised, in place of data, network and loss. The names are those of the options of
/// <c>brink theory</c>, but where another field has them: a start is one list, whatever its parts are called there.
/// </summary>
internal static class ModelFields
{
    internal const string Minimalist = "minimalist";
    internal const string Scalar = "scalar";
    internal const string SquaredRegression = "squared-regression";
    internal const string Linear = "linear";

    internal static readonly SpecificationField<string> Model = new("model", FieldGroup.Model, new ChoiceForm([Minimalist, Scalar, SquaredRegression, Linear]))
    {
        Help = "A small model of 'brink theory' to run on: minimalist ½λ₁α²β₁² + ½λ₂(αβ₂ − 1)²; scalar ½(∏w − y)²; squared-regression mean of ½((u∘u − v∘v)ᵀx − y)²; linear ½‖W_L⋯W₁X − Y‖²",
        Default = FieldDefault.None("a network on data"),
        Example = Scalar,
    };

    internal static readonly SpecificationField<IReadOnlyList<double>> Start = new("start", FieldGroup.Model, new NumberListForm(Interval.Any))
    {
        Help = "Where to start: α,β₁,β₂; w₁,w₂,…, as many as the network is deep; u,v; W₁,W₂,… row by row",
        Default = FieldDefault.By("0.1,0.1,0.1 for minimalist, 1.4,0.9,0.8 for scalar; for the others drawn from the seed", s => s.Model switch
        {
            _ when s.Init is not null => null,
            Minimalist => new[] { 0.1, 0.1, 0.1 },
            Scalar => new[] { 1.4, 0.9, 0.8 },
            _ => null,
        }),
        Example = "1.4,0.9,0.8",
        Conditions = [FieldCondition.Where("model", Minimalist, Scalar, SquaredRegression, Linear), FieldCondition.Unless("init")],
    };

    internal static readonly SpecificationField<double> Lambda1 = new("lambda1", FieldGroup.Model, new NumericForm<double>(Interval.Above(0)))
    {
        Help = "λ₁, second moment of the irrelevant input",
        Default = FieldDefault.Of(100.0),
        Example = "50",
        Conditions = [FieldCondition.Where("model", Minimalist)],
    };

    internal static readonly SpecificationField<double> Lambda2 = new("lambda2", FieldGroup.Model, new NumericForm<double>(Interval.AtLeast(0)))
    {
        Help = "λ₂, second moment of the relevant input",
        Default = FieldDefault.Of(0.01),
        Example = "0.1",
        Conditions = [FieldCondition.Where("model", Minimalist)],
    };

    internal static readonly SpecificationField<int> Depth = new("depth", FieldGroup.Model, new NumericForm<int>(Interval.AtLeast(1)))
    {
        Help = "D, the number of weights; as many numbers as start has",
        Default = FieldDefault.By("the length of start; 3 with init", s => s.Model == Scalar ? s.Start?.Count ?? 3 : null),
        Example = "4",
        Conditions = [FieldCondition.Where("model", Scalar)],
    };

    internal static readonly SpecificationField<string> Target = new("target", FieldGroup.Model, new MatrixForm())
    {
        Help = "y of the scalar network, above 0; Y of the linear one, its rows set apart by semicolons",
        Default = FieldDefault.Of("1"),
        Example = "1,0;0,2",
        Conditions = [FieldCondition.Where("model", Scalar, Linear)],
    };

    internal static readonly SpecificationField<string> Inputs = new("inputs", FieldGroup.Model, new MatrixForm())
    {
        Help = "X of the linear network, a sample a column, its rows set apart by semicolons",
        Default = FieldDefault.None("the identity"),
        Example = "1,0;0,1",
        Conditions = [FieldCondition.Where("model", Linear)],
    };

    internal static readonly SpecificationField<IReadOnlyList<int>> LayerWidths = new("layer-widths", FieldGroup.Model, new WidthsForm())
    {
        Help = "d₀,d₁,…,d_L of the linear network, inputs and outputs included (the option --widths of 'brink theory linear')",
        Default = FieldDefault.By("1,1,1", s => s.Model == Linear ? new[] { 1, 1, 1 } : null),
        Example = "2,3,2",
        Conditions = [FieldCondition.Where("model", Linear)],
    };

    internal static readonly SpecificationField<bool> PerSample = new("per-sample", FieldGroup.Model, new FlagForm())
    {
        Help = "Divide the linear network's loss by the number of samples",
        Default = FieldDefault.Of(false),
        Example = "true",
        Conditions = [FieldCondition.Where("model", Linear)],
    };

    internal static readonly SpecificationField<double> Deviation = new("deviation", FieldGroup.Model, new NumericForm<double>(Interval.Above(0)))
    {
        Help = "Standard deviation of the linear network's start where none is given",
        Default = FieldDefault.Of(1.0),
        Example = "0.5",
        Conditions = [FieldCondition.Where("model", Linear), FieldCondition.Unless("start"), FieldCondition.Unless("init")],
    };

    internal static readonly SpecificationField<string> DataFile = new("data-file", FieldGroup.Model, new TextForm("a file"))
    {
        Help = "Data of the squared regression: comma-separated numbers, a sample a line, its target last (the option --data of 'brink theory squared-regression')",
        Default = FieldDefault.None("drawn from the seed"),
        Example = "points.csv",
        Conditions = [FieldCondition.Where("model", SquaredRegression)],
    };

    internal static readonly SpecificationField<int> Dimension = new("dimension", FieldGroup.Model, new NumericForm<int>(Interval.AtLeast(1)))
    {
        Help = "d, features of random data",
        Default = FieldDefault.Of(5),
        Example = "8",
        Conditions = [FieldCondition.Where("model", SquaredRegression), FieldCondition.Unless("data-file")],
    };

    internal static readonly SpecificationField<int> Samples = new("samples", FieldGroup.Model, new NumericForm<int>(Interval.AtLeast(1)))
    {
        Help = "N, samples of random data, at most d",
        Default = FieldDefault.Of(2),
        Example = "3",
        Conditions = [FieldCondition.Where("model", SquaredRegression), FieldCondition.Unless("data-file")],
    };
}
