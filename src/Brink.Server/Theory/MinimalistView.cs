using Brink.Experiments.Theory;
using Brink.Theory;
using Brink.Theory.Sweeps;

namespace Brink.Server.Theory;

/// <summary>The minimalist example of Liu et al. (arXiv 2503.02809) under projected gradient descent.</summary>
internal sealed class MinimalistView : TheoryView
{
    internal override SweptModel Model { get; } = ModelOf("minimalist");

    internal override string Title => "Minimalist example";

    internal override string Formula => "L(α, β₁, β₂) = ½λ₁α²β₁² + ½λ₂(αβ₂ − 1)² = L₁ + L₂, with |β₁| kept at ε or above";

    internal override string Source => "Liu et al., arXiv 2503.02809";

    internal override int Iterations => 10_000;

    internal override int Steps => 10_000;

    internal override IReadOnlyList<PortraitName> Planes(double[] values) =>
        [new PortraitName("plane", "α against β₂"), new PortraitName("oscillation", "α against |β₁|"), new PortraitName("edge", "η·S against L₂")];

    internal override TrajectoryAnswer Follow(double[] values, int iterations, int columns, string plane, CancellationToken cancellation)
    {
        double Of(string parameter) => values[Place(parameter)];
        double eta = Of("eta");
        var trajectory = MinimalistTrajectory.Compute(
            new MinimalistSpecification(
                Of("lambda1"), Of("lambda2"), eta, Of("epsilon"), Of("alpha"), Of("beta1"), Of("beta2"), iterations, Flows: 0, Constrained: false),
            cancellation);
        IReadOnlyList<MinimalistPoint> points = trajectory.Points;
        double[] Column(Func<MinimalistPoint, double> value) => [.. points.Select(value)];
        TheoryLine Line(string name, string label, double[] curve) => new(name, label, Series(curve, 1, columns));
        (double[] alpha, double[] beta1, double[] beta2) = (Column(point => point.Alpha), Column(point => point.Beta1), Column(point => point.Beta2));
        double[] converging = Column(point => point.LossConverging);
        double[] sharpness = Column(point => point.Sharpness);
        TheoryChart[] charts =
        [
            new("trajectory", "Trajectory", Logarithmic: false, [Line("alpha", "α", alpha), Line("beta1", "β₁", beta1), Line("beta2", "β₂", beta2)], []),
            new(
                "loss", "Loss", Logarithmic: true,
                [
                    Line("loss", "L", Column(point => point.Loss)), Line("loss_oscillating", "L₁, oscillating", Column(point => point.LossOscillating)),
                    Line("loss_converging", "L₂, converging", converging),
                ],
                []),
            SharpnessChart(sharpness, Column(point => point.GfsSharpness ?? double.NaN), 1, eta, columns),
        ];
        var model = new Minimalist(Of("lambda1"), Of("lambda2"));
        return Answer(
            values, points[^1].Iteration, trajectory.Study.Diverged, charts,
            plane switch
            {
                "oscillation" => Oscillation(model, eta, alpha, beta1),
                "edge" => EdgePortrait(sharpness, eta, converging, "L₂"),
                _ => Plane(model, points[0].Weights, eta, alpha, beta2),
            },
            trajectory.Verdicts, Phases(trajectory.Study.Phases));
    }

    private static Dictionary<string, int> Phases(MinimalistPhases phases)
    {
        Dictionary<string, int> begun = [];
        foreach ((string name, int? iteration) in new[]
        {
            ("progressive_sharpening", phases.ProgressiveSharpening), ("edge_of_stability", phases.EdgeOfStability), ("convergence", phases.Convergence),
        })
        {
            if (iteration is { } begins)
            {
                begun[name] = begins;
            }
        }

        return begun;
    }

    /// <summary>α against β₂: level lines of L₂, its minimisers αβ₂ = 1, and where the sharpness without oscillation (β₁ = 0) is 2/η.</summary>
    private static Portrait Plane(Minimalist model, double[] start, double eta, double[] alpha, double[] beta2)
    {
        List<(double, double)> landmarks = [(start[0], start[2])];
        List<PortraitLine> lines = [];
        try
        {
            double[] limit = model.FlowLimit(start);
            lines.Add(new PortraitLine("limit", "end of the gradient flow from the start", [limit[0]], [limit[2]]));
            landmarks.Add((limit[0], limit[2]));
        }
        catch (BrinkException)
        {
            // No minimum, or none in closed form: the portrait does without the mark.
        }

        var frame = PortraitFrame.Around(landmarks, alpha, beta2);
        static double Residual(double a, double b) => (a * b) - 1;
        List<PortraitField> fields =
        [
            frame.Field("loss", "level lines of L₂", Residual, frame.ResidualLevels(Residual)),
            frame.Field("minimisers", "minimisers, αβ₂ = 1", Residual, 0),
        ];
        if (eta > 0)
        {
            fields.Add(frame.Field("edge", "the edge, S = 2/η at β₁ = 0", (a, b) => model.Sharpness([a, 0, b]), 2 / eta));
        }

        int every = Every(alpha.Length);
        return new Portrait(
            "plane", new PortraitAxis("α", Low: frame.Left, High: frame.Right), new PortraitAxis("β₂", Low: frame.Bottom, High: frame.Top),
            new PortraitPoints(Thinned(alpha, every), Thinned(beta2, every), every), lines, fields);
    }

    /// <summary>α against |β₁|: the loops of self-stabilisation around the α at which the oscillating direction is at the edge, ηλ₁α² = 2.</summary>
    private static Portrait Oscillation(Minimalist model, double eta, double[] alpha, double[] beta1)
    {
        int every = Every(alpha.Length);
        double[] sizes = Thinned(Array.ConvertAll(beta1, Math.Abs), every);
        double[] positive = [.. sizes.Where(size => size > 0 && double.IsFinite(size))];
        double edge = Math.Sqrt(2 / (eta * model.Lambda1));
        return new Portrait(
            "oscillation", new PortraitAxis("α"), new PortraitAxis("|β₁|", Logarithmic: true),
            new PortraitPoints(Thinned(alpha, every), sizes, every),
            double.IsFinite(edge) && positive.Length > 0
                ? [new PortraitLine("edge", "the edge, ηλ₁α² = 2", [edge, edge], [positive.Min(), positive.Max()])]
                : [],
            []);
    }
}
