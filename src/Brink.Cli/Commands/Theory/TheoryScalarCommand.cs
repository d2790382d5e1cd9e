using System.CommandLine;
using System.Text.Json.Serialization;
using Brink.Cli.CommandLine;
using Brink.Cli.Figures;
using Brink.Cli.Terminal;
using Brink.Theory;

namespace Brink.Cli.Commands.Theory;

/// <summary><c>brink theory scalar</c>: scalar networks and the monotone fall of the gradient-flow-solution sharpness.</summary>
internal static class TheoryScalarCommand
{
    /// <summary>Creates the command.</summary>
    /// <returns>The command.</returns>
    public static Command Create()
    {
        var weights = new Option<string>("--weights") { Description = "Start, one number a layer", DefaultValueFactory = _ => "1.4,0.9,0.8", HelpName = "w1,w2,…" };
        Option<double> eta = TheoryOptions.Number("--eta", 0.5, "Step size η; 0 or above");
        Option<double> target = TheoryOptions.Number("--target", 1, "y, positive; the theorem is stated for 1");
        Option<int> iterations = TheoryOptions.Whole("--iterations", 500, "Steps to take");
        Option<int> starts = TheoryOptions.Whole("--starts", 0, "Instead of one run, check the theorem on this many random starts in the positive orthant with φ₀η in (2, 2√2), shared out evenly over --depths");
        var depths = new Option<string>("--depths") { Description = "Depths for --starts", DefaultValueFactory = _ => "2,3,4,6,10", HelpName = "D,D,…" };
        Option<int> map = TheoryOptions.Whole("--map", 0, "Besides, map the region in which the theorem holds over start imbalance × η, n cells a side, with the depth and product of --weights; --figure draws it");
        Option<int> seed = TheoryOptions.Whole("--seed", 0, "Fixes the random starts; 0 or above");
        TheoryOutput results = new();
        var command = new DocumentedCommand(
            "scalar",
            "Gradient descent on f(w) = ½(w₁w₂⋯w_D − y)² (Kreisler et al., arXiv 2305.13064): the sharpness φ at the end of the gradient flow, in closed form, falls at every step.",
            "brink theory scalar --weights 1.4,0.9,0.8 --eta 0.5 --iterations 500 --out runs/scalar",
            "brink theory scalar --starts 100000 --depths 2,3,4,6,10")
        { weights, eta, target, iterations, starts, depths, map, seed };
        results.AddTo(command);
        command.SetWork((parsed, cancellation) =>
        {
            int drawn = parsed.GetValue(starts);
            int steps = parsed.GetValue(iterations);
            if (drawn < 0 || steps < 0 || parsed.GetValue(seed) < 0)
            {
                throw new BrinkException($"--starts, --iterations and --seed must be 0 or above; they are {drawn}, {steps} and {parsed.GetValue(seed)}");
            }

            if (drawn > 0)
            {
                WriteCounts(results, parsed, drawn, TheoryOptions.Wholes("--depths", parsed.GetValue(depths)!), steps, parsed.GetValue(seed), cancellation);
                return 0;
            }

            double[] start = TheoryOptions.Numbers("--weights", parsed.GetValue(weights)!);
            var specification = new ScalarSpecification(start, parsed.GetValue(eta), parsed.GetValue(target), steps, parsed.GetValue(map));
            var descent = new ScalarDescent(new ScalarNetwork(start.Length, specification.Target), specification.Eta);
            List<ScalarPoint> points = [];
            foreach (ScalarPoint point in descent.Run(start, steps))
            {
                cancellation.ThrowIfCancellationRequested();
                points.Add(point);
            }

            ScalarRun run = ScalarStudy.Judge(descent, points);
            IReadOnlyList<Verdict> verdicts = run.Verdicts();
            IReadOnlyList<ScalarMapCell>? cells = specification.Map > 0
                ? ScalarMap.Draw(start.Length, start.Aggregate(1.0, (product, weight) => product * weight), specification.Map, steps, cancellation)
                : null;
            double? first = points[0].GfsSharpness * specification.Eta;
            var summary = new ScalarSummary(
                points[^1].IsFinite ? "finished" : "diverged", points[^1].Iteration, first, run.EndProduct, run.Steps > 0 ? run.LargestExcess : null,
                points[^1].Loss, points[^1].Sharpness * specification.Eta, verdicts, cells);
            results.Write(
                parsed, "scalar", specification,
                points.Select(point => new ScalarLine(point.Iteration, point.Weights, point.Loss, point.Sharpness, point.GfsSharpness, point.IsFinite ? null : "not_finite")),
                summary,
                output =>
                {
                    output.WriteLine($"D = {start.Length}, y = {specification.Target}, η = {specification.Eta}, start ({string.Join(", ", start)})");
                    output.WriteLine($"{Quantity.Count(points[^1].Iteration)} iterations: loss {Quantity.Number(points[^1].Loss)}, S·η {Quantity.Number(summary.EtaSharpness)}, φη from {first?.ToString("F4") ?? Quantity.Absent} to {run.EndProduct?.ToString("F4") ?? Quantity.Absent}");
                    if (cells is not null)
                    {
                        output.WriteLine($"map: {string.Join(", ", cells.GroupBy(cell => cell.Outcome).OrderBy(group => group.Key).Select(group => $"{group.Key} {group.Count()}"))} of {cells.Count} cells");
                    }
                },
                verdicts,
                () => Draw(points, specification.Eta),
                cells is null ? null : () => ScalarMapFigure.Create(cells));
            return 0;
        });
        return command;
    }

