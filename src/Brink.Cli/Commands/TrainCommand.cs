using System.CommandLine;
using Brink.Cli.CommandLine;
using Brink.Cli.Terminal;
using Brink.Experiments;

namespace Brink.Cli.Commands;

/// <summary><c>brink train</c>: one run, from the start.</summary>
internal static class TrainCommand
{
    /// <summary>Creates the command.</summary>
    /// <returns>The command.</returns>
    public static Command Create() => Create(new SpecificationOptions());

    /// <summary>What a command line asks for, as far as it can be told without doing it.</summary>
    /// <param name="arguments">What stands after <c>train</c>.</param>
    /// <returns>The specification; null where there is something wrong with it, which training then says.</returns>
    internal static Specification? Read(IReadOnlyList<string> arguments)
    {
        var fields = new SpecificationOptions();
        ParseResult parsed = Create(fields).Parse(arguments, BrinkCommandLine.Parser);
        try
        {
            return parsed.Errors.Count == 0 ? fields.Read(parsed) : null;
        }
        catch (BrinkException)
        {
            return null;
        }
    }

    private static DocumentedCommand Create(SpecificationOptions fields)
    {
        var quiet = new Option<bool>("--quiet", "-q") { Description = "Show only how the run ended" };
        var force = new Option<bool>("--force") { Description = "Replace a run that is in the folder already" };
        var save = new Option<string>("--save-spec") { Description = "Write the specification to this file and train nothing", HelpName = "file" };
        Option<bool> untilInputEnds = InputWatch.Option();
        var command = new DocumentedCommand(
            "train",
            "Train a network with step sizes that the method finds, and watch the sharpness. Every option is a field of the specification, and the reverse.",
            "brink train --data fashion-mnist --network mlp --method nls --iterations 500",
            "brink train spec.yaml --method nls-ub --out runs/bounded",
            "brink train --method nls --iterations 5000 --save-spec spec.yaml")
        { GroupOf = fields.GroupOf };
        fields.AddTo(command);
        command.Add(quiet);
        command.Add(force);
        command.Add(save);
        command.Add(untilInputEnds);
        command.SetWork((parsed, cancellation) =>
        {
            TextWriter output = parsed.InvocationConfiguration.Output;
            Specification specification = fields.Read(parsed);
            if (parsed.GetValue(save) is { } file)
            {
                specification.Validate();
                File.WriteAllText(file, specification.ToYaml());
                output.WriteLine($"wrote {file}; train it with: brink train {file}");
                return 0;
            }

            using InputWatch watch = new(parsed.GetValue(untilInputEnds), cancellation);
            using RunRanks? ranks = RunRanks.FromEnvironment(watch.Token);
            IRunObserver observer = RankObserver.For(ranks, output, parsed.GetValue(quiet), RunEnd.Title(specification));
            RunOutcome outcome = Trainer.Train(specification, observer, parsed.GetValue(force), ranks, watch.Token);
            if (!parsed.GetValue(quiet) && ranks is null or { IsOwner: true })
            {
                RunEnd.ShowFindings(outcome, output);
            }

            return RunEnd.ExitCode(outcome);
        });
        return command;
    }
}
