using System.Globalization;
using System.Text.Json;
using Brink.Server.Theory;
using FsCheck;
using FsCheck.Fluent;
using MathNet.Numerics.LinearAlgebra;

namespace Brink.Server.Tests.Theory;

/// <summary>Trajectories against gradient descent written out here, and against the numbers of the papers' figures.</summary>
public sealed class TheoryTrajectoryTests(TheoryServer server) : IClassFixture<TheoryServer>
{
    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    [Fact]
    public async Task The_minimalist_example_takes_the_steps_of_projected_gradient_descent()
    {
        const int Iterations = 600;
        (double lambda1, double lambda2, double eta, double epsilon) = (80, 0.02, 0.04, 2e-3);
        (double a, double b1, double b2) = (0.4, 0.3, 0.5);
        JsonElement answer = await server.GetAsync(
            $"/api/theory/trajectory?model=minimalist&lambda1=80&lambda2=0.02&eta=0.04&epsilon=2e-3&alpha=0.4&beta1=0.3&beta2=0.5&iterations={Iterations}&points=4000");
        double[] alpha = answer.Values("trajectory", "alpha");
        double[] beta1 = answer.Values("trajectory", "beta1");
        double[] beta2 = answer.Values("trajectory", "beta2");
        double[] sharpness = answer.Values("sharpness", "eta_sharpness");
        Assert.Equal(Iterations + 1, alpha.Length);
        for (int k = 0; k <= Iterations; k++)
        {
            Near(a, alpha[k]);
            Near(b1, beta1[k]);
            Near(b2, beta2[k]);
            Near(0.5 * lambda1 * a * a * b1 * b1, answer.Values("loss", "loss_oscillating")[k]);
            Near(0.5 * lambda2 * ((a * b2) - 1) * ((a * b2) - 1), answer.Values("loss", "loss_converging")[k]);
            Matrix<double> hessian = Matrix<double>.Build.DenseOfArray(new[,]
            {
                { (lambda1 * b1 * b1) + (lambda2 * b2 * b2), 2 * lambda1 * a * b1, lambda2 * ((2 * a * b2) - 1) },
                { 2 * lambda1 * a * b1, lambda1 * a * a, 0 },
                { lambda2 * ((2 * a * b2) - 1), 0, lambda2 * a * a },
            });
            Near(eta * hessian.Evd(Symmetricity.Symmetric).EigenValues.Real().Max(), sharpness[k]);
            (a, b1, b2) = (
                a - (eta * ((lambda1 * a * b1 * b1) + (lambda2 * ((a * b2) - 1) * b2))),
                b1 - (eta * lambda1 * a * a * b1),
                b2 - (eta * lambda2 * ((a * b2) - 1) * a));
            b1 = Math.Abs(b1) < epsilon ? Math.CopySign(epsilon, b1) : b1;
        }
    }

    [Theory]
    [InlineData(1e-3, 0.3, 0.01, 0.3, 2.066)]
    [InlineData(1e-4, 0.1, 0.1, 0.1, 2.102)]
    [InlineData(1e-6, 0.6, 0.01, 0.6, 2.152)]
    public async Task The_edge_of_the_minimalist_example_is_that_of_the_paper(double epsilon, double alpha, double beta1, double beta2, double largest)
    {
        JsonElement answer = await server.GetAsync(
            $"/api/theory/trajectory?model=minimalist&lambda1=100&lambda2=0.01&eta=0.05&epsilon={Text(epsilon)}&alpha={Text(alpha)}&beta1={Text(beta1)}&beta2={Text(beta2)}&iterations=20000&points=400");
        int crossing = answer.GetProperty("phases").GetProperty("edge_of_stability").GetInt32();
        JsonElement curve = answer.Curve("sharpness", "eta_sharpness");
        double[] x = curve.GetProperty("x").Numbers();
        double[] high = curve.GetProperty("high").Numbers();
        double[] y = curve.GetProperty("y").Numbers();
        Assert.InRange(y.Length, 390, 400);

        // The greatest of every column is kept, so thinning loses no spike.
        Assert.Equal(largest, high.Where((_, k) => x[k] > crossing).Max(), 1e-3);
        Assert.Equal(2, y.Where((_, k) => x[k] > 10_000 + (crossing / 2)).Average(), 2e-3);
        Assert.All(high.Where((_, k) => x[k] < crossing - 50), value => Assert.True(value < 2));
        string[] outcomes = [.. answer.GetProperty("verdicts").EnumerateArray().Take(4).Select(verdict => verdict.GetProperty("outcome").GetString()!)];
        Assert.Equal(["holds", "holds", "holds", "holds"], outcomes);
    }

