using System.Text.Json;
using System.Text.Json.Nodes;
using Brink.Cli.Terminal;
using Brink.Experiments;

namespace Brink.Cli.Commands;

/// <summary>What the listing commands print with <c>--json</c>: one value, numbers as numbers, null for what is lacking.</summary>
internal static class RunsJson
{
    /// <summary>An array with an object a run, its keys the table's fields.</summary>
    /// <param name="table">The table.</param>
    internal static string Of(RunTable table)
    {
        JsonArray runs = [];
        foreach (RunEntry run in table.Runs)
        {
            JsonObject row = [];
            foreach (RunField column in table.Columns)
            {
                row[column.Name] = Value(column, run);
            }

            if (run.Summary?.SharpnessNotConverged is { } doubtful)
            {
                row["sharpness_not_converged"] = doubtful;
            }

            if (run.Problem is not null)
            {
                row["problem"] = run.Problem;
            }

            runs.Add(row);
        }

        return runs.ToJsonString(JsonText.Options) + "\n";
    }

    /// <summary>One object: the run, its status, its summary's fields, and its specification under <c>specification</c>.</summary>
    /// <param name="run">The run; its specification can be read.</param>
    internal static string Of(RunEntry run)
    {
        JsonObject value = [];
        foreach (RunField field in RunField.All.Where(f => SpecificationFields.Find(f.Name) is null))
        {
            value[field.Name] = Value(field, run);
        }

        value["problem"] = run.Problem;
        value["verdicts"] = JsonSerializer.SerializeToNode(StepVerdicts.OfRun(run.Path, run.Specification!), JsonText.Options);
        value["specification"] = JsonNode.Parse(run.Specification!.ToJson());
        return value.ToJsonString(JsonText.Options) + "\n";
    }

    private static JsonNode? Value(RunField field, RunEntry run)
    {
        string? text = field.TextOf(run);
        bool number = text is not null && field.NumberOf(run) is { } value && double.IsFinite(value);
        return number ? JsonNode.Parse(text!) : text;
    }
}
