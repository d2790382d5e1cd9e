using System.CommandLine;
using Brink.Cli.CommandLine;
using Brink.Cli.Terminal;
using Brink.Data;
using Spectre.Console;

namespace Brink.Cli.Commands;

/// <summary><c>brink data</c>: which data sets there are, and fetching and checking them.</summary>
internal static class DataCommand
{
    /// <summary>Creates the command.</summary>
    /// <returns>The command with its verbs.</returns>
    public static Command Create() => new DocumentedCommand(
        "data",
        "List, fetch and verify the data sets.",
        "brink data list",
        "brink data get cifar10")
    {
        CreateList(),
        CreateGet(),
        CreateVerify(),
    };

    private static Option<string> Root() =>
        new("--data-dir") { Description = "Where data sets lie (default: BRINK_DATA, or ~/.local/share/brink)", HelpName = "dir" };

    private static Option<string> From() =>
        new("--from") { Description = "A folder that holds the official files", HelpName = "dir" };

    private static DocumentedCommand CreateList()
    {
        Option<string> root = Root();
        Option<bool> json = JsonText.Option();
        var command = new DocumentedCommand("list", "Show the data sets and where they are.", "brink data list --json") { root, json };
        command.SetWork((parsed, _) =>
        {
            IReadOnlyList<DataSetState> states = new DataStore(parsed.GetValue(root)).List();
            TextWriter output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
            {
                JsonText.Write(output, states.Select(Describe));
                return 0;
            }

            var table = new Table().Border(TableBorder.Simple).AddColumns("data", "images", "classes", "state", "size", "where");
            foreach (DataSetState state in states)
            {
                ImageSetTraits traits = state.Definition.Traits;
                table.AddRow(
                    state.Definition.Name,
                    $"{traits.Channels}×{traits.Height}×{traits.Width}",
                    $"{traits.Classes}",
                    StateName(state),
                    state.Bytes > 0 ? $"{state.Bytes / 1e6:F1} MB" : "–",
                    Markup.Escape(state.Location ?? "brink data get " + state.Definition.Name));
            }

            ProgressDisplay.ConsoleOf(output).Write(table);
            return 0;
        });
        return command;
    }

    private static DocumentedCommand CreateGet()
    {
        Argument<string> name = new("name") { Description = "The data set" };
        Option<string> root = Root();
        Option<string> from = From();
        var command = new DocumentedCommand(
            "get",
            "Fetch a data set from its mirrors, or take it from a folder. An interrupted download goes on where it stopped.",
            "brink data get cifar10",
            "brink data get mnist --from ~/downloads")
        { name, root, from };
        command.SetWork((parsed, cancellation) =>
        {
            TextWriter output = parsed.InvocationConfiguration.Output;
            var progress = new DownloadLines(output);
            DataSetState state = new DataStore(parsed.GetValue(root))
                .GetAsync(parsed.GetRequiredValue(name), parsed.GetValue(from), progress, cancellation).GetAwaiter().GetResult();
            progress.End();
            output.WriteLine($"{state.Definition.Name}: {StateName(state)}, {state.Bytes / 1e6:F1} MB in {state.Location}");
            return 0;
        });
        return command;
    }

    private static DocumentedCommand CreateVerify()
    {
        Argument<string> name = new("name") { Description = "The data set" };
        Option<string> root = Root();
        Option<string> from = From();
        Option<bool> json = JsonText.Option();
        var command = new DocumentedCommand("verify", "Check the files of a data set against their published checksums.", "brink data verify cifar10") { name, root, from, json };
        command.SetWork((parsed, cancellation) =>
        {
            IReadOnlyList<FileVerification> files = new DataStore(parsed.GetValue(root))
                .VerifyAsync(parsed.GetRequiredValue(name), parsed.GetValue(from), cancellation).GetAwaiter().GetResult();
            TextWriter output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
            {
                JsonText.Write(output, files);
            }
            else
            {
                foreach (FileVerification file in files)
                {
                    output.WriteLine($"{file.File.Name}: {file.Problem ?? "as published"}");
                }
            }

            int broken = files.Count(file => file.Problem is not null);
            return broken == 0 ? 0 : throw new BrinkException($"{broken} of {files.Count} files of {parsed.GetRequiredValue(name)} are not as published; fetch them with 'brink data get'");
        });
        return command;
    }

    private static string StateName(DataSetState state) => state.Presence.ToString().ToLowerInvariant();

    private static object Describe(DataSetState state) => new
    {
        state.Definition.Name,
        state.Definition.Traits.Classes,
        Shape = new[] { state.Definition.Traits.Channels, state.Definition.Traits.Height, state.Definition.Traits.Width },
        State = StateName(state),
        state.Location,
        state.Bytes,
        state.Missing,
    };

    /// <summary>Tells of a download: what the mirrors say, and how far it is, every two seconds or so.</summary>
    private sealed class DownloadLines(TextWriter output) : IProgress<DownloadProgress>
    {
        private readonly bool _live = ProgressDisplay.IsLive(ProgressDisplay.ConsoleOf(output));
        private readonly Lock _gate = new();
        private DateTime _next = DateTime.MinValue;
        private bool _open;

        public void Report(DownloadProgress value)
        {
            lock (_gate)
            {
                if (value.Notice is { } notice)
                {
                    End();
                    output.WriteLine(notice);
                    return;
                }

                if (DateTime.UtcNow < _next)
                {
                    return;
                }

                _next = DateTime.UtcNow.AddSeconds(_live ? 0.2 : 2);
                string share = value.Total is > 0 ? $" ({100.0 * value.Bytes / value.Total:F0} %)" : string.Empty;
                string line = $"{value.File}: {value.Bytes / 1e6:F1} MB{share} from {value.Source}";
                output.Write(_live ? $"\r\u001b[K{line}" : line + Environment.NewLine);
                _open = _live;
            }
        }

        internal void End()
        {
            if (_open)
            {
                output.WriteLine();
                _open = false;
            }
        }
    }
}
