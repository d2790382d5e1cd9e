using Brink.Theory;
using Brink.Theory.Sweeps;

namespace Brink.Server.Theory;

/// <summary>Regression with squared parameters (Kreisler et al., arXiv 2305.13064), on the data of the phase diagrams.</summary>
internal sealed class SquaredRegressionView : TheoryView
{
    internal override SweptModel Model { get; } = ModelOf("squared-regression");

    internal override string Title => "Squared regression";

    internal override string Formula => "f(u, v) = mean of ½((u∘u − v∘v)ᵀx − y)², on three orthogonal samples of four numbers";

    internal override string Source => "Kreisler et al., arXiv 2305.13064";

    internal override int Steps => 3000;

    internal override IReadOnlyList<PortraitName> Planes(double[] values) =>
        [new PortraitName("plane", "u₁ against v₁"), new PortraitName("edge", "η·S against f")];

    internal override TrajectoryAnswer Follow(double[] values, int iterations, int columns, string plane, CancellationToken cancellation)
    {
        var model = (SquaredRegression)Model.Function(values);
        double eta = values[Place("eta")];
        double[] start = Model.Start(values);
        int features = start.Length / 2;
        var descent = new SquaredDescent(model, eta);
        List<SquaredPoint> points = Taken(descent.Run(start, iterations), cancellation);
        double[] Column(Func<SquaredPoint, double> value) => [.. points.Select(value)];
        double[] loss = Column(point => point.Loss);
        double[] sharpness = Column(point => point.Sharpness);
        TheoryChart[] charts =
        [
            new(
                "trajectory", "Trajectory", Logarithmic: false,
                [.. Enumerable.Range(0, start.Length).Select(k =>
                {
                    (string letter, int place) = k < features ? ("u", k) : ("v", k - features);
                    return new TheoryLine($"{letter}{place + 1}", $"{letter}{ScalarView.Subscript(place + 1)}", Series(Column(point => point.Weights[k]), 1, columns));
                })],
                []),
            new("loss", "Loss", Logarithmic: true, [new TheoryLine("loss", "f", Series(loss, 1, columns))], []),
            SharpnessChart(
                sharpness, Column(point => point.GfsSharpness ?? double.NaN), 1, eta, columns, new TheoryLevel("2√2, below which φ falls", Math.Sqrt(8))),
        ];
        return Answer(
            values, points[^1].Iteration, !points[^1].IsFinite, charts,
            plane == "edge" ? EdgePortrait(sharpness, eta, loss, "f") : Plane(model, start, features, Column(point => point.Weights[0]), Column(point => point.Weights[features])),
            descent.Verdicts(points));
    }

    /// <summary>u₁ against v₁: the gradient flow keeps their product, so that it ends on the hyperbola through the start.</summary>
    private static Portrait Plane(SquaredRegression model, double[] start, int features, double[] u, double[] v)
    {
        List<(double, double)> landmarks = [(start[0], start[features])];
        List<PortraitLine> lines = [];
        try
        {
            double[] limit = model.FlowLimit(start);
            landmarks.Add((limit[0], limit[features]));
            lines.Add(new PortraitLine("limit", "end of the gradient flow from the start", [limit[0]], [limit[features]]));
        }
        catch (BrinkException)
        {
            // The flow reaches no interpolating minimum: the portrait does without the mark.
        }

        var frame = PortraitFrame.Around(landmarks, u, v);
        double kept = start[0] * start[features];
        int every = Every(u.Length);
        return new Portrait(
            "plane", new PortraitAxis("u₁", Low: frame.Left, High: frame.Right), new PortraitAxis("v₁", Low: frame.Bottom, High: frame.Top),
            new PortraitPoints(Thinned(u, every), Thinned(v, every), every), lines,
            [frame.Field("flow", "u₁v₁ as at the start, which the gradient flow keeps", (a, b) => a * b, kept)]);
    }
}
