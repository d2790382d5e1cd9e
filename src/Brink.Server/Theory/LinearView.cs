using Brink.Theory;
using Brink.Theory.Sweeps;

namespace Brink.Server.Theory;

/// <summary>The linear network of square layers (Crăciun and Ghoshdastidar, arXiv 2402.13108), from the starts of the phase diagrams.</summary>
internal sealed class LinearView : TheoryView
{
    /// <summary>Points × (variables + 4)³ at which the Hessian is decomposed: some half a second.</summary>
    private const double Decompositions = 1e8;

    internal override SweptModel Model { get; } = ModelOf("linear");

    internal override string Title => "Linear network";

    internal override string Formula => "f(W₁ … W_L) = ½‖W_L⋯W₁ − Y‖²";

    internal override string Source => "Crăciun and Ghoshdastidar, arXiv 2402.13108";

    internal override int Steps => 2000;

    internal override IReadOnlyList<PortraitName> Planes(double[] values) =>
        [new PortraitName("edge", "η·S against f")];

    /// <remarks>The Hessian of a large network is decomposed at some points only.</remarks>
    internal override int MostIterations(int variables) => TheoryWork.Iterations;

    internal override TrajectoryAnswer Follow(double[] values, int iterations, int columns, string plane, CancellationToken cancellation)
    {
        var network = (LinearNetwork)Model.Function(values);
        double eta = values[Place("eta")];
        double[] w = Model.Start(values);
        int width = network.Widths[^1];
        (int Row, int Column)[] shown = [.. from row in Enumerable.Range(0, width) from column in Enumerable.Range(0, width) where width < 3 || row == column select (row, column)];
        int every = (int)Math.Ceiling((iterations + 1) * Math.Pow(w.Length + 4, 3) / Decompositions) / 2 * 2 + 1;
        double[] targets = network.Targets.ToRowMajorArray();
        double[] gradient = new double[w.Length];
        List<double> loss = [];
        List<double> sharpness = [];
        List<double>[] product = [.. shown.Select(_ => new List<double>())];
        for (int k = 0; ; k++)
        {
            cancellation.ThrowIfCancellationRequested();
            loss.Add(network.Value(w));
            double[] residual = network.Residual(w);
            for (int i = 0; i < shown.Length; i++)
            {
                int place = (shown[i].Row * width) + shown[i].Column;
                product[i].Add(residual[place] + targets[place]);
            }

            if (k % every == 0)
            {
                sharpness.Add(network.Sharpness(w));
            }

            if (k == iterations || !double.IsFinite(loss[^1]))
            {
                break;
            }

            network.Gradient(w, gradient);
            for (int i = 0; i < w.Length; i++)
            {
                w[i] -= eta * gradient[i];
            }
        }

        double flattest = network.Depth * Math.Pow(values[Place("target")], 2 - (2.0 / network.Depth));
        double[] losses = [.. loss];
        TheoryChart[] charts =
        [
            new(
                "trajectory", "Entries of the product W_L⋯W₁", Logarithmic: false,
                [.. shown.Select((place, i) => new TheoryLine(
                    $"w{place.Row + 1}{place.Column + 1}", $"({place.Row + 1}, {place.Column + 1})", Series([.. product[i]], 1, columns)))],
                [.. Enumerable.Range(0, width).Select(k => new TheoryLevel($"σ{ScalarView.Subscript(k + 1)} of the target", targets[(k * width) + k])).DistinctBy(level => level.Value)]),
            new("loss", "Loss", Logarithmic: true, [new TheoryLine("loss", "f", Series(losses, 1, columns))], []),
            SharpnessChart([.. sharpness], null, every, eta, columns, new TheoryLevel("η·L·σ₁^(2−2/L), the flattest minimum", eta * flattest)),
        ];
        return Answer(
            values, loss.Count - 1, !double.IsFinite(loss[^1]), charts, EdgePortrait([.. sharpness], eta, [.. losses.Where((_, k) => k % every == 0)], "f"), Verdicts(eta, flattest, losses));
    }

    /// <summary>The theorem on steps that are too large, on this one start.</summary>
    private static Verdict[] Verdicts(double eta, double flattest, double[] loss) =>
    [
        Verdict.Of(
            "too large steps (Crăciun and Ghoshdastidar 2024)", $"beyond η_c = 2/(L·σ₁^(2−2/L)) = {2 / flattest:G5} gradient descent converges from almost no start",
            eta * flattest > 2 ? null : $"η = {eta:G5} is not above η_c",
            () => $"last loss {loss[^1]:G4} after {loss.Length - 1} iterations",
            () => !(loss[^1] < 1e-16)),
    ];
}
