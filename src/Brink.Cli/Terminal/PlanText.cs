using System.Globalization;
using Brink.Experiments.Planning;
using Brink.Experiments.Sweeps;
using Spectre.Console;

namespace Brink.Cli.Terminal;

/// <summary>How a plan reads.</summary>
internal static class PlanText
{
    private static readonly Dictionary<Operation, string> s_words = new()
    {
        [Operation.Loss] = "loss",
        [Operation.LossAndGradient] = "loss and gradient",
        [Operation.FirstTrial] = "first trial",
        [Operation.Trial] = "further trial",
        [Operation.Gradient] = "gradient",
        [Operation.FirstProduct] = "first Hessian-vector product at a point",
        [Operation.Product] = "further product",
        [Operation.ThirdDerivatives] = "third derivatives",
        [Operation.Accuracy] = "accuracy",
        [Operation.Test] = "test",
    };

    /// <summary>Prints a run's plan.</summary>
    internal static void Print(RunPlan plan, TextWriter output)
    {
        RunCosts costs = plan.Costs;
        output.WriteLine($"{Quantity.Count(costs.Samples)} samples, {Quantity.Count(costs.Parameters)} parameters of {costs.ElementBytes} bytes, {Quantity.Count(costs.Iterations)} iterations; measured with {costs.Threads} {(costs.Threads == 1 ? "thread" : "threads")}");
        foreach (OperationCost cost in costs.Basics.Where(cost => cost.Operation != Operation.Accuracy))
        {
            output.WriteLine($"  {s_words[cost.Operation]}: {Time(cost.Seconds.PerSample)} a sample{(cost.Seconds.Fixed > 0 ? $" and {Time(cost.Seconds.Fixed)}" : string.Empty)}");
        }

        foreach (IterationPart part in costs.Parts)
        {
            string what = string.Join(", ", part.Operations.Where(one => one.Operation != Operation.Accuracy).Select(one => $"{Number(one.Count)} × {s_words[one.Operation]}"));
            output.WriteLine($"  {part.Name}{(part.Every > 1 ? $", every {part.Every} iterations" : string.Empty)}: {(what.Length > 0 ? what + ", " : string.Empty)}{Time(part.Rest)} beside");
        }

        if (plan.Wire is { } wire)
        {
            output.WriteLine($"  sums over ranks: {(wire.Wait > 0 ? $"{Time(wire.Wait)} after work, " : string.Empty)}{Time(wire.Latency)} a step of the ring, {Bytes(wire.Bandwidth)}/s{(plan.WireIsMeasured ? ", measured between two ranks on this machine" : string.Empty)}");
        }

        var table = new Table().Border(TableBorder.Simple).AddColumns(
            new TableColumn("ranks").RightAligned(), new TableColumn("samples a rank").RightAligned(), new TableColumn("s / iteration").RightAligned(), new TableColumn("of it sums").RightAligned(),
            new TableColumn("speed-up").RightAligned(), new TableColumn("efficiency").RightAligned(), new TableColumn("sent / iteration").RightAligned(),
            new TableColumn("memory a rank").RightAligned(), new TableColumn("run").RightAligned());
        foreach (RunForecast one in plan.Forecasts)
        {
            table.AddRow(
                $"{one.Ranks}", Quantity.Count(one.SamplesPerRank), Number(one.SecondsPerIteration), Quantity.Percent(one.SumSeconds / one.SecondsPerIteration),
                string.Create(CultureInfo.InvariantCulture, $"{one.SpeedUp:0.0#}×"), Quantity.Percent(one.Efficiency), Bytes(one.SentBytes), Bytes(one.PeakBytes), Quantity.Duration(one.RunSeconds));
        }

        IAnsiConsole console = ProgressDisplay.ConsoleOf(output);
        console.Profile.Width = Math.Max(console.Profile.Width, 130);
        console.Write(table);
        output.WriteLine($"a run's folder: {Bytes(costs.DiskBytes)}, of which metrics.jsonl {Bytes(costs.Lines.For(costs.Iterations))}");
    }

    /// <summary>Prints a sweep's plan.</summary>
    internal static void Print(SweepForecast forecast, SweepPlan sweep, TextWriter output)
    {
        output.WriteLine($"{sweep.File.Name}: {Quantity.Count(forecast.Runs)} runs of {forecast.Kinds} {(forecast.Kinds == 1 ? "kind" : "kinds")}");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {forecast.CoreSeconds / 3600:N2} core hours; {Quantity.Duration(forecast.Seconds)} on {forecast.Cores} cores"));
        output.WriteLine($"  the largest run holds {Bytes(forecast.PeakBytes)}; all folders {Bytes(forecast.DiskBytes)} in {Quantity.Count(forecast.Files)} files");
    }

    private static string Number(double value) => Quantity.Number(value);

    private static string Time(double seconds) => seconds switch
    {
        0 => "0 s",
        < 1e-6 => string.Create(CultureInfo.InvariantCulture, $"{seconds * 1e9:G3} ns"),
        < 1e-3 => string.Create(CultureInfo.InvariantCulture, $"{seconds * 1e6:G3} µs"),
        < 1 => string.Create(CultureInfo.InvariantCulture, $"{seconds * 1e3:G3} ms"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{seconds:G4} s"),
    };

    private static string Bytes(double bytes) => bytes switch
    {
        < 1e3 => string.Create(CultureInfo.InvariantCulture, $"{bytes:0} B"),
        < 1e6 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:G3} kB"),
        < 1e9 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.##} MB"),
        < 1e12 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.##} GB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e12:0.##} TB"),
    };
}