    private static void WriteCounts(
        TheoryOutput results, ParseResult parsed, int starts, int[] depths, int iterations, int seed, CancellationToken cancellation)
    {
        if (depths.Any(depth => depth < 2))
        {
            throw new BrinkException("--depths must be 2 or above: at depth 1 f is a parabola, with φ = 1 everywhere");
        }

        List<ScalarCount> counts = [];
        for (int i = 0; i < depths.Length; i++)
        {
            int share = (int)(((long)starts * (i + 1) / depths.Length) - ((long)starts * i / depths.Length));
            counts.Add(ScalarStudy.Count(depths[i], share, iterations, (ulong)seed, cancellation));
        }

        int inside = counts.Sum(count => count.InHypotheses);
        int rose = counts.Sum(count => count.Rose);
        Verdict[] verdicts =
        [
            Verdict.Of(
                "φ falls (Kreisler et al. 2023)", "in the positive orthant, from φ₀η in (2, 2√2), φ never rises",
                inside > 0 ? null : "no start stayed in the positive orthant",
                () => $"rose in {rose} of {Quantity.Count(inside)} runs that stayed in the hypotheses, of {Quantity.Count(starts)} drawn", () => rose == 0),
            Verdict.Of(
                "convergence to the edge (Kreisler et al. 2023)", $"at every depth most such runs end with φη in [{ScalarStudy.EdgeBegins}, {ScalarStudy.EdgeEnds}]",
                counts.All(count => count.InHypotheses > 0) ? null : "at some depth no start stayed in the positive orthant",
                () => $"smallest part at any depth: {counts.Min(count => (double)count.AtTheEdge / count.InHypotheses):P1}",
                () => counts.All(count => 2 * count.AtTheEdge > count.InHypotheses)),
        ];
        var summary = new ScalarCountSummary("finished", starts, inside, rose, counts, verdicts);
        results.Write(
            parsed, "scalar", new ScalarCountSpecification(starts, depths, iterations, seed), counts, summary,
            output =>
            {
                output.WriteLine($"{"D",4}{"starts",10}{"in hypotheses",16}{"φ rose",9}{"φη in [1.5, 2.05]",20}");
                foreach (ScalarCount count in counts)
                {
                    output.WriteLine($"{count.Depth,4}{count.Starts,10}{count.InHypotheses,16}{count.Rose,9}{count.AtTheEdge,20}");
                }
            },
            verdicts,
            () => new Figure(new FigureAxis("depth"), new FigureAxis("part of the starts"))
            {
                Curves =
                [
                    new FigureCurve("in the hypotheses", [.. counts.Select(count => (double)count.Depth)], [.. counts.Select(count => (double)count.InHypotheses / count.Starts)], CurveStyle.Points),
                    new FigureCurve("of those, at the edge in the end", [.. counts.Select(count => (double)count.Depth)], [.. counts.Select(count => (double)count.AtTheEdge / count.InHypotheses)], CurveStyle.Points),
                ],
            });
    }

    private static Figure Draw(List<ScalarPoint> points, double eta)
    {
        double[] iterations = [.. points.Select(point => (double)point.Iteration)];
        return new Figure(new FigureAxis("iteration"), new FigureAxis("sharpness times η"))
        {
            Curves =
            [
                new FigureCurve("S η at the iterate", iterations, [.. points.Select(point => point.Sharpness * eta)]),
                new FigureCurve("φ η at the end of the flow from it", iterations, [.. points.Select(point => (point.GfsSharpness ?? double.NaN) * eta)]) { Dashed = true },
            ],
            Thresholds = [new FigureThreshold(2, "the edge, 2")],
        };
    }
}

/// <summary>Everything that decides a run on a scalar network.</summary>
internal sealed record ScalarSpecification(double[] Weights, double Eta, double Target, int Iterations, int Map);

/// <summary>Everything that decides a count over random starts.</summary>
internal sealed record ScalarCountSpecification(int Starts, int[] Depths, int Iterations, int Seed);

/// <summary>A line of metrics.jsonl.</summary>
internal sealed record ScalarLine(
    int Iteration, double[] Weights, double Loss, double Sharpness, double? GfsSharpness,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Status);

/// <summary>What summary.json holds of a run.</summary>
internal sealed record ScalarSummary(
    string Status, int IterationsDone, double? EtaGfsSharpnessAtStart, double? EtaGfsSharpness, double? LargestRise, double FinalLoss, double EtaSharpness,
    IReadOnlyList<Verdict> Verdicts, IReadOnlyList<ScalarMapCell>? Map);

/// <summary>What summary.json holds of a count.</summary>
internal sealed record ScalarCountSummary(
    string Status, int Starts, int InHypotheses, int Rose, IReadOnlyList<ScalarCount> Depths, IReadOnlyList<Verdict> Verdicts);
