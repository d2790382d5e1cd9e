using System.CommandLine;
using System.Globalization;
using Brink.Cli.CommandLine;
using Brink.Cli.Terminal;
using Brink.Experiments;
using Brink.Experiments.Planning;
using Brink.Experiments.Sweeps;

namespace Brink.Cli.Commands;

/// <summary><c>brink plan</c>: what a run or a sweep will take, from a short measurement.</summary>
internal static class PlanCommand
{
    private const double Micro = 1e-6;
    private const double Giga = 1e9;

    /// <summary>Creates the command.</summary>
    /// <returns>The command.</returns>
    public static Command Create()
    {
        var fields = new SpecificationOptions();
        var ranks = new Option<string>("--ranks") { Description = "Numbers of ranks to plan for", DefaultValueFactory = _ => "1", HelpName = "n,n,…" };
        var perMachine = new Option<int>("--per-machine") { Description = "Ranks that share a machine like this one, and its cores", DefaultValueFactory = _ => 1, HelpName = "n" };
        var latency = new Option<double?>("--latency") { Description = "Microseconds that a step of a sum over ranks takes (default: measured between two processes here)", HelpName = "µs" };
        var bandwidth = new Option<double?>("--bandwidth") { Description = "Gigabytes a second between ranks (default: measured between two processes here)", HelpName = "GB/s" };
        var trials = new Option<double?>("--trials") { Description = "Trial steps of an iteration, on average (default: those of the first iterations)", HelpName = "x" };
        var iterations = new Option<int>("--probe-iterations") { Description = "Iterations that are timed", DefaultValueFactory = _ => 10, HelpName = "n" };
        var seconds = new Option<double>("--probe-seconds") { Description = "Seconds that the larger of the two measurements may take; beyond them it is made on fewer samples", DefaultValueFactory = _ => 30, HelpName = "s" };
        var cores = new Option<int>("--cores") { Description = "Cores that a sweep has", DefaultValueFactory = _ => Environment.ProcessorCount, HelpName = "n" };
        Option<bool> json = JsonText.Option();
        var command = new DocumentedCommand(
            "plan",
            "Predict what a run takes on some ranks (seconds and bytes on the wire an iteration, memory of a rank, the whole run), or what a sweep does, from its first iterations at two numbers of samples on this machine.",
            "brink plan spec.yaml --ranks 1,8,64",
            "brink plan --data cifar10 --network cnn --method nls --ranks 1,2 --per-machine 2",
            "brink plan spec.yaml --ranks 8,64 --latency 5 --bandwidth 12.5  # a cluster's network",
            "brink plan sweep.yaml --cores 512")
        { GroupOf = fields.GroupOf };
        fields.AddTo(command);
        foreach (Option option in new Option[] { ranks, perMachine, latency, bandwidth, trials, iterations, seconds, cores, json })
        {
            command.Add(option);
        }

        command.SetWork((parsed, cancellation) =>
        {
            TextWriter output = parsed.InvocationConfiguration.Output;
            bool asJson = parsed.GetValue(json);
            TextWriter words = asJson ? parsed.InvocationConfiguration.Error : output;
            var request = new PlanRequest
            {
                Ranks = RanksIn(parsed.GetRequiredValue(ranks)),
                PerMachine = AtLeast(parsed.GetValue(perMachine), 1, "--per-machine"),
                Latency = NotNegative(parsed.GetValue(latency), "--latency", "microseconds") * Micro,
                Bandwidth = Above(parsed.GetValue(bandwidth), "--bandwidth", "gigabytes a second") * Giga,
                Trials = parsed.GetValue(trials) is not < 1 and var mean ? mean : throw new BrinkException("--trials must be at least 1: an iteration tries one step or more"),
                Iterations = AtLeast(parsed.GetValue(iterations), 1, "--probe-iterations"),
                Seconds = Above(parsed.GetValue(seconds), "--probe-seconds", "seconds")!.Value,
            };
            if (parsed.GetValue(fields.File) is { } path && SweepIn(path) is { } sweep)
            {
                RefuseForSweeps(parsed, fields, [ranks, perMachine, latency, bandwidth]);
                SweepForecast forecast = SweepForecast.Of(sweep.Points, AtLeast(parsed.GetValue(cores), 1, "--cores"), (point, k, kinds) =>
                {
                    cancellation.ThrowIfCancellationRequested();
                    words.WriteLine(kinds == 1 ? $"measuring {point.Name}" : $"measuring {point.Name} ({k + 1} of {kinds} kinds of run)");
                    return RunPlan.Make(point.Specification, request, words.WriteLine).Costs;
                });
                Show(forecast, () => PlanText.Print(forecast, sweep, output));
                return 0;
            }

            RunPlan plan = RunPlan.Make(fields.Read(parsed), request, words.WriteLine);
            Show(plan, () => PlanText.Print(plan, output));
            return 0;

            void Show(object value, Action print)
            {
                if (asJson)
                {
                    JsonText.Write(output, value);
                }
                else
                {
                    print();
                }
            }
        });
        return command;
    }

    /// <summary>The sweep in a file; null where the file holds one specification, or nothing that can be read as a sweep.</summary>
    private static SweepPlan? SweepIn(string path)
    {
        if (!File.Exists(path) || path.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        SweepFile file;
        try
        {
            file = SweepFile.Read(path);
        }
        catch (BrinkException) when (IsSpecification(path))
        {
            return null;
        }

        if (!file.Varies)
        {
            return null;
        }

        // One thread where nothing is said, as brink sweep has it.
        return SweepPlan.Of(file.Gives("threads") ? file : file.With("threads", "1", "--threads"));
    }

    private static bool IsSpecification(string path)
    {
        try
        {
            Specification.ReaderOf(path);
            return true;
        }
        catch (BrinkException)
        {
            return false;
        }
    }

    private static void RefuseForSweeps(ParseResult parsed, SpecificationOptions fields, IEnumerable<Option> others)
    {
        if (fields.Options.Concat(others).FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false }) is { } given)
        {
            throw new BrinkException($"{given.Name} does not go with a sweep, whose file says what each run is; each is planned on one rank");
        }
    }

    private static int[] RanksIn(string text)
    {
        int[] ranks = [.. text.Split(',').Select(part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 0)];
        return ranks.All(number => number >= 1) ? [.. ranks.Distinct()] : throw new BrinkException($"--ranks must be whole numbers of at least 1, such as 1,8,64, not '{text}'");
    }

    private static int AtLeast(int value, int least, string option) =>
        value >= least ? value : throw new BrinkException($"{option} is {value}; it must be at least {least}");

    private static double? NotNegative(double? value, string option, string unit) =>
        value is null or (>= 0 and < double.PositiveInfinity) ? value : throw new BrinkException(string.Create(CultureInfo.InvariantCulture, $"{option} is {value}; it must be a number of {unit} of at least 0"));

    private static double? Above(double? value, string option, string unit) =>
        value is null or (> 0 and < double.PositiveInfinity) ? value : throw new BrinkException(string.Create(CultureInfo.InvariantCulture, $"{option} is {value}; it must be a number of {unit} above 0"));
}
