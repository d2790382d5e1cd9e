using System.CommandLine;
using Brink.Cli.Figures;
using Brink.Cli.Terminal;
using Brink.Experiments;
using Brink.Theory;

namespace Brink.Cli.Commands.Theory;

/// <summary>What the theory commands share: where results go, and how verdicts look.</summary>
internal sealed class TheoryOutput
{
    private readonly Option<string> _out = new("--out") { Description = "Folder for spec.json, metrics.jsonl and summary.json; nothing is stored without it", HelpName = "folder" };
    private readonly Option<string> _csv = new("--csv") { Description = "Write the lines of metrics.jsonl to this file as CSV too", HelpName = "file" };
    private readonly Option<string> _figure = new("--figure") { Description = "Draw the curves as SVG, PNG and PDF under this name, given without an ending; needs gnuplot", HelpName = "path" };
    private readonly Option<bool> _force = new("--force") { Description = "Replace results of a theory command that are in the folder already" };
    private readonly Option<bool> _json = JsonText.Option();

    /// <summary>Adds the options.</summary>
    /// <param name="command">The command.</param>
    internal void AddTo(Command command)
    {
        command.Add(_out);
        command.Add(_csv);
        command.Add(_figure);
        command.Add(_force);
        command.Add(_json);
    }

    /// <summary>Stores and prints results.</summary>
    /// <typeparam name="TLine">The type of a line.</typeparam>
    /// <param name="parsed">The command line.</param>
    /// <param name="theory">The model's name.</param>
    /// <param name="specification">What decides the results.</param>
    /// <param name="lines">The lines of metrics.jsonl.</param>
    /// <param name="summary">What summary.json holds and <c>--json</c> prints.</param>
    /// <param name="print">Prints the summary for people; the verdicts follow.</param>
    /// <param name="verdicts">The verdict table.</param>
    /// <param name="draw">The figure, made only where one is asked for.</param>
    /// <param name="map">A map that is drawn beside it, as NAME-map; null for none.</param>
    internal void Write<TLine>(
        ParseResult parsed, string theory, object specification, IEnumerable<TLine> lines, object summary,
        Action<TextWriter> print, IReadOnlyList<Verdict> verdicts, Func<Figure> draw,
        Func<Figure>? map = null)
        where TLine : notnull
    {
        TextWriter output = parsed.InvocationConfiguration.Output;
        string? folder = parsed.GetValue(_out);
        if (folder is not null)
        {
            using var results = TheoryFolder.Create(folder, theory, specification, parsed.GetValue(_force));
            foreach (TLine line in lines)
            {
                results.Append(line);
            }

            results.Finish(summary);
        }

        if (parsed.GetValue(_csv) is { } file)
        {
            using StreamWriter csv = new(file) { NewLine = "\n" };
            LinesAsCsv.Write(csv, lines);
        }

        IReadOnlyList<string> pictures = parsed.GetValue(_figure) is { } name
            ? [.. Gnuplot.Draw(draw(), name, "svg", "png", "pdf"), .. map is null ? [] : Gnuplot.Draw(map(), $"{name}-map", "svg", "png", "pdf")]
            : [];
        if (parsed.GetValue(_json))
        {
            JsonText.Write(output, summary);
            return;
        }

        print(output);
        output.WriteLine();
        VerdictText.Write(output, verdicts);
        if (folder is not null || pictures.Count > 0)
        {
            output.WriteLine();
            output.WriteLine($"written to {string.Join(", ", pictures.Prepend(folder).OfType<string>())}");
        }
    }
}
