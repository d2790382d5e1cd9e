using System.Globalization;

namespace Brink.Experiments;

/// <summary>
/// What a run had spent when a checkpoint was stored. The lines of metrics alone do not tell: with <c>record-every</c>
/// above 1 they lack the steps between them.
/// </summary>
/// <param name="Seconds">Wall-clock seconds, pauses apart.</param>
/// <param name="FunctionEvaluations">Loss evaluations spent on steps.</param>
/// <param name="GradientEvaluations">Gradient evaluations spent on steps.</param>
/// <param name="Hvps">Hessian-vector products.</param>
internal sealed record RunTotals(double Seconds, long FunctionEvaluations, long GradientEvaluations, long Hvps)
{
    private const string Prefix = WeightFile.Reserved + "total.";

    /// <summary>Takes the totals out of a checkpoint.</summary>
    internal static RunTotals Of(Checkpoint checkpoint) => new(
        double.Parse(checkpoint.Metadata[Prefix + "seconds"], CultureInfo.InvariantCulture),
        Count(checkpoint, "function_evaluations"),
        Count(checkpoint, "gradient_evaluations"),
        Count(checkpoint, "hvps"));

    /// <summary>As text, to be kept in a checkpoint.</summary>
    internal IReadOnlyDictionary<string, string> ToMetadata() => new Dictionary<string, string>
    {
        [Prefix + "seconds"] = Seconds.ToString("R", CultureInfo.InvariantCulture),
        [Prefix + "function_evaluations"] = FunctionEvaluations.ToString(CultureInfo.InvariantCulture),
        [Prefix + "gradient_evaluations"] = GradientEvaluations.ToString(CultureInfo.InvariantCulture),
        [Prefix + "hvps"] = Hvps.ToString(CultureInfo.InvariantCulture),
    };

    private static long Count(Checkpoint checkpoint, string name) =>
        long.Parse(checkpoint.Metadata[Prefix + name], CultureInfo.InvariantCulture);
}
