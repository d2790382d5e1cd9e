using Brink.Theory;
using Brink.Theory.Sweeps;

namespace Brink.Server.Theory;

/// <summary>The scalar network of Kreisler et al. (arXiv 2305.13064), of any depth.</summary>
internal sealed class ScalarView : TheoryView
{
    private const int Shown = 8;

    internal override SweptModel Model { get; } = ModelOf("scalar");

    internal override string Title => "Scalar network";

    internal override string Formula => "f(w) = ½(w₁w₂⋯w_D − y)²";

    internal override string Source => "Kreisler et al., arXiv 2305.13064";

    /// <summary>
    /// λ₁ of the Hessian where all weights but the first are equal, n = D − 1 of them: of the two eigenvalues whose vectors treat those alike, and the n − 1 equal ones whose
    /// vectors add up to zero over them, the largest.
    /// </summary>
    /// <param name="depth">D, at least 2.</param>
    /// <param name="target">y.</param>
    /// <param name="first">w₁.</param>
    /// <param name="other">w₂ = … = w_D.</param>
    internal static double SharpnessWhereOthersAreEqual(int depth, double target, double first, double other)
    {
        int n = depth - 1;
        double residual = (first * Math.Pow(other, n)) - target;
        double alongFirst = Math.Pow(other, n);
        double mixed = Math.Pow(other, n - 1);
        double alongOther = first * mixed;
        double bend = n > 1 ? residual * first * Math.Pow(other, n - 2) : 0;
        double corner = alongFirst * alongFirst;
        double side = Math.Sqrt(n) * ((alongFirst * alongOther) + (residual * mixed));
        double rest = (n * alongOther * alongOther) + ((n - 1) * bend);
        double together = ((corner + rest) / 2) + double.Hypot((corner - rest) / 2, side);
        return n > 1 ? Math.Max(together, -bend) : together;
    }

    internal override IReadOnlyList<PortraitName> Planes(double[] values) => values[Place("depth")] == 1
        ? [new PortraitName("edge", "η·S against f")]
        : [new PortraitName("plane", $"w₁ against {Others((int)values[Place("depth")])}"), new PortraitName("edge", "η·S against f")];

    internal override TrajectoryAnswer Follow(double[] values, int iterations, int columns, string plane, CancellationToken cancellation)
    {
        var network = (ScalarNetwork)Model.Function(values);
        double eta = values[Place("eta")];
        var descent = new ScalarDescent(network, eta);
        double[] start = Model.Start(values);
        List<ScalarPoint> points = Taken(descent.Run(start, iterations), cancellation);
        double[] Column(Func<ScalarPoint, double> value) => [.. points.Select(value)];
        double[] loss = Column(point => point.Loss);
        double[] sharpness = Column(point => point.Sharpness);
        TheoryChart[] charts =
        [
            new(
                "trajectory", "Trajectory", Logarithmic: false,
                [.. Enumerable.Range(0, Math.Min(network.Dimension, Shown)).Select(k =>
                    new TheoryLine($"w{k + 1}", $"w{Subscript(k + 1)}", Series(Column(point => point.Weights[k]), 1, columns)))],
                []),
            new("loss", "Loss", Logarithmic: true, [new TheoryLine("loss", "f", Series(loss, 1, columns))], []),
            SharpnessChart(
                sharpness, Column(point => point.GfsSharpness ?? double.NaN), 1, eta, columns,
                new TheoryLevel("2√2, below which φ falls", Math.Sqrt(8)), new TheoryLevel("η·D·y^(2−2/D), the flattest minimum", eta * network.FlattestSharpness)),
        ];
        return Answer(
            values, points[^1].Iteration, !points[^1].IsFinite, charts,
            plane == "plane" ? Plane(network, start, eta, Column(point => point.Weights[0]), Column(point => point.Weights[1])) : EdgePortrait(sharpness, eta, loss, "f"),
            ScalarStudy.Judge(descent, points).Verdicts());
    }

