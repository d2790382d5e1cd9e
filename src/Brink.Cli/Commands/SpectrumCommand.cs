using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Brink.Cli.CommandLine;
using Brink.Cli.Terminal;
using Brink.Experiments;

namespace Brink.Cli.Commands;

/// <summary><c>brink spectrum</c>: the curvature at a point, in all the ways that can be asked for.</summary>
internal static class SpectrumCommand
{
    private const string Measurements = "What is measured";

    /// <summary>Creates the command.</summary>
    /// <returns>The command.</returns>
    public static Command Create()
    {
        var fields = new SpecificationOptions(without: "preconditioned");
        var source = new Argument<string>("run-or-weights") { Description = "A run folder (its newest checkpoint), or a safetensors file of weights" };
        var iteration = new Option<long?>("--iteration") { Description = "Which checkpoint of the run (a run keeps its last two; default the newest)", HelpName = "k" };
        var top = new Option<int>("--top") { Description = "How many of the largest eigenvalues", DefaultValueFactory = _ => 10, HelpName = "k" };
        var bottom = new Option<int>("--bottom") { Description = "How many of the smallest eigenvalues", DefaultValueFactory = _ => 5, HelpName = "k" };
        var tolerance = new Option<double>("--tolerance") { Description = "Relative residual ‖Hv − λv‖/|λ| at which an eigenvalue is good", DefaultValueFactory = _ => 1e-3, HelpName = "x" };
        var products = new Option<int>("--max-products") { Description = "Most Hessian-vector products for the ends of a spectrum, and most rows of a sub-Hessian that is written out", DefaultValueFactory = _ => 1000, HelpName = "n" };
        var all = new Option<bool>("--all") { Description = "Trace, density, Gauss–Newton part, pairing and gradient norms together" };
        var trace = new Option<bool>("--trace") { Description = "tr H and tr H² with their standard errors (Hutch++)" };
        var traceProducts = new Option<int>("--trace-products") { Description = "Products for the traces; exact where there are no more parameters", DefaultValueFactory = _ => 60, HelpName = "n" };
        var density = new Option<bool>("--density") { Description = "Density of the eigenvalues (stochastic Lanczos quadrature)" };
        var probes = new Option<int>("--density-probes") { Description = "Random vectors of the density", DefaultValueFactory = _ => 8, HelpName = "n" };
        var steps = new Option<int>("--density-steps") { Description = "Lanczos steps from each vector", DefaultValueFactory = _ => 40, HelpName = "m" };
        var width = new Option<double?>("--density-width") { Description = "Width of the Gaussians that smooth the density (default a hundredth of the spectrum's range)", HelpName = "x" };
        var csv = new Option<string?>("--density-csv") { Description = "Also write the smoothed density to this file", HelpName = "file" };
        var blocks = new Option<string[]>("--sub-hessian") { Description = "Parameters whose own block of the Hessian is wanted: a name (4.bias), a part (4) or a pattern (*.bias)", AllowMultipleArgumentsPerToken = true, HelpName = "name", DefaultValueFactory = _ => [] };
        var gaussNewton = new Option<bool>("--gauss-newton") { Description = "Gauss–Newton and residual part of λ₁" };
        var pairing = new Option<bool>("--pairing") { Description = "How far the eigenvalues below the first K come in ± pairs (of as many as --bottom)" };
        var norms = new Option<bool>("--gradient-norms") { Description = "Norm of the gradient by parameter" };
        var preconditioned = new Option<bool>("--preconditioned") { Description = "Ends, trace and density of P⁻¹H instead of H, with P as the run's rmsprop or adam held it there, against the method's edge of stability" };
        Option<bool> json = JsonText.Option();
        Option<bool> untilInputEnds = InputWatch.Option();
        Option[] own = [iteration, top, bottom, tolerance, products, all, trace, traceProducts, density, probes, steps, width, csv, blocks, gaussNewton, pairing, norms, preconditioned];
        var command = new DocumentedCommand(
            "spectrum",
            "Measure the curvature at a point: both ends of the Hessian's spectrum with their residuals, its trace, density, blocks and parts. For a file of weights give data and network as for train; --seed also seeds the random vectors.",
            "brink spectrum runs/x --top 12 --bottom 3",
            "brink spectrum runs/x --all --sub-hessian 4.bias",
            "brink spectrum runs/adam --preconditioned --top 3 --bottom 1 --trace",
            "brink spectrum weights.safetensors --data cifar10 --network cnn --trace --density --json",
            "brink launch --ranks 4 -- spectrum runs/x --all")
        {
            GroupOf = option => own.Contains(option) ? Measurements : fields.GroupOf(option),
        };
        command.Add(source);
        foreach (Option option in (Option[])[.. own, json, untilInputEnds, .. fields.Options])
        {
            command.Add(option);
        }

        command.SetWork((parsed, cancellation) =>
        {
            bool asJson = parsed.GetValue(json);
            bool everything = parsed.GetValue(all);
            string? file = parsed.GetValue(csv);
            bool ofPreconditioned = parsed.GetValue(preconditioned);
            Specification given = fields.Read(parsed);
            var questions = new SpectrumQuestions
            {
                Top = AtLeast(1, parsed, top),
                Bottom = AtLeast(0, parsed, bottom),
                Tolerance = parsed.GetValue(tolerance) is > 0 and < 1 and var good
                    ? good
                    : throw new BrinkException($"--tolerance is {parsed.GetValue(tolerance)}; it lies between 0 and 1, both excluded"),
                MaximumProducts = AtLeast(1, parsed, products),
                TraceProducts = everything || parsed.GetValue(trace) ? AtLeast(6, parsed, traceProducts) : null,
                DensityProbes = everything || parsed.GetValue(density) || file is not null ? AtLeast(2, parsed, probes) : null,
                DensitySteps = AtLeast(2, parsed, steps),
                DensityWidth = parsed.GetValue(width) is { } sigma
                    ? sigma > 0 ? sigma : throw new BrinkException($"--density-width is {sigma}; it must be above 0")
                    : null,
                SubHessians = parsed.GetValue(blocks)!,
                GaussNewton = (everything && !ofPreconditioned) || parsed.GetValue(gaussNewton),
                Pairing = (everything && !ofPreconditioned) || parsed.GetValue(pairing),
                GradientNorms = everything || parsed.GetValue(norms),
                Preconditioned = ofPreconditioned,
                Seed = (ulong)given.Seed,
            };
            using InputWatch watch = new(parsed.GetValue(untilInputEnds), cancellation);
            using RunRanks? ranks = RunRanks.FromEnvironment(watch.Token);
            TextWriter output = RankObserver.OutputOf(ranks, parsed.InvocationConfiguration.Output);
            Action<string> tell = asJson ? _ => { } : output.WriteLine;
            ranks?.RequireSame(JsonSerializer.Serialize(questions));
            using var point = StoredPoint.Load(parsed.GetRequiredValue(source), given, parsed.GetValue(iteration), tell, ranks);
            SpectrumReport report = SpectrumReport.Take(point, questions, tell, ranks?.Stop.Watch(watch.Token) ?? watch.Token);
            if (file is not null && ranks is null or { IsOwner: true })
            {
                WriteCurve(file, report.Density!);
            }

            if (asJson)
            {
                JsonText.Write(output, report);
            }
            else
            {
                output.WriteLine();
                SpectrumText.Write(report, output);
            }

            return 0;
        });
        return command;
    }

    private static int AtLeast(int least, ParseResult parsed, Option<int> option) => parsed.GetValue(option) is var value && value >= least
        ? value
        : throw new BrinkException($"{option.Name} is {value}; it must be at least {least}");

    private static void WriteCurve(string file, MeasuredDensity density) => File.WriteAllLines(file, [
        "eigenvalue,density",
        .. density.Curve.Points.Zip(density.Curve.Values, (at, value) => string.Create(CultureInfo.InvariantCulture, $"{at:R},{value:R}")),
    ]);
}
