using System.Numerics;
using Brink.Theory.Sweeps;

namespace Brink.Tests.Theory.Sweeps;

/// <summary>Every lane of every vector width takes the very steps of the scalar reference.</summary>
public sealed class LaneTests
{
    public static TheoryData<string, string, bool> Models => new()
    {
        { "minimalist", "", false }, { "minimalist", "", true },
        { "minimalist", "epsilon=0", false }, { "minimalist", "lambda2=0", true },
        { "scalar", "depth=1", false }, { "scalar", "depth=2", true }, { "scalar", "depth=3", false }, { "scalar", "depth=10", true },
        { "squared-regression", "", false }, { "squared-regression", "", true },
        { "linear", "", false }, { "linear", "depth=3", true }, { "linear", "width=4", false }, { "linear", "depth=1", true }, { "linear", "width=1", false },
    };

    [Theory]
    [MemberData(nameof(Models))]
    public void Vector_lanes_equal_the_scalar_reference_bit_for_bit(string name, string setting, bool single)
    {
        SweptModel model = Sweeps.Model(name);
        double[][] cells = Cells(model, setting, 53);
        double[] reference = single ? Ends<ScalarLane<float>, float>(model, cells) : Ends<ScalarLane<double>, double>(model, cells);
        double[] narrow = single ? Ends<VectorLane<float>, float>(model, cells) : Ends<VectorLane<double>, double>(model, cells);
        double[] wide = single ? Ends<Lane512<float>, float>(model, cells) : Ends<Lane512<double>, double>(model, cells);
        Assert.Contains(reference, double.IsFinite);
        Assert.Equal(reference, narrow);
        Assert.Equal(reference, wide);
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(1e-3)]
    public void Keeping_away_from_zero_treats_every_kind_of_number_alike(double least)
    {
        double[] kinds = [0, -0.0, 1e-4, -1e-4, 1e-3, -1, double.Epsilon, -1e-310, double.MaxValue, double.PositiveInfinity, double.NegativeInfinity, double.NaN, -double.NaN];
        foreach (double kind in kinds)
        {
            double expected = double.IsNaN(kind) ? kind : Math.CopySign(Math.Max(Math.Abs(kind), least), kind);
            Assert.Equal(expected, Kept<ScalarLane<double>, double>(kind, least));
            Assert.Equal(expected, Kept<VectorLane<double>, double>(kind, least));
            Assert.Equal(expected, Kept<Lane512<double>, double>(kind, least));
            Assert.Equal(double.IsNegative(expected), double.IsNegative(Kept<Lane512<double>, double>(kind, least)));
            float single = float.IsNaN((float)kind) ? (float)kind : MathF.CopySign(MathF.Max(MathF.Abs((float)kind), (float)least), (float)kind);
            Assert.Equal(single, Kept<ScalarLane<float>, float>((float)kind, (float)least));
            Assert.Equal(single, Kept<VectorLane<float>, float>((float)kind, (float)least));
            Assert.Equal(single, Kept<Lane512<float>, float>((float)kind, (float)least));
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void So_do_the_regimes_and_the_exponents(string name, string setting, bool single)
    {
        SweptModel model = Sweeps.Model(name);
        double[][] cells = Cells(model, setting, 53);
        var rules = new OrbitRules { Steps = 300, Window = 200, LongestPeriod = 16 };
        OrbitSummary[] reference = single ? Judged<ScalarLane<float>, float>(model, cells, rules) : Judged<ScalarLane<double>, double>(model, cells, rules);
        OrbitSummary[] wide = single ? Judged<Lane512<float>, float>(model, cells, rules) : Judged<Lane512<double>, double>(model, cells, rules);
        Assert.Equal(reference, wide);
    }

    [Theory]
    [InlineData("minimalist")]
    [InlineData("scalar")]
    [InlineData("squared-regression")]
    [InlineData("linear")]
    public void The_kernel_is_gradient_descent_on_the_models_function(string name)
    {
        // Independent of the kernels' arithmetic: −η∇f by central differences of the function as written in its paper.
        SweptModel model = Sweeps.Model(name);
        foreach (double[] cell in Cells(model, name == "minimalist" ? "epsilon=0" : "", 7))
        {
            double[] start = Start(model, cell);
            double[] end = new double[start.Length];
            new LineSweep<ScalarLane<double>, double>(model, cell).Advance([cell], 1, end);
            double eta = cell[model.IndexOf("eta")];
            for (int i = 0; i < start.Length; i++)
            {
                double slope = Sweeps.Slope(start, i, at => Sweeps.Loss(model, cell, at));
                Assert.Equal(start[i] - (eta * slope), end[i], 1e-8);
            }
        }
    }

    [Theory]
    [InlineData("minimalist")]
    [InlineData("scalar")]
    [InlineData("squared-regression")]
    [InlineData("linear")]
    public void The_Hessian_is_the_slope_of_the_function_twice(string name)
    {
        SweptModel model = Sweeps.Model(name);
        double[] cell = Cells(model, "", 5)[3];
        double[] at = Start(model, cell);
        var hessian = MathNet.Numerics.LinearAlgebra.Matrix<double>.Build.Dense(at.Length, at.Length);
        model.Hessian(cell, at, hessian);
        for (int i = 0; i < at.Length; i++)
        {
            for (int j = 0; j < at.Length; j++)
            {
                int other = j;
                double twice = Sweeps.Slope(at, i, x => Sweeps.Slope(x, other, y => Sweeps.Loss(model, cell, y)));
                Assert.Equal(twice, hessian[i, j], 2e-4 * (1 + Math.Abs(twice)));
            }
        }
    }

    [Theory]
    [InlineData("minimalist")]
    [InlineData("scalar")]
    [InlineData("squared-regression")]
    [InlineData("linear")]
    public void The_tangent_is_the_maps_derivative(string name)
    {
        SweptModel model = Sweeps.Model(name);
        foreach (double[] cell in Cells(model, "", 5))
        {
            double[] start = Start(model, cell);
            double[] parameters = new double[model.KernelParameters];
            model.Begin(cell, new double[start.Length], parameters);
            ScalarLane<double>[] theta = [.. parameters.Select(value => new ScalarLane<double>(value))];
            ISweepKernel<ScalarLane<double>, double> kernel = model.Kernel<ScalarLane<double>, double>(cell);
            double[] direction = [.. start.Select((_, i) => Math.Cos(1 + i))];
            const double Step = 1e-6;
            double[] ahead = After(start.Zip(direction, (x, v) => x + (Step * v)));
            double[] behind = After(start.Zip(direction, (x, v) => x - (Step * v)));
            ScalarLane<double>[] state = Lanes(start);
            ScalarLane<double>[] tangent = Lanes(direction);
            kernel.AdvanceTangent(state, tangent, theta, 3);
            Assert.Equal(After(start), Numbers(state), (a, b) => Math.Abs(a - b) <= 1e-13 * (1 + Math.Abs(a)));
            double[] carried = Numbers(tangent);
            for (int i = 0; i < start.Length; i++)
            {
                Assert.Equal((ahead[i] - behind[i]) / (2 * Step), carried[i], 1e-6 * (1 + Math.Abs(carried[i])));
            }

            double[] After(IEnumerable<double> from)
            {
                ScalarLane<double>[] lanes = Lanes(from);
                kernel.Advance(lanes, theta, 3);
                return Numbers(lanes);
            }
        }
    }

    [Theory]
    [InlineData(1, 3)]
    [InlineData(2, 1)]
    [InlineData(4, 2)]
    [InlineData(3, 4)]
    public void Steps_on_a_linear_network_are_those_of_the_general_one(int depth, int width)
    {
        SweptModel model = Sweeps.Model("linear");
        double[] cell = [.. model.Parameters.Select(parameter => parameter.Default)];
        cell[model.IndexOf("depth")] = depth;
        cell[model.IndexOf("width")] = width;
        cell[model.IndexOf("eta")] = 0.07;
        double[] w = Start(model, cell);
        double[] end = new double[w.Length];
        new LineSweep<ScalarLane<double>, double>(model, cell).Advance([cell], 20, end);
        var network = new Brink.Theory.LinearNetwork(
            [.. Enumerable.Repeat(width, depth + 1)], Brink.Theory.LinearNetwork.IdentityInputs(width), Sweeps.LinearTarget(model, cell));
        double[] gradient = new double[w.Length];
        for (int k = 0; k < 20; k++)
        {
            network.Gradient(w, gradient);
            w = [.. w.Zip(gradient, (x, g) => x - (0.07 * g))];
        }

        Assert.All(w.Zip(end), pair => Assert.Equal(pair.First, pair.Second, 1e-12));
    }

    private static ScalarLane<double>[] Lanes(IEnumerable<double> numbers) => [.. numbers.Select(number => new ScalarLane<double>(number))];

    private static double[] Numbers(ScalarLane<double>[] lanes) => [.. lanes.Select(lane =>
    {
        double[] number = new double[1];
        lane.Write(number);
        return number[0];
    })];

    private static double[] Start(SweptModel model, double[] cell)
    {
        double[] start = new double[model.VariableNames(cell).Count];
        model.Begin(cell, start, new double[model.KernelParameters]);
        return start;
    }

    /// <summary>Step sizes from far below to far beyond the edge, and a second parameter that varies as well.</summary>
    private static double[][] Cells(SweptModel model, string setting, int count)
    {
        Dictionary<string, double> settings = setting.Length == 0 ? [] : new() { [setting.Split('=')[0]] = double.Parse(setting.Split('=')[1]) };
        (double from, double to) = model.Name == "minimalist" ? (0.005, 0.2) : (0.05, 2.5);
        var plane = new ParameterPlane(model, new SweepAxis("eta", from, to, count), null, settings);
        return plane.Cells(0);
    }

    private static T Kept<TLane, T>(T number, T least)
        where TLane : unmanaged, ILane<TLane, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var kept = new T[TLane.Width];
        TLane.KeepAway(TLane.All(number), TLane.All(least)).Write(kept);
        return kept[^1];
    }

    private static double[] Ends<TLane, T>(SweptModel model, double[][] cells)
        where TLane : unmanaged, ILane<TLane, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double[] ends = new double[cells.Length * model.VariableNames(cells[0]).Count];
        new LineSweep<TLane, T>(model, cells[0]).Advance(cells, 1000, ends);
        return ends;
    }

    private static OrbitSummary[] Judged<TLane, T>(SweptModel model, double[][] cells, OrbitRules rules)
        where TLane : unmanaged, ILane<TLane, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var summaries = new OrbitSummary[cells.Length];
        new LineSweep<TLane, T>(model, cells[0]).Judge(cells, rules, summaries, CancellationToken.None);
        return summaries;
    }
}