    [Fact]
    public async Task The_phases_are_those_of_the_command_line()
    {
        // docs/theory.md: brink theory minimalist --alpha 0.3 --beta1 0.01 --beta2 0.3.
        JsonElement answer = await server.GetAsync("/api/theory/trajectory?model=minimalist&alpha=0.3&beta1=0.01&beta2=0.3&iterations=20000");
        Assert.Equal("""{"progressive_sharpening":0,"edge_of_stability":1931}""", answer.GetProperty("phases").GetRawText());
        JsonElement stabilised = answer.GetProperty("verdicts")[1];
        Assert.Equal("δ = 0.0656", stabilised.GetProperty("measured").GetString());
    }

    [Theory]
    [InlineData(2, 0.7, 1.1, 1.5, 1.0)]
    [InlineData(5, 0.2, 1.2, 0.6, 1.0)]
    [InlineData(3, 0.25, 0.9, 2.0, 1.7)]
    public async Task A_scalar_network_takes_the_steps_of_gradient_descent_and_knows_where_the_flow_ends(int depth, double eta, double size, double ratio, double target)
    {
        JsonElement answer = await server.GetAsync(
            $"/api/theory/trajectory?model=scalar&depth={depth}&eta={Text(eta)}&size={Text(size)}&ratio={Text(ratio)}&target={Text(target)}&iterations=100&points=4000");
        double other = size * Math.Pow(ratio, -1.0 / depth);
        double[] w = [.. Enumerable.Range(0, depth).Select(k => k == 0 ? other * ratio : other)];
        Near(size, Math.Pow(w.Aggregate((one, next) => one * next), 1.0 / depth));
        for (int k = 0; k <= 100; k++)
        {
            for (int i = 0; i < depth; i++)
            {
                Near(w[i], answer.Values("trajectory", $"w{i + 1}")[k]);
            }

            double residual = w.Aggregate((one, next) => one * next) - target;
            Near(0.5 * residual * residual, answer.Values("loss", "loss")[k], 1e-7);
            Near(eta * FlowSharpness(w, target), answer.Values("sharpness", "eta_gfs_sharpness")[k], 1e-7);
            double[] gradient = [.. w.Select((_, i) => residual * w.Where((_, j) => j != i).Aggregate(1.0, (one, next) => one * next))];
            w = [.. w.Select((weight, i) => weight - (eta * gradient[i]))];
        }
    }

    [Theory]
    [InlineData(0.97, true)]
    [InlineData(1.03, false)]
    public async Task Beyond_the_critical_step_a_scalar_network_of_depth_two_no_longer_converges(double eta, bool converges)
    {
        JsonElement answer = await server.GetAsync($"/api/theory/trajectory?model=scalar&eta={Text(eta)}&ratio=1.2&iterations=4000");
        double last = answer.Values("loss", "loss")[^1];
        Assert.Equal(converges, last < 1e-20);
    }

    [Fact]
    public async Task At_the_end_of_squared_regression_the_sharpness_is_that_of_the_flow_from_there()
    {
        JsonElement answer = await server.GetAsync("/api/theory/trajectory?model=squared-regression&eta=0.3&size=0.7&ratio=0.4&iterations=800&points=4000");
        Assert.True(answer.Values("loss", "loss")[^1] < 1e-12);
        Near(answer.Values("sharpness", "eta_sharpness")[^1], answer.Values("sharpness", "eta_gfs_sharpness")[^1], 1e-5);

        // Interpolation: β = u² − v² solves xᵀβ = y for the three rows of the Hadamard matrix.
        double[] beta = [.. Enumerable.Range(1, 4).Select(k =>
        {
            double u = answer.Values("trajectory", $"u{k}")[^1];
            double v = answer.Values("trajectory", $"v{k}")[^1];
            return (u * u) - (v * v);
        })];
        Near(1, beta[0] + beta[1] + beta[2] + beta[3], 1e-6);
        Near(0.5, beta[0] - beta[1] + beta[2] - beta[3], 1e-6);
        Near(-0.5, beta[0] + beta[1] - beta[2] - beta[3], 1e-6);
    }