    /// <summary>A number in subscript digits.</summary>
    internal static string Subscript(int number) => string.Concat($"{number}".Select(digit => (char)('₀' + digit - '0')));

    private static string Others(int depth) => depth == 2 ? "w₂" : $"w₂ = … = w{Subscript(depth)}";

    /// <summary>w₁ against the others, which start equal: level lines of f, its minimisers with those stable at η, the edge, and the gradient flow from the start.</summary>
    private static Portrait Plane(ScalarNetwork network, double[] start, double eta, double[] first, double[] second)
    {
        int depth = network.Dimension;
        double balanced = Math.Pow(network.Target, 1.0 / depth);
        List<(double, double)> landmarks = [(start[0], start[1]), (balanced, balanced)];
        List<PortraitLine> lines = [];
        if (Flow(network, start) is { } flow)
        {
            lines.Add(flow);
            landmarks.Add((flow.X[^1], flow.Y[^1]));
        }

        double Residual(double a, double b) => (a * Math.Pow(b, depth - 1)) - network.Target;
        double Sharpness(double a, double b) => SharpnessWhereOthersAreEqual(depth, network.Target, a, b);
        var frame = PortraitFrame.Around(landmarks, first, second);
        List<PortraitField> fields =
        [
            frame.Field("loss", "level lines of f", Residual, frame.ResidualLevels(Residual)),
            frame.Field("minimisers", "minimisers", Residual, 0),
        ];
        if (eta > 0)
        {
            fields.Add(frame.Field("edge", "the edge, S = 2/η", Sharpness, 2 / eta));
            lines.Insert(0, StableMinimisers(depth, balanced, (a, b) => Sharpness(a, b) <= 2 / eta));
        }

        int every = Every(first.Length);
        return new Portrait(
            "plane", new PortraitAxis("w₁", Low: frame.Left, High: frame.Right), new PortraitAxis(Others(depth), Low: frame.Bottom, High: frame.Top),
            new PortraitPoints(Thinned(first, every), Thinned(second, every), every), lines, fields);
    }

    /// <summary>The minimisers of the plane that gradient descent can stay at: w₂ = y^(1/D)·eˢ, w₁ = y^(1/D)·e^(−(D−1)s), and their mirror image where D is even.</summary>
    private static PortraitLine StableMinimisers(int depth, double balanced, Func<double, double, bool> stable)
    {
        const int Vertices = 401;
        const double Longest = 2;
        List<double> x = [];
        List<double> y = [];
        foreach (int sign in depth % 2 == 0 ? [1, -1] : new[] { 1 })
        {
            for (int k = 0; k < Vertices; k++)
            {
                double s = Longest * ((2.0 * k / (Vertices - 1)) - 1);
                double first = sign * balanced * Math.Exp(-(depth - 1) * s);
                double other = sign * balanced * Math.Exp(s);
                bool here = stable(first, other);
                x.Add(here ? first : double.NaN);
                y.Add(here ? other : double.NaN);
            }

            x.Add(double.NaN);
            y.Add(double.NaN);
        }

        return new PortraitLine("stable_minimisers", "minimisers that are stable, S ≤ 2/η", [.. x], [.. y]);
    }

    /// <summary>The gradient flow keeps wᵢ² − wⱼ²: in the square of the smallest weight it is a straight way to its end. Null where it ends in a saddle.</summary>
    private static PortraitLine? Flow(ScalarNetwork network, double[] start)
    {
        const int Vertices = 101;
        double[] limit;
        try
        {
            limit = network.FlowLimit(start);
        }
        catch (BrinkException)
        {
            return null;
        }

        double Along(int weight, double part)
        {
            double square = (start[weight] * start[weight] * (1 - part)) + (limit[weight] * limit[weight] * part);
            return Math.CopySign(Math.Sqrt(square), start[weight]);
        }

        double[] parts = [.. Enumerable.Range(0, Vertices).Select(k => k / (Vertices - 1.0))];
        return new PortraitLine(
            "flow", "gradient flow from the start", [.. parts.Select(part => Along(0, part))], [.. parts.Select(part => Along(1, part))]);
    }
}
