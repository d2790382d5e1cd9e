using System.CommandLine;
using Brink.Cli.CommandLine;
using Brink.Cli.Terminal;
using Brink.Curvature;
using Brink.Experiments;

namespace Brink.Cli.Commands;

/// <summary><c>brink measure</c>: how large a step a point allows.</summary>
internal static class MeasureCommand
{
    /// <summary>Creates the command.</summary>
    /// <returns>The command.</returns>
    public static Command Create()
    {
        var fields = new SpecificationOptions();
        var source = new Argument<string>("run-or-weights") { Description = "A run folder (its newest checkpoint), or a safetensors file of weights" };
        var top = new Option<int>("--top") { Description = "How many of the largest eigenvalues", DefaultValueFactory = _ => 1, HelpName = "k" };
        var bottom = new Option<int>("--bottom") { Description = "How many of the smallest eigenvalues", DefaultValueFactory = _ => 1, HelpName = "k" };
        var tolerance = new Option<double>("--tolerance") { Description = "Relative residual at which an eigenvalue is good", DefaultValueFactory = _ => 1e-3, HelpName = "x" };
        var products = new Option<int>("--max-products") { Description = "Most Hessian-vector products; eigenvalues that need more are reported as not converged", DefaultValueFactory = _ => LanczosOptions.UsualProducts, HelpName = "n" };
        Option<bool> json = JsonText.Option();
        Option<bool> untilInputEnds = InputWatch.Option();
        var command = new DocumentedCommand(
            "measure",
            "Measure the curvature at a point: λ₁, both ends of the spectrum, the largest stable fixed step 2/λ₁, and the step that nls would take. For a file of weights give data and network as for train.",
            "brink measure runs/x",
            "brink measure weights.safetensors --data cifar10 --network cnn --top 12 --bottom 3 --json",
            "brink launch --ranks 4 -- measure runs/x")
        { source, top, bottom, tolerance, products, json, untilInputEnds };
        foreach (Option option in fields.Options)
        {
            command.Add(option);
        }

        command.SetWork((parsed, cancellation) =>
        {
            bool asJson = parsed.GetValue(json);
            int wanted = parsed.GetValue(top);
            int below = parsed.GetValue(bottom);
            double residual = parsed.GetValue(tolerance);
            int most = parsed.GetValue(products);
            if (wanted < 1 || below < 0 || residual is not (> 0 and < 1) || most < 1)
            {
                throw new BrinkException($"--top and --max-products must be at least 1, --bottom at least 0 and --tolerance between 0 and 1; they are {wanted}, {most}, {below} and {residual}");
            }

            Specification given = fields.Read(parsed);
            using InputWatch watch = new(parsed.GetValue(untilInputEnds), cancellation);
            using RunRanks? ranks = RunRanks.FromEnvironment(watch.Token);
            TextWriter output = RankObserver.OutputOf(ranks, parsed.InvocationConfiguration.Output);
            PointMeasurement measured = PointMeasurement.Take(
                parsed.GetRequiredValue(source), given, wanted, below, residual, most, asJson ? Nobody : output.WriteLine, ranks, watch.Token);
            if (asJson)
            {
                JsonText.Write(output, measured);
            }
            else
            {
                Print(measured, output);
            }

            return 0;
        });
        return command;
    }

    private static void Print(PointMeasurement m, TextWriter output)
    {
        string where = m.Iteration is { } k ? $"{m.Source}, iteration {k}" : m.Source;
        string accuracy = m.Accuracy is { } part ? $", accuracy {part:P1}" : string.Empty;
        output.WriteLine($"{where}: loss {m.Loss:G6}{accuracy}, ‖g‖ {m.GradNorm:G4}");
        string doubt = m.SharpnessConverged ? string.Empty : $" (λ₁ is not converged: residual {m.Top[0].Residual:G1})";
        output.WriteLine($"λ₁ = {m.Sharpness:G7}{doubt}{(m.FlattestSharpness is { } floor ? $"  (its global minimum is {floor:G4})" : string.Empty)}");
        output.WriteLine($"largest stable fixed step 2/λ₁ = {m.LargestStableStep:G6}{doubt}");
        output.WriteLine($"nls would take η = {m.NextStep:G6}, η·λ₁ = {m.NextStepTimesSharpness:G4} (the edge is at 2){doubt}");
        output.WriteLine($"largest eigenvalues:  {Values(m.Top)}");
        output.WriteLine($"smallest eigenvalues: {Values(m.Bottom)}");
        output.WriteLine($"{m.Hvps} Hessian-vector products");
    }

    private static string Values(IReadOnlyList<MeasuredEigenvalue> values) => string.Join(
        "  ", values.Select(value => $"{value.Value:G6}{(value.Converged ? string.Empty : $" (residual {value.Residual:G1}, not converged)")}"));

    private static void Nobody(string message)
    {
        // What is noted would spoil the JSON.
    }
}
