using System.CommandLine;
using System.Text.Json.Serialization;
using Brink.Cli.CommandLine;
using Brink.Cli.Figures;
using Brink.Cli.Terminal;
using Brink.Experiments;
using Brink.Theory;

namespace Brink.Cli.Commands.Theory;

/// <summary><c>brink theory squared-regression</c>: regression with squared parameters.</summary>
internal static class TheorySquaredRegressionCommand
{
    /// <summary>Creates the command.</summary>
    /// <returns>The command.</returns>
    public static Command Create()
    {
        Option<int> dimension = TheoryOptions.Whole("--dimension", 5, "d, features of random data");
        Option<int> samples = TheoryOptions.Whole("--samples", 2, "N ≤ d, samples of random data");
        Option<int> seed = TheoryOptions.Whole("--seed", 0, "Fixes the random data and start; 0 or above");
        var data = new Option<string>("--data") { Description = "Data instead of random ones: a file of comma-separated numbers, a sample a line, its target last", HelpName = "file" };
        var u = new Option<string>("--u") { Description = "u at the start, d numbers; random in (0.3, 1.5) without it", HelpName = "u1,u2,…" };
        var v = new Option<string>("--v") { Description = "v at the start, d numbers; random in (0.3, 1.5) without it", HelpName = "v1,v2,…" };
        var eta = new Option<double?>("--eta") { Description = "Step size η; without it that with φ₀η = 2.4", HelpName = "x" };
        Option<int> iterations = TheoryOptions.Whole("--iterations", 500, "Steps to take");
        TheoryOutput results = new();
        var command = new DocumentedCommand(
            "squared-regression",
            "Gradient descent on f(u, v) = mean of ½((u∘u − v∘v)ᵀx − y)² (Kreisler et al., arXiv 2305.13064), with the sharpness φ at the end of the gradient flow at every step, through its convex dual.",
            "brink theory squared-regression --dimension 5 --samples 2 --iterations 500",
            "brink theory squared-regression --data points.csv --u 1,1,1 --v 0.5,0.5,0.5 --eta 0.1 --out runs/squared")
        { dimension, samples, seed, data, u, v, eta, iterations };
        results.AddTo(command);
        command.SetWork((parsed, cancellation) =>
        {
            if (parsed.GetValue(seed) < 0 || parsed.GetValue(iterations) < 0 || parsed.GetValue(dimension) < 1 || parsed.GetValue(samples) < 1)
            {
                throw new BrinkException("--seed and --iterations must be 0 or above, --dimension and --samples at least 1");
            }

            (double[,] x, double[] y) = parsed.GetValue(data) is { } file
                ? SquaredDescent.Split(NumberText.MatrixFile(file))
                : SquaredDescent.RandomData(parsed.GetValue(samples), parsed.GetValue(dimension), (ulong)parsed.GetValue(seed));
            int features = x.GetLength(1);
            double[] random = SquaredDescent.RandomStart(features, (ulong)parsed.GetValue(seed));
            double[] startU = parsed.GetValue(u) is { } givenU ? TheoryOptions.Numbers("--u", givenU) : random[..features];
            double[] startV = parsed.GetValue(v) is { } givenV ? TheoryOptions.Numbers("--v", givenV) : random[features..];
            if (startU.Length != features || startV.Length != features)
            {
                throw new BrinkException($"u has {startU.Length} numbers and v {startV.Length}; the data have {features} features");
            }

            var model = new SquaredRegression(x, y);
            double[] start = [.. startU, .. startV];
            double step = parsed.GetValue(eta) ?? (2.4 / model.FlowLimitSharpness(start));
            var descent = new SquaredDescent(model, step);
            List<SquaredPoint> points = [];
            foreach (SquaredPoint point in descent.Run(start, parsed.GetValue(iterations)))
            {
                cancellation.ThrowIfCancellationRequested();
                points.Add(point);
            }

            IReadOnlyList<Verdict> verdicts = descent.Verdicts(points);
            double? first = points[0].GfsSharpness * step;
            double? last = points[^1].GfsSharpness * step;
            var summary = new SquaredSummary(
                points[^1].IsFinite ? "finished" : "diverged", points[^1].Iteration, first, last, SquaredDescent.LargestRise(points), points[^1].Loss, verdicts);
            double[][] rows = [.. Enumerable.Range(0, y.Length).Select(n => Enumerable.Range(0, features).Select(i => x[n, i]).ToArray())];
            results.Write(
                parsed, "squared-regression", new SquaredSpecification(rows, y, startU, startV, step, parsed.GetValue(iterations)),
                points.Select(point => new SquaredLine(
                    point.Iteration, point.Weights[..features], point.Weights[features..], point.Loss, point.Sharpness, point.GfsSharpness, point.IsFinite ? null : "not_finite")),
                summary,
                output =>
                {
                    output.WriteLine($"N = {y.Length}, d = {features}, η = {step:G6}");
                    output.WriteLine($"{Quantity.Count(points[^1].Iteration)} iterations: loss {Quantity.Number(points[^1].Loss)}, S·η {Quantity.Number(points[^1].Sharpness * step)}, φη from {first?.ToString("F4") ?? Quantity.Absent} to {last?.ToString("F4") ?? Quantity.Absent}, largest relative rise of φ in a step {Quantity.Number(summary.LargestRelativeRise)}");
                },
                verdicts,
                () => new Figure(new FigureAxis("iteration"), new FigureAxis("sharpness times η"))
                {
                    Curves =
                    [
                        new FigureCurve("S η at the iterate", [.. points.Select(point => (double)point.Iteration)], [.. points.Select(point => point.Sharpness * step)]),
                        new FigureCurve("φ η at the end of the flow from it", [.. points.Select(point => (double)point.Iteration)], [.. points.Select(point => (point.GfsSharpness ?? double.NaN) * step)]) { Dashed = true },
                    ],
                    Thresholds = [new FigureThreshold(2, "the edge, 2")],
                });
            return 0;
        });
        return command;
    }
}

/// <summary>Everything that decides a run.</summary>
internal sealed record SquaredSpecification(double[][] Inputs, double[] Targets, double[] U, double[] V, double Eta, int Iterations);

/// <summary>A line of metrics.jsonl.</summary>
internal sealed record SquaredLine(
    int Iteration, double[] U, double[] V, double Loss, double Sharpness, double? GfsSharpness,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Status);

/// <summary>What summary.json holds.</summary>
internal sealed record SquaredSummary(
    string Status, int IterationsDone, double? EtaGfsSharpnessAtStart, double? EtaGfsSharpness, double? LargestRelativeRise, double FinalLoss,
    IReadOnlyList<Verdict> Verdicts);
