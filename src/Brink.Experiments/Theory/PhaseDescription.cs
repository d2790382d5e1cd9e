using System.Text.Encodings.Web;
using System.Text.Json;
using Brink.Theory.Sweeps;

namespace Brink.Experiments.Theory;

/// <summary>All that decides the cells of a phase diagram: what diagram.json holds.</summary>
/// <param name="Model">Name of the model.</param>
/// <param name="X">The axis of the columns, as on the command line.</param>
/// <param name="Y">The axis of the rows.</param>
/// <param name="Settings">The parameters that do not vary.</param>
/// <param name="Precision"><c>double</c> or <c>single</c>.</param>
/// <param name="Rules">How long orbits are followed, and the thresholds.</param>
public sealed record PhaseDescription(
    string Model, string X, string Y, IReadOnlyDictionary<string, double> Settings, string Precision, OrbitRules Rules)
{
    private static readonly JsonSerializerOptions s_format = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Describes a diagram.</summary>
    /// <param name="plane">The parameters.</param>
    /// <param name="rules">The rules.</param>
    /// <returns>The description.</returns>
    public static PhaseDescription Of(ParameterPlane plane, OrbitRules rules)
    {
        ArgumentNullException.ThrowIfNull(plane);
        ArgumentNullException.ThrowIfNull(rules);
        double recurrence = rules.Recurrence ?? (plane.Single ? 1e-5 : 1e-9);
        return new PhaseDescription(
            plane.Model.Name, plane.X.ToString(), plane.Y.ToString(), plane.Settings, plane.Single ? "single" : "double",
            rules with { Recurrence = recurrence });
    }

    /// <summary>The text of diagram.json.</summary>
    /// <returns>JSON; equal for equal diagrams.</returns>
    public string ToJson() => JsonSerializer.Serialize(this, s_format) + "\n";
}