    [Fact]
    public async Task A_linear_network_with_balanced_layers_is_scalar_networks_side_by_side()
    {
        // Without spread both layers are size·I: entry (k, k) of the product is the square of a weight that follows w ← w − ηw(w² − σ_k).
        JsonElement answer = await server.GetAsync("/api/theory/trajectory?model=linear&eta=0.3&size=0.5&spread=0&condition=2&iterations=60&points=4000");
        double[] weights = [0.5, 0.5];
        for (int k = 0; k <= 60; k++)
        {
            Near(weights[0] * weights[0], answer.Values("trajectory", "w11")[k]);
            Near(weights[1] * weights[1], answer.Values("trajectory", "w22")[k]);
            Assert.Equal(0, answer.Values("trajectory", "w12")[k]);
            weights = [weights[0] - (0.3 * weights[0] * ((weights[0] * weights[0]) - 1)), weights[1] - (0.3 * weights[1] * ((weights[1] * weights[1]) - 0.5))];
        }
    }

    [Fact]
    public async Task A_large_linear_network_is_measured_at_some_iterates_only()
    {
        JsonElement answer = await server.GetAsync("/api/theory/trajectory?model=linear&depth=4&width=4&eta=0.05&iterations=5000&points=4000");
        Assert.Equal(5001, answer.Values("loss", "loss").Length);
        double[] measured = answer.Curve("sharpness", "eta_sharpness").GetProperty("x").Numbers();
        Assert.InRange(measured.Length, 200, 1000);
        Assert.Equal(1, measured[1] % 2);
    }

    [Fact]
    public async Task Divergence_is_a_result()
    {
        JsonElement answer = await server.GetAsync("/api/theory/trajectory?model=minimalist&alpha=10&beta1=10&beta2=10");
        Assert.True(answer.GetProperty("diverged").GetBoolean());
        Assert.InRange(answer.GetProperty("iterations").GetInt32(), 1, 50);
        Assert.Equal(double.NaN, answer.Values("loss", "loss")[^1]);
    }

    [Fact]
    public async Task A_start_on_the_saddle_stays_there_and_has_no_flow()
    {
        JsonElement answer = await server.GetAsync("/api/theory/trajectory?model=scalar&size=0&iterations=5");
        Assert.All(answer.Values("trajectory", "w1"), weight => Assert.Equal(0, weight));
        Assert.All(answer.Values("sharpness", "eta_gfs_sharpness"), product => Assert.Equal(double.NaN, product));
        Assert.DoesNotContain("\"flow\"", answer.GetProperty("portrait").GetRawText());
    }

