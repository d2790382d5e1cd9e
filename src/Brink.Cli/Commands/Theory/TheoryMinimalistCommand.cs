using System.CommandLine;
using Brink.Cli.CommandLine;
using Brink.Cli.Figures;
using Brink.Cli.Terminal;
using Brink.Experiments.Theory;
using Brink.Theory;

namespace Brink.Cli.Commands.Theory;

/// <summary><c>brink theory minimalist</c>: the minimalist example of the edge of stability.</summary>
internal static class TheoryMinimalistCommand
{
    /// <summary>Creates the command.</summary>
    /// <returns>The command.</returns>
    public static Command Create()
    {
        Option<double> lambda1 = TheoryOptions.Number("--lambda1", 100, "λ₁, second moment of the irrelevant input; positive");
        Option<double> lambda2 = TheoryOptions.Number("--lambda2", 0.01, "λ₂, second moment of the relevant input; 0 or above");
        Option<double> eta = TheoryOptions.Number("--eta", 0.05, "Step size η; 0 or above");
        Option<double> epsilon = TheoryOptions.Number("--epsilon", 1e-3, "ε below which |β₁| is not let fall; 0 for no projection");
        Option<double> alpha = TheoryOptions.Number("--alpha", 0.1, "α at the start");
        Option<double> beta1 = TheoryOptions.Number("--beta1", 0.1, "β₁ at the start");
        Option<double> beta2 = TheoryOptions.Number("--beta2", 0.1, "β₂ at the start");
        Option<int> iterations = TheoryOptions.Whole("--iterations", 20000, "Steps to take");
        Option<int> flows = TheoryOptions.Whole("--flows", 0, "Follow the gradient flow from this many points of the run, evenly spread; the curves come with the summary");
        var constrained = new Option<bool>("--constrained") { Description = "Follow the gradient flow on the set S ≤ 2/η from the start, for the run's length of time" };
        TheoryOutput results = new();
        var command = new DocumentedCommand(
            "minimalist",
            "Projected gradient descent on L(α, β₁, β₂) = ½λ₁α²β₁² + ½λ₂(αβ₂ − 1)² (Liu et al., arXiv 2503.02809): progressive sharpening, the edge of stability and convergence, with every theorem checked.",
            "brink theory minimalist --lambda1 100 --lambda2 0.01 --eta 0.05 --epsilon 1e-3 --alpha 0.1 --beta1 0.1 --beta2 0.1 --iterations 20000 --out runs/minimalist",
            "brink theory minimalist --alpha 0.3 --beta1 0.01 --beta2 0.3 --flows 5 --constrained --json")
        { lambda1, lambda2, eta, epsilon, alpha, beta1, beta2, iterations, flows, constrained };
        results.AddTo(command);
        command.SetWork((parsed, cancellation) =>
        {
            var specification = new MinimalistSpecification(
                parsed.GetValue(lambda1), parsed.GetValue(lambda2), parsed.GetValue(eta), parsed.GetValue(epsilon),
                parsed.GetValue(alpha), parsed.GetValue(beta1), parsed.GetValue(beta2), parsed.GetValue(iterations),
                parsed.GetValue(flows), parsed.GetValue(constrained));
            var trajectory = MinimalistTrajectory.Compute(specification, cancellation);
            results.Write(
                parsed, MinimalistTrajectory.Theory, specification, trajectory.Lines, trajectory.Summary,
                output => Print(output, specification, trajectory.Study, trajectory.Points), trajectory.Verdicts,
                () => Draw(trajectory.Points, specification.Eta));
            return 0;
        });
        return command;
    }

    private static void Print(TextWriter output, MinimalistSpecification specification, MinimalistStudy study, IReadOnlyList<MinimalistPoint> points)
    {
        output.WriteLine($"λ₁ = {specification.Lambda1}, λ₂ = {specification.Lambda2}, η = {specification.Eta}, ε = {specification.Epsilon}, start ({specification.Alpha}, {specification.Beta1}, {specification.Beta2})");
        output.WriteLine($"{Quantity.Count(points[^1].Iteration)} iterations{(study.Diverged ? ", diverged" : string.Empty)}: L₁ {Quantity.Number(points[^1].LossOscillating)}, L₂ {Quantity.Number(points[^1].LossConverging)}, S·η {points[^1].Sharpness * specification.Eta:F4}");
        output.WriteLine($"phases begin at: progressive sharpening {At(study.Phases.ProgressiveSharpening)}, edge of stability {At(study.Phases.EdgeOfStability)}, convergence {At(study.Phases.Convergence)}");
        output.WriteLine($"S·η at most {study.LargestProduct:F4}, after the crossing {study.LargestProductAfterCrossing?.ToString("F4") ?? Quantity.Absent}, late mean {study.LateMeanProduct?.ToString("F5") ?? Quantity.Absent}; slope of log L₂ {study.Slope?.ToString("F7") ?? Quantity.Absent}");
    }

    private static Figure Draw(IReadOnlyList<MinimalistPoint> points, double eta)
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

    private static string At(int? iteration) => iteration is { } k ? Quantity.Count(k) : Quantity.Absent;
}
