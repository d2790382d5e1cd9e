using System.CommandLine;
using System.Text;
using Brink.Cli.CommandLine;
using Brink.Cli.Terminal;
using Brink.Experiments;

namespace Brink.Cli.Commands;

/// <summary><c>brink runs</c>: lists, shows and compares the runs that lie in folders.</summary>
internal static class RunsCommand
{
    /// <summary>Creates the command.</summary>
    /// <returns>The command with its verbs.</returns>
    public static Command Create() => new DocumentedCommand(
        "runs",
        "List, show, compare and tag runs.",
        "brink runs list --where 'method = nls and final_loss < 0.01' --sort final_loss",
        "brink runs compare runs/a runs/b")
    {
        CreateList(),
        CreateShow(),
        CreateCompare(),
        CreateTag(),
    };

    private static DocumentedCommand CreateList() => CreateTable(
        "list",
        "List the runs below a folder.",
        RunTable.List,
        "brink runs list",
        "brink runs list runs --where 'method = nls and final_loss < 0.01' --sort final_loss",
        "brink runs list --where 'status = broken or status = killed'",
        "brink runs list --where 'tags ~ paper'",
        "brink runs list --json | jq '.[].final_loss'");

    private static DocumentedCommand CreateCompare() => CreateTable(
        "compare",
        "Compare runs: the settings in which they differ, and how they went. brink report shows their curves.",
        RunTable.Compare,
        "brink runs compare runs/a runs/b",
        "brink runs compare --where 'data = cifar10' --sort 'test_accuracy desc'");

    private static DocumentedCommand CreateTable(
        string name, string description, Func<IReadOnlyList<RunEntry>, RunTable> make, params string[] examples)
    {
        RunSelection selection = new();
        Option<bool> json = JsonText.Option();
        DocumentedCommand command = new(name, description, examples);
        selection.AddTo(command);
        command.Add(json);
        command.SetAction(parsed =>
        {
            RunTable table = make(selection.Read(parsed));
            TextWriter output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
            {
                output.Write(RunsJson.Of(table));
                return 0;
            }

            if (table.Runs.Count == 0)
            {
                output.WriteLine("no runs");
                return 0;
            }

            RunTableText.Write(table, output);
            foreach (RunEntry broken in table.Runs.Where(run => run.Problem is not null))
            {
                output.WriteLine($"broken: {broken.Problem}");
            }

            return 0;
        });
        return command;
    }

    private static DocumentedCommand CreateShow()
    {
        Argument<string> folder = new("run") { Description = "Run folder" };
        Option<bool> json = JsonText.Option();
        DocumentedCommand command = new(
            "show",
            "Show one run: how it stands, how it went, and its specification.",
            "brink runs show runs/a",
            "brink runs show runs/a --json | jq .specification.method")
        {
            folder,
            json,
        };
        command.SetAction(parsed =>
        {
            string path = parsed.GetRequiredValue(folder);
            RunRecord.ReadSpecification(path); // one line for a folder that is none, or is broken
            RunEntry run = RunEntry.Read(path);
            parsed.InvocationConfiguration.Output.Write(parsed.GetValue(json) ? RunsJson.Of(run) : Text(run));
            return 0;
        });
        return command;
    }

    private static DocumentedCommand CreateTag()
    {
        Argument<string[]> folders = new("run") { Description = "Run folders", Arity = ArgumentArity.OneOrMore };
        Option<string[]> add = new("--add") { Description = "Tags to give", AllowMultipleArgumentsPerToken = true, HelpName = "tag" };
        Option<string[]> remove = new("--remove") { Description = "Tags to take away", AllowMultipleArgumentsPerToken = true, HelpName = "tag" };
        DocumentedCommand command = new(
            "tag",
            "Give runs tags, by which lists can be filtered; without an option, show the tags they have.",
            "brink runs tag runs/a runs/b --add paper",
            "brink runs tag runs/a --remove paper --add 'figure 3'")
        {
            folders,
            add,
            remove,
        };
        command.SetAction(parsed =>
        {
            string[] given = parsed.GetValue(add) ?? [];
            string[] taken = parsed.GetValue(remove) ?? [];
            foreach (string folder in parsed.GetRequiredValue(folders))
            {
                RunRecord.ReadSpecification(folder); // one line for a folder that is none, or is broken
                IReadOnlyList<string> tags = RunTags.Read(folder);
                if (given.Length + taken.Length > 0)
                {
                    RunTags.Write(folder, tags.Except(taken).Union(given));
                    tags = RunTags.Read(folder);
                }

                parsed.InvocationConfiguration.Output.WriteLine($"{folder}: {(tags.Count == 0 ? "no tags" : string.Join(", ", tags))}");
            }

            return 0;
        });
        return command;
    }

    private static string Text(RunEntry run)
    {
        StringBuilder text = new();
        List<(string Name, string Value)> rows = [("run", run.Path)];
        if (run.Problem is not null)
        {
            rows.Add(("problem", run.Problem));
        }

        foreach (RunField field in RunField.All.Where(f => SpecificationFields.Find(f.Name) is null && f.Name != "run"))
        {
            if (field.TextOf(run) is not null)
            {
                rows.Add((field.Name, RunTable.Show(field, run)));
            }
        }

        int width = rows.Max(row => row.Name.Length);
        foreach ((string name, string value) in rows)
        {
            text.Append(name.PadRight(width)).Append("  ").Append(value).Append('\n');
        }

        using StringWriter verdicts = new() { NewLine = "\n" };
        VerdictText.Write(verdicts, StepVerdicts.OfRun(run.Path, run.Specification!));
        text.Append(verdicts.ToString() is { Length: > 0 } written ? "\n" + written : string.Empty);
        return text.Append('\n').Append(run.Specification!.ToYaml()).ToString();
    }
}