    [Fact]
    public void The_sharpness_in_the_plane_of_equal_weights_is_that_of_the_whole_Hessian()
    {
        Gen<(int, double, double, double)> points =
            from depth in Gen.Choose(2, 7)
            from target in Gen.Choose(1, 300)
            from first in Gen.Choose(-200, 200)
            from other in Gen.Choose(-200, 200)
            select (depth, target / 100.0, first / 100.0, other / 100.0);
        Prop.ForAll(points.ToArbitrary(), point =>
        {
            (int depth, double target, double first, double other) = point;
            double[] w = [first, .. Enumerable.Repeat(other, depth - 1)];
            double exact = new Brink.Theory.ScalarNetwork(depth, target).Eigenvalues(w)[^1];
            double computed = ScalarView.SharpnessWhereOthersAreEqual(depth, target, first, other);
            return Math.Abs(exact - computed) <= 1e-9 * (1 + Math.Abs(exact) + Math.Pow(Math.Abs(first) + Math.Abs(other) + 1, (2 * depth) - 2));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public async Task The_portrait_of_a_scalar_network_shows_minimisers_the_edge_and_the_flow()
    {
        JsonElement portrait = (await server.GetAsync("/api/theory/trajectory?model=scalar&eta=0.6&size=1.1&ratio=1.5&iterations=200")).GetProperty("portrait");
        JsonElement Line(string kind) => portrait.GetProperty("lines").EnumerateArray().Single(line => line.GetProperty("kind").GetString() == kind);
        double[] x = Line("stable_minimisers").GetProperty("x").Numbers();
        double[] y = Line("stable_minimisers").GetProperty("y").Numbers();
        int stable = 0;
        for (int k = 0; k < x.Length; k++)
        {
            if (double.IsFinite(x[k]))
            {
                // At a minimum of depth two λ₁ = w₁² + w₂².
                Near(1, x[k] * y[k], 1e-7);
                Assert.True(((x[k] * x[k]) + (y[k] * y[k])) * 0.6 <= 2 + 1e-6);
                stable++;
            }
        }

        Assert.InRange(stable, 50, x.Length - 50);
        double[] flowX = Line("flow").GetProperty("x").Numbers();
        double[] flowY = Line("flow").GetProperty("y").Numbers();
        Assert.All(flowX.Zip(flowY), point => Near((flowX[0] * flowX[0]) - (flowY[0] * flowY[0]), (point.First * point.First) - (point.Second * point.Second), 1e-7));
        Near(1, flowX[^1] * flowY[^1], 1e-7);

        JsonElement edge = portrait.GetProperty("fields").EnumerateArray().Single(field => field.GetProperty("kind").GetString() == "edge");
        int columns = edge.GetProperty("columns").GetInt32();
        double[] values = edge.GetProperty("values").Numbers();
        Assert.Equal(columns * edge.GetProperty("rows").GetInt32(), values.Length);
        Near(2 / 0.6, edge.GetProperty("levels")[0].GetDouble());
        double left = portrait.GetProperty("x").GetProperty("low").GetDouble();
        double bottom = portrait.GetProperty("y").GetProperty("low").GetDouble();
        Near(new Brink.Theory.ScalarNetwork(2).Sharpness([left, bottom]), values[0], 1e-5);
    }

    [Theory]
    [InlineData("minimalist&iterations=200", "plane,oscillation,edge")]
    [InlineData("scalar&depth=1", "edge")]
    [InlineData("scalar&depth=3", "plane,edge")]
    [InlineData("squared-regression", "plane,edge")]
    [InlineData("linear", "edge")]
    public async Task Every_plane_that_is_offered_is_drawn_when_it_is_asked_for(string query, string planes)
    {
        JsonElement first = await server.GetAsync($"/api/theory/trajectory?model={query}");
        string[] names = [.. first.GetProperty("portraits").EnumerateArray().Select(one => one.GetProperty("name").GetString()!)];
        Assert.Equal(planes, string.Join(',', names));
        Assert.Equal(names[0], first.GetProperty("portrait").GetProperty("name").GetString());
        foreach (string name in names)
        {
            JsonElement portrait = (await server.GetAsync($"/api/theory/trajectory?model={query}&portrait={name}")).GetProperty("portrait");
            Assert.Equal(name, portrait.GetProperty("name").GetString());
            Assert.Equal(portrait.GetProperty("points").GetProperty("x").GetArrayLength(), portrait.GetProperty("points").GetProperty("y").GetArrayLength());
        }
    }

    /// <summary>Σ y²/w*ᵢ² at the end of the flow, the end found by bisection: w*ᵢ² = wᵢ² + c with the c at which their product is y².</summary>
    private static double FlowSharpness(double[] w, double target)
    {
        (double low, double high) = (-w.Min(weight => weight * weight), 1e3);
        for (int step = 0; step < 200; step++)
        {
            double middle = (low + high) / 2;
            double product = w.Aggregate(1.0, (one, weight) => one * ((weight * weight) + middle));
            (low, high) = product < target * target ? (middle, high) : (low, middle);
        }

        return w.Sum(weight => target * target / ((weight * weight) + low));
    }

    private static void Near(double expected, double actual, double tolerance = 1e-8) =>
        Assert.True(Math.Abs(expected - actual) <= tolerance * (1 + Math.Abs(expected)), $"expected {expected:R}, got {actual:R}");
}
