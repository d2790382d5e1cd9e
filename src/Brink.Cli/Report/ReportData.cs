using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Brink.Cli.Reproduction;
using Brink.Experiments;
using Brink.Server;

namespace Brink.Cli.Report;

/// <summary>The data that a report carries (docs/report.md), written by the same code as the server's answers.</summary>
internal static class ReportData
{
    /// <summary>Columns in which spectra and densities are shown.</summary>
    private const int SpectrumColumns = 300;

    /// <summary>Iterations at which the other axes are told.</summary>
    private const int AxisPoints = 1200;

    /// <summary>Writes the data as one JSON object.</summary>
    /// <param name="contents">What the report is made of.</param>
    /// <param name="created">When it is made.</param>
    /// <exception cref="BrinkException">A run cannot be read.</exception>
    internal static string Write(ReportContents contents, DateTimeOffset created)
    {
        ArrayBufferWriter<byte> buffer = new(1 << 20);
        using (Utf8JsonWriter json = new(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("title", contents.Title);
            if (contents.Subtitle is { } subtitle)
            {
                json.WriteString("subtitle", subtitle);
            }

            json.WriteString("created", created.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
            json.WriteString("version", Version());
            WriteRuns(json, contents.Runs);
            if (contents.Reproduction is { } reproduction)
            {
                WriteReproduction(json, reproduction.Summary, reproduction.Folder);
            }

            if (contents.Sweep is { } sweep)
            {
                WriteSweep(json, sweep, contents.Runs);
            }

            json.WriteEndObject();
        }

        // These stand in JSON only within strings, where their codes mean the same: nothing can end the script element or begin a comment.
        return new StringBuilder(Encoding.UTF8.GetString(buffer.WrittenSpan))
            .Replace("<", "\\u003c").Replace(">", "\\u003e").Replace("&", "\\u0026").Replace("\u2028", "\\u2028").Replace("\u2029", "\\u2029").ToString();
    }

    /// <summary>Pixel columns of the curves: what a wide screen shows for a few runs, less where they are so many that each is small.</summary>
    private static int Pixels(int runs) => Math.Clamp(6000 / Math.Max(1, runs), 150, 1200);

    private static void WriteRuns(Utf8JsonWriter json, IReadOnlyList<string> folders)
    {
        string[] ids = RunNames.Of(folders);
        MetricsColumns[] columns = [.. folders.Select(folder => new MetricsColumns(RunFiles.Metrics(folder)).Follow())];
        json.WriteStartArray("runs");
        for (int i = 0; i < ids.Length; i++)
        {
            RunWriter.WriteDetails(json, ids[i], folders[i]);
        }

        json.WriteEndArray();
        json.WritePropertyName("quantities");
        CurveEndpoints.WriteQuantities(json);
        json.WriteStartObject("curves");
        string[] quantities = [.. Quantity.All.Select(quantity => quantity.Name)];
        json.WriteStartArray("iteration");
        for (int i = 0; i < ids.Length; i++)
        {
            CurveWriter.Write(json, ids[i], columns[i], new CurveRequest(quantities) { Pixels = Pixels(ids.Length) });
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteStartObject("axes");
        for (int i = 0; i < ids.Length; i++)
        {
            json.WritePropertyName(ids[i]);
            WriteAxes(json, columns[i].Table);
        }

        json.WriteEndObject();
        json.WriteStartObject("spectra");
        for (int i = 0; i < ids.Length; i++)
        {
            var run = RunEntry.Read(folders[i]);
            json.WritePropertyName(ids[i]);
            SpectrumWriter.Write(json, columns[i], SpectrumColumns, RunWriter.FlattestSharpness(run), run.Summary?.Outputs, run.Specification?.BinsOfDensity());
        }

        json.WriteEndObject();
    }

    /// <summary>What the other axes read at the iterations: curves against them would be the same numbers twice more.</summary>
    private static void WriteAxes(Utf8JsonWriter json, MetricsTable table)
    {
        int stride = Math.Max(1, (table.Lines + AxisPoints - 1) / AxisPoints);
        int[] lines = [.. Enumerable.Range(0, table.Lines).Where(line => line % stride == 0 || line == table.Lines - 1)];
        json.WriteStartObject();
        foreach ((string name, Column? column) in ((string, Column?)[])
            [("iteration", table.Find("iteration")), ("evaluations", table.Evaluations), ("seconds", table.Find("seconds"))])
        {
            // A file whose lines lack one of these has no such axis.
            bool whole = column?.Count == table.Lines;
            json.WriteNumbers(name, whole ? [.. lines.Select(line => column!.Values[line])] : []);
        }

        json.WriteEndObject();
    }

    private static void WriteReproduction(Utf8JsonWriter json, ReproductionSummary summary, string folder)
    {
        json.WriteStartObject("reproduction");
        json.WriteString("heading", summary.Heading);
        json.WriteString("title", summary.Title);
        json.WriteString("paper", summary.Paper);
        json.WriteString("about", summary.About);
        json.WriteString("numbering", ReproductionSummary.InWords(summary.Numbering));
        if (summary.Reduced is { } reduced)
        {
            json.WriteString("reduced", reduced);
        }

        json.WriteStartArray("claims");
        foreach (ClaimSummary claim in summary.Claims)
        {
            json.WriteStartObject();
            json.WriteString("outcome", Word(claim.Outcome));
            json.WriteString("theorem", claim.Theorem);
            json.WriteString("claim", claim.Claim);
            json.WriteString("source", claim.Source);
            WriteMeasured(json, claim.Measured, claim.UnmetHypothesis);
            json.WriteStartArray("trajectories");
            foreach (ClaimOnTrajectory one in claim.Trajectories)
            {
                json.WriteStartObject();
                json.WriteString("trajectory", one.Trajectory);
                json.WriteString("outcome", Word(one.Outcome));
                WriteMeasured(json, one.Measured, one.UnmetHypothesis);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("figures");
        foreach (PanelSummary panel in summary.Panels)
        {
            string? svg = panel.Svg is { } file ? Path.Combine(folder, Path.GetFileName(file)) : null;
            json.WriteStartObject();
            json.WriteString("caption", panel.Caption);
            json.WriteString("svg", svg is not null && File.Exists(svg) ? File.ReadAllText(svg) : string.Empty);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("grid");
        foreach (GridSummary field in summary.Grid)
        {
            json.WriteStartObject();
            json.WriteString("name", field.Name);
            WriteTexts(json, "values", field.Values);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("trajectories");
        foreach (TrajectorySummary one in summary.Trajectories)
        {
            json.WriteStartObject();
            json.WriteString("title", one.Title ?? one.Name);
            json.WriteString("outcome", one.Outcome);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        string experiment = Path.Combine(folder, "experiment.yaml");
        if (File.Exists(experiment))
        {
            json.WriteString("file", File.ReadAllText(experiment));
        }

        json.WriteEndObject();
    }

    private static void WriteSweep(Utf8JsonWriter json, SweepSummary sweep, IReadOnlyList<string> runs)
    {
        string[] ids = RunNames.Of(runs);
        json.WriteStartObject("sweep");
        json.WriteString("name", sweep.Name);
        WriteTexts(json, "varying", sweep.Varying);
        json.WriteStartArray("points");
        foreach (SweepPointSummary point in sweep.Points)
        {
            json.WriteStartObject();
            int place = Enumerable.Range(0, runs.Count).FirstOrDefault(i => Path.GetFullPath(runs[i]) == Path.GetFullPath(point.Folder), -1);
            if (place >= 0)
            {
                json.WriteString("id", ids[place]);
            }

            json.WriteString("status", point.State);
            if (point.Reason is { } reason)
            {
                json.WriteString("reason", reason);
            }

            foreach ((string field, string? value) in sweep.Varying.Zip(point.Values))
            {
                json.WriteString(field, value);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteMeasured(Utf8JsonWriter json, string measured, string? because)
    {
        json.WriteString("measured", measured);
        if (because is not null)
        {
            json.WriteString("because", because);
        }
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (string text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }

    private static string Word(Theory.VerdictOutcome outcome) => JsonNamingPolicy.SnakeCaseLower.ConvertName(outcome.ToString());

    private static string Version() => typeof(ReportData).Assembly.GetName().Version!.ToString(3);
}
