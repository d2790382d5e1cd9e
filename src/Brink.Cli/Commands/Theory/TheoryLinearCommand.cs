using System.CommandLine;
using Brink.Cli.CommandLine;
using Brink.Cli.Figures;
using Brink.Cli.Terminal;
using Brink.Theory;

namespace Brink.Cli.Commands.Theory;

/// <summary><c>brink theory linear</c>: linear networks and steps that are too large.</summary>
internal static class TheoryLinearCommand
{
    /// <summary>Creates the command.</summary>
    /// <returns>The command.</returns>
    public static Command Create()
    {
        var widths = new Option<string>("--widths") { Description = "d₀,d₁,…,d_L", DefaultValueFactory = _ => "1,1,1", HelpName = "d0,d1,…" };
        var target = new Option<string>("--target") { Description = "Y, rows set apart by semicolons, as in '1,0;0,2'", DefaultValueFactory = _ => "1", HelpName = "Y" };
        var inputs = new Option<string>("--inputs") { Description = "X, in the same form; the identity without it", HelpName = "X" };
        var perSample = new Option<bool>("--per-sample") { Description = "Divide the loss by N" };
        Option<double> from = TheoryOptions.Number("--eta-from", 0.1, "Smallest η");
        Option<double> to = TheoryOptions.Number("--eta-to", 1.5, "Largest η");
        Option<int> etas = TheoryOptions.Whole("--etas", 50, "How many η, evenly spread");
        Option<int> starts = TheoryOptions.Whole("--starts", 1000, "Random starts, the same for every η");
        Option<double> deviation = TheoryOptions.Number("--deviation", 1, "Standard deviation of the starts");
        Option<int> iterations = TheoryOptions.Whole("--iterations", 2000, "Most steps from a start");
        Option<int> samples = TheoryOptions.Whole("--samples", 50, "Random minimisers, and random points an η for det(I − ηH)");
        Option<int> seed = TheoryOptions.Whole("--seed", 0, "Fixes everything random; 0 or above");
        TheoryOutput results = new();
        var command = new DocumentedCommand(
            "linear",
            "Gradient descent on ½‖W_L⋯W₁X − Y‖² (Crăciun and Ghoshdastidar, arXiv 2402.13108): the flattest minimiser, the critical step η_c = 2/λ₁ there, and the part of random starts from which descent converges, against η.",
            "brink theory linear --widths 1,1,1 --target 1 --eta-from 0.1 --eta-to 1.5 --etas 50 --starts 1000 --json",
            "brink theory linear --widths 2,2,2 --target '1,0;0,2' --eta-to 0.8 --out runs/linear")
        { widths, target, inputs, perSample, from, to, etas, starts, deviation, iterations, samples, seed };
        results.AddTo(command);
        command.SetWork((parsed, cancellation) =>
        {
            int count = parsed.GetValue(etas);
            double low = parsed.GetValue(from);
            double high = parsed.GetValue(to);
            if (count < 1 || !(low >= 0) || !(high >= low) || !double.IsFinite(high) || parsed.GetValue(seed) < 0)
            {
                throw new BrinkException($"--etas must be at least 1, 0 ≤ --eta-from ≤ --eta-to and --seed 0 or above; they are {count}, {low}, {high} and {parsed.GetValue(seed)}");
            }

            double[,] y = TheoryOptions.Matrix("--target", parsed.GetValue(target)!);
            double[,] x = parsed.GetValue(inputs) is { } given ? TheoryOptions.Matrix("--inputs", given) : LinearNetwork.IdentityInputs(y.GetLength(1));
            int[] shape = TheoryOptions.Wholes("--widths", parsed.GetValue(widths)!);
            var network = new LinearNetwork(shape, x, y, parsed.GetValue(perSample));
            var options = new LinearStudyOptions(
                [.. Enumerable.Range(0, count).Select(i => count == 1 ? low : low + ((high - low) * i / (count - 1)))],
                parsed.GetValue(starts), parsed.GetValue(deviation), parsed.GetValue(iterations), parsed.GetValue(samples), (ulong)parsed.GetValue(seed));
            LinearStudy study = LinearStudy.Run(network, options, cancellation);
            var summary = new LinearSummary(
                "finished", study.ClosedFormSharpness, study.Flattest?.Sharpness, study.Flattest?.Weights, study.CriticalStep, study.Ranks, study.BalancedRank,
                study.Dimension, study.SmallestFactor, study.StableSet.Count, study.StableSet.Largest, study.StableBound, study.Lines, study.Verdicts);
            var specification = new LinearSpecification(
                shape, Rows(x), Rows(y), parsed.GetValue(perSample), low, high, count, options.Starts, options.Deviation, options.Iterations, options.Samples, parsed.GetValue(seed));
            results.Write(parsed, "linear", specification, study.Lines, summary, output => Print(output, study), study.Verdicts, () => Draw(study));
            return 0;
        });
        return command;
    }

    private static void Print(TextWriter output, LinearStudy study)
    {
        output.WriteLine($"smallest λ₁ over the minimisers: {study.ClosedFormSharpness?.ToString("G7") ?? Quantity.Absent} in closed form, {study.Flattest?.Sharpness.ToString("G7") ?? Quantity.Absent} by Riemannian descent; η_c = {study.CriticalStep?.ToString("G7") ?? Quantity.Absent}");
        output.WriteLine($"{"η",10}{"converged",12}{"diverged",12}{"median ‖g‖",14}");
        foreach (LinearSweepLine line in study.Lines)
        {
            output.WriteLine($"{line.Eta,10:G4}{Quantity.Percent(line.FractionConverged),12}{Quantity.Percent(line.FractionDiverged),12}{Quantity.Number(line.MedianGradientNorm),14}");
        }
    }

    private static Figure Draw(LinearStudy study)
    {
        double[] etas = [.. study.Lines.Select(line => line.Eta)];
        return new Figure(new FigureAxis("η"), new FigureAxis("part of the starts"))
        {
            Curves =
            [
                new FigureCurve("converged", etas, [.. study.Lines.Select(line => line.FractionConverged)]),
                new FigureCurve("diverged", etas, [.. study.Lines.Select(line => line.FractionDiverged)]),
                new FigureCurve("median gradient norm of the rest", etas, [.. study.Lines.Select(line => line.MedianGradientNorm ?? double.NaN)]) { Dashed = true },
            ],
            Thresholds = study.CriticalStep is { } critical ? [new FigureThreshold(critical, "critical step", Vertical: true)] : [],
        };
    }

    private static double[][] Rows(double[,] matrix) =>
        [.. Enumerable.Range(0, matrix.GetLength(0)).Select(i => Enumerable.Range(0, matrix.GetLength(1)).Select(j => matrix[i, j]).ToArray())];
}

/// <summary>Everything that decides a study of a linear network.</summary>
internal sealed record LinearSpecification(
    int[] Widths, double[][] Inputs, double[][] Target, bool PerSample, double EtaFrom, double EtaTo, int Etas, int Starts, double Deviation, int Iterations,
    int Samples, int Seed);

/// <summary>What summary.json holds.</summary>
internal sealed record LinearSummary(
    string Status, double? FlattestSharpnessClosedForm, double? FlattestSharpness, double[]? FlattestWeights, double? CriticalStep,
    IReadOnlyDictionary<int, int> Ranks, int? BalancedRank, int? Dimension, double SmallestFactor, int StableSamples, double LargestStableParameter,
    double? StableBound, IReadOnlyList<LinearSweepLine> Sweep, IReadOnlyList<Verdict> Verdicts);
