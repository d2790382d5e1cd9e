using System.Text.Json;
using Brink.Experiments;
using Brink.Objectives;
using Brink.Theory;

namespace Brink.Server;

/// <summary>Runs as JSON (docs/server.md).</summary>
public static class RunWriter
{
    private const int LogLines = 200;
    private const int LogBytes = 1 << 16;

    /// <summary>Writes a run as a row of a list.</summary>
    internal static void WriteRow(Utf8JsonWriter json, RunState run)
    {
        json.WriteStartObject();
        WriteRowFields(json, run);
        json.WriteEndObject();
    }

    /// <summary>Writes a run as its page shows it: the row, and the environment, verdicts, log and levels.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="id">The run's id.</param>
    /// <param name="folder">The run folder.</param>
    public static void WriteDetails(Utf8JsonWriter json, string id, string folder)
    {
        ArgumentNullException.ThrowIfNull(json);
        RunState state = RunState.Read(id, folder, Directory.GetLastWriteTimeUtc(folder), DateTime.UtcNow);
        WriteDetails(json, state, VerdictsOf(state));
    }

    /// <summary>Writes a run as its page shows it.</summary>
    internal static void WriteDetails(Utf8JsonWriter json, RunState run, IReadOnlyList<Verdict> verdicts)
    {
        json.WriteStartObject();
        WriteRowFields(json, run);
        bool readable = run.Entry.Status != RunEntry.Broken;
        json.WritePropertyName("environment");
        WriteEnvironment(json, readable ? RunFiles.Environment(run.Folder) : null);
        WriteVerdicts(json, verdicts);
        json.WriteStartArray("log");
        if (readable)
        {
            foreach (string line in SafeFile.ReadEndText(RunFiles.Log(run.Folder), LogBytes).Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(LogLines))
            {
                json.WriteStringValue(line);
            }
        }

        json.WriteEndArray();
        WriteLevels(json, run.Entry);
        json.WriteEndObject();
    }

    /// <summary>What a run's lines say of the statements about large steps; none where they cannot be read.</summary>
    internal static IReadOnlyList<Verdict> VerdictsOf(RunState run)
    {
        try
        {
            return run.Entry is { Specification: { } specification, Status: not RunEntry.Broken } && run.MetricsLength > 0
                ? StepVerdicts.OfRun(run.Folder, specification) : [];
        }
        catch (BrinkException)
        {
            return []; // The curves say what is wrong with the lines.
        }
    }

    /// <summary>The smallest sharpness that a network with a last bias can have, 2/K or 1; null where there is no such bound.</summary>
    internal static double? FlattestSharpness(RunEntry run)
    {
        if (run is not { Specification: { Model: null, NoBias: false } specification, Summary.Outputs: > 0 and var outputs })
        {
            return null;
        }

        LossFunction loss = LossFunction.Named(specification.Loss);
        return loss.LastBiasBoundsSharpness ? loss.LastBiasSharpness(outputs) : null;
    }

    /// <summary>Writes verdicts as the field <c>verdicts</c>.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="verdicts">The verdicts.</param>
    public static void WriteVerdicts(Utf8JsonWriter json, IReadOnlyList<Verdict> verdicts)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(verdicts);
        json.WriteStartArray("verdicts");
        foreach (Verdict verdict in verdicts)
        {
            json.WriteStartObject();
            json.WriteString("theorem", verdict.Theorem);
            json.WriteString("claim", verdict.Claim);
            json.WriteString("outcome", JsonNamingPolicy.SnakeCaseLower.ConvertName(verdict.Outcome.ToString()));
            json.WriteString("measured", verdict.Measured);
            if (verdict.UnmetHypothesis is { } because)
            {
                json.WriteString("because", because);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteRowFields(Utf8JsonWriter json, RunState state)
    {
        (string id, RunEntry run) = (state.Id, state.Entry);
        int slash = id.LastIndexOf('/');
        json.WriteString("id", id);
        json.WriteString("name", id[(slash + 1)..]);
        json.WriteString("group", slash < 0 ? string.Empty : id[..slash]);
        json.WriteString("status", run.Status);
        if (run.Problem is { } problem)
        {
            json.WriteString("problem", problem);
        }

        json.WriteStartArray("tags");
        foreach (string tag in run.Tags)
        {
            json.WriteStringValue(tag);
        }

        json.WriteEndArray();
        json.WriteString("modified", state.Modified);
        if (state.Iteration is { } iteration)
        {
            json.WriteNumber("iteration", iteration);
        }

        json.WriteStartObject("specification");
        foreach (string name in run.Specification?.Given ?? [])
        {
            json.WriteString(name, SpecificationFields.Find(name)!.FormatIn(run.Specification!));
        }

        json.WriteEndObject();
        json.WritePropertyName("summary");
        if (run.Summary is { } summary)
        {
            json.WriteRawValue(summary.ToJson(), skipInputValidation: true);
        }
        else
        {
            json.WriteStartObject();
            json.WriteEndObject();
        }
    }

    private static void WriteEnvironment(Utf8JsonWriter json, string? path)
    {
        try
        {
            if (path is not null && SafeFile.IsDocument(path))
            {
                using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
                document.RootElement.WriteTo(json);
                return;
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            // Shown as not known; the run itself is sound without it.
        }

        json.WriteNullValue();
    }

    private static void WriteLevels(Utf8JsonWriter json, RunEntry run)
    {
        json.WriteStartObject("levels");
        if (FlattestSharpness(run) is { } flattest)
        {
            json.WritePropertyName("flattest_sharpness");
            json.WriteNumber9(flattest);
        }

        if (run.Summary?.Threshold() is { } edge)
        {
            json.WriteStartObject("edge");
            json.WriteString("quantity", edge.Preconditioned ? "preconditioned_sharpness" : "sharpness");
            json.WritePropertyName("value");
            json.WriteNumber9(edge.Value);
            json.WriteString("formula", edge.Formula);
            json.WriteEndObject();
        }

        if (run.Specification is { } specification && SpecificationFields.Find("c") is { } c && c.AppliesTo(specification))
        {
            json.WritePropertyName("sufficient_decrease");
            json.WriteNumber9(specification.C);
        }

        json.WriteEndObject();
    }
}
