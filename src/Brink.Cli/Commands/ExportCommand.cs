using System.CommandLine;
using System.Text;
using Brink.Cli.CommandLine;
using Brink.Experiments;
using Brink.Experiments.TensorBoard;

namespace Brink.Cli.Commands;

/// <summary><c>brink export</c>: the metrics of runs as one flat table.</summary>
internal static class ExportCommand
{
    /// <summary>Creates the command.</summary>
    /// <returns>The command.</returns>
    public static Command Create()
    {
        RunSelection selection = new();
        Option<bool> csv = new("--csv") { Description = "Comma-separated values (the default)" };
        Option<bool> json = new("--json") { Description = "One JSON array with an object a row" };
        Option<string?> tensorBoard = new("--tensorboard") { Description = "Write event files for TensorBoard to this folder instead, a folder a run", HelpName = "dir" };
        Option<string?> target = new("--output") { Description = "File to write instead of the standard output", HelpName = "file" };
        DocumentedCommand command = new(
            "export",
            "Export the metrics of runs as one table, each row with its run's whole specification. docs/run-format.md describes the columns.",
            "brink export runs/a --csv > a.csv",
            "brink export runs --where 'method = nls' --json --output nls.json",
            "brink export runs/quickstart --tensorboard logs  # then: tensorboard --logdir logs");
        selection.AddTo(command);
        command.Add(csv);
        command.Add(json);
        command.Add(target);
        command.Add(tensorBoard);
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(csv) && parsed.GetValue(json))
            {
                throw new BrinkException("--csv and --json exclude each other; choose one");
            }

            if (parsed.GetValue(tensorBoard) is not null && (parsed.GetValue(csv) || parsed.GetValue(json) || parsed.GetValue(target) is not null))
            {
                throw new BrinkException("--tensorboard writes files of its own and does not go with --csv, --json and --output; choose one");
            }

            IReadOnlyList<RunEntry> runs = selection.Read(parsed);
            foreach (RunEntry broken in runs.Where(run => run.Specification is null))
            {
                parsed.InvocationConfiguration.Error.WriteLine($"brink: left out: {broken.Problem}");
            }

            if (parsed.GetValue(tensorBoard) is { } folder)
            {
                int count = EventExport.Write(runs, folder);
                parsed.InvocationConfiguration.Output.WriteLine($"{count} {(count == 1 ? "run" : "runs")} in {folder}; look at them with: tensorboard --logdir {folder}");
                return 0;
            }

            if (parsed.GetValue(target) is not { } path)
            {
                Write(runs, parsed.GetValue(json), parsed.InvocationConfiguration.Output);
                return 0;
            }

            using StreamWriter file = new(path, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
            Write(runs, parsed.GetValue(json), file);
            return 0;
        });
        return command;
    }

    private static void Write(IReadOnlyList<RunEntry> runs, bool json, TextWriter output)
    {
        if (json)
        {
            RunExport.WriteJson(runs, output);
        }
        else
        {
            RunExport.WriteCsv(runs, output);
        }
    }
}
