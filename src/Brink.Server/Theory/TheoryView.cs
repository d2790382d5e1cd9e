using Brink.Theory;
using Brink.Theory.Sweeps;

namespace Brink.Server.Theory;

/// <summary>A swept model as the page shows it: gradient descent from one start, drawn against the iteration and in planes.</summary>
internal abstract class TheoryView
{
    /// <summary>Points of a portrait, about.</summary>
    protected const int PortraitPointsMost = 4000;

    /// <summary>The views, in the order of the page.</summary>
    internal static IReadOnlyList<TheoryView> All { get; } = [new MinimalistView(), new ScalarView(), new SquaredRegressionView(), new LinearView()];

    /// <summary>The model.</summary>
    internal abstract SweptModel Model { get; }

    /// <summary>What the page calls it.</summary>
    internal abstract string Title { get; }

    /// <summary>The function.</summary>
    internal abstract string Formula { get; }

    /// <summary>The paper.</summary>
    internal abstract string Source { get; }

    /// <summary>Steps of a trajectory where none are given.</summary>
    internal virtual int Iterations => 500;

    /// <summary>Steps of a cell of a diagram where none are given.</summary>
    internal virtual int Steps => 5000;

    /// <summary>The planes that a trajectory can be drawn in, the first where none is named.</summary>
    /// <param name="values">One number a parameter.</param>
    internal abstract IReadOnlyList<PortraitName> Planes(double[] values);

    /// <summary>The most steps of a trajectory: the Hessian is decomposed at each of its points.</summary>
    /// <param name="variables">How many variables there are.</param>
    internal virtual int MostIterations(int variables) => (int)Math.Min(TheoryWork.Iterations, TheoryWork.Decompositions / Math.Pow(variables + 4, 3));

    /// <summary>Follows gradient descent.</summary>
    /// <param name="values">One number a parameter.</param>
    /// <param name="iterations">Steps to take.</param>
    /// <param name="columns">Columns of pixels of a chart.</param>
    /// <param name="plane">The plane to draw the trajectory in, one of <see cref="Planes"/>.</param>
    /// <param name="cancellation">Ends it.</param>
    internal abstract TrajectoryAnswer Follow(double[] values, int iterations, int columns, string plane, CancellationToken cancellation);

    /// <summary>The description of the model.</summary>
    internal TheoryModelAnswer Describe() => new(
        Model.Name, Title, Formula, Source,
        [.. Model.Parameters.Select(parameter => new TheoryParameterAnswer(
            parameter.Name, parameter.Symbol, parameter.Description, parameter.Low, parameter.High, parameter.Logarithmic, parameter.Default, parameter.Whole,
            Finite(parameter.Least), Finite(parameter.Most)))],
        Axis(Model.Axes.X), Axis(Model.Axes.Y), Iterations, Steps);

    /// <summary>A parameter's place among the values.</summary>
    protected int Place(string parameter) => Model.IndexOf(parameter);

    /// <summary>The model of a name.</summary>
    protected static SweptModel ModelOf(string name) => SweptModel.All.Single(model => model.Name == name);

    /// <summary>Takes the points of a run, as long as nobody ends it.</summary>
    protected static List<T> Taken<T>(IEnumerable<T> points, CancellationToken cancellation)
    {
        List<T> taken = [];
        foreach (T point in points)
        {
            cancellation.ThrowIfCancellationRequested();
            taken.Add(point);
        }

        return taken;
    }

    /// <summary>Puts an answer together.</summary>
    protected TrajectoryAnswer Answer(
        double[] values, int iterations, bool diverged, IReadOnlyList<TheoryChart> charts, Portrait portrait, IReadOnlyList<Verdict> verdicts,
        IReadOnlyDictionary<string, int>? phases = null) => new(
            Model.Name,
            Model.Parameters.Select((parameter, k) => (parameter.Name, Value: values[k])).ToDictionary(one => one.Name, one => one.Value),
            iterations, diverged, charts, phases, Planes(values), portrait,
            [.. verdicts.Select(verdict => new TheoryVerdict(
                verdict.Theorem, verdict.Claim,
                verdict.Outcome switch { VerdictOutcome.Holds => "holds", VerdictOutcome.Fails => "fails", _ => "not_applicable" },
                verdict.Measured, verdict.UnmetHypothesis))]);

    /// <summary>The chart of S·η and φ·η with the edge.</summary>
    /// <param name="sharpness">S.</param>
    /// <param name="solution">φ; null where the model has none in closed form.</param>
    /// <param name="every">Iterations from one value to the next.</param>
    /// <param name="eta">η.</param>
    /// <param name="columns">Columns of pixels.</param>
    /// <param name="levels">Levels besides the edge.</param>
    protected static TheoryChart SharpnessChart(double[] sharpness, double[]? solution, int every, double eta, int columns, params TheoryLevel[] levels)
    {
        List<TheoryLine> lines = [new("eta_sharpness", "η·S at the iterate", Series(Scaled(sharpness, eta), every, columns))];
        if (solution is not null)
        {
            lines.Add(new TheoryLine("eta_gfs_sharpness", "η·φ at the end of the flow from it", Series(Scaled(solution, eta), every, columns)));
        }

        return new TheoryChart("sharpness", "Step size × sharpness", Logarithmic: false, lines, [new TheoryLevel("the edge, 2", 2), .. levels]);
    }

    /// <summary>The portrait of η·S against a loss.</summary>
    protected static Portrait EdgePortrait(double[] sharpness, double eta, double[] loss, string label)
    {
        int every = Every(loss.Length);
        double[] kept = Thinned(loss, every);
        double[] positive = [.. kept.Where(value => value > 0 && double.IsFinite(value))];
        double[] ends = positive.Length > 0 ? [positive.Min(), positive.Max()] : [1, 1];
        return new Portrait(
            "edge", new PortraitAxis("η·S"), new PortraitAxis(label, Logarithmic: true),
            new PortraitPoints(Thinned(Scaled(sharpness, eta), every), kept, every),
            [new PortraitLine("edge", "the edge, η·S = 2", [2, 2], ends)], []);
    }

    /// <summary>Every how many points one is kept: odd, so that an oscillation of period two is seen.</summary>
    protected static int Every(int points) => ((points - 1) / PortraitPointsMost / 2 * 2) + 1;

    /// <summary>Some of the values.</summary>
    protected static double[] Thinned(double[] values, int every) => [.. values.Where((_, k) => k % every == 0)];

    /// <summary>Values at every so many iterations, as a chart draws them.</summary>
    protected static Decimation Series(double[] values, int every, int columns) =>
        Decimation.Of([.. values.Select((_, k) => (double)k * every)], values, columns);

    /// <summary>Values times a factor.</summary>
    protected static double[] Scaled(double[] values, double factor) => Array.ConvertAll(values, value => value * factor);

    private static TheoryAxisAnswer Axis(SweepAxis axis) => new(axis.Parameter, axis.From, axis.To, axis.Logarithmic);

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
