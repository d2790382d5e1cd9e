using Brink.Flows;
using Brink.Objectives;
using Brink.Tests.Objectives;
using Brink.Torch;
using MathNet.Numerics.LinearAlgebra;

namespace Brink.Tests.Flows;

public sealed class NetworkFlowTests
{
    public static TheoryData<string> Names => [.. FlowIntegrator.Names];

    [Theory]
    [InlineData("rkc", "identity")]
    [InlineData("rkc", "relu")]
    [InlineData("dopri5", "identity")]
    [InlineData("dopri5", "relu")]
    public void Conserved_quantities_hold_to_the_tolerance_and_better_with_a_smaller_one(string name, string activation)
    {
        foreach (bool bias in (bool[])[true, false])
        {
            double[] drift = [.. new[] { 1e-4, 1e-6 }.Select(tolerance => Drift(FlowIntegrator.Named(name, tolerance), activation, bias))];
            Assert.True(drift[0] < 10 * 1e-4, $"bias {bias}: drift {drift[0]} at 1e-4");
            Assert.True(drift[1] < 10 * 1e-6 * 3, $"bias {bias}: drift {drift[1]} at 1e-6");
            Assert.True(drift[1] < drift[0] / 5, $"bias {bias}: drift {drift[0]} at 1e-4 and {drift[1]} at 1e-6");
        }
    }

    [Fact]
    public void Conserved_quantities_hold_better_with_shorter_steps_of_rk4()
    {
        double whole = Drift(new RungeKutta4(1), "identity", bias: true);
        double half = Drift(new RungeKutta4(0.5), "identity", bias: true);
        Assert.True(whole < 1e-3, $"{whole}");
        Assert.True(half < whole / 8, $"{whole} and {half}");
    }

    [Theory]
    [InlineData("mse")]
    [InlineData("ce")]
    public void The_three_integrators_agree_at_equal_time(string loss)
    {
        var problem = new TinyProblem { Loss = loss, Widths = [6, 5] };
        using var scope = new TensorScope();
        using var workers = new Workers(1);
        using NetworkObjective objective = problem.Objective(workers);
        Tensor start = problem.Weights();
        Flow[] flows = [.. new FlowIntegrator[] { new RungeKuttaChebyshev(1e-8), new RungeKutta4(0.1), new DormandPrince(1e-10) }
            .Select(integrator =>
            {
                using (integrator)
                {
                    return Flow.Run(integrator, objective, start, 5);
                }
            })];
        double moved = Flow.Distance(flows[2].End, start.ToArray<double>());
        Assert.True(moved > 0.1, $"moved only {moved}");
        double rkc = Flow.Distance(flows[0].End, flows[2].End) / moved;
        double rk4 = Flow.Distance(flows[1].End, flows[2].End) / moved;
        Assert.True(rkc < 2e-5 && rk4 < 2e-5, $"rkc {rkc}, rk4 {rk4} of the way");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Linear_regression_follows_the_exponential_of_the_hessian(string name)
    {
        // Without a hidden layer the loss is quadratic: w(t) = w* + e^{−tH} (w₀ − w*), computed from dense H and g by LAPACK.
        var problem = new TinyProblem { Widths = [], Samples = 12 };
        using var scope = new TensorScope();
        using var workers = new Workers(1);
        using NetworkObjective objective = problem.Objective(workers);
        Tensor start = problem.Weights();
        int count = (int)objective.Dimension;
        (Matrix<double> hessian, Vector<double> slope) = Quadratic(objective, start);
        var evd = hessian.Evd(Symmetricity.Symmetric);
        Vector<double> gradient = evd.EigenVectors.TransposeThisAndMultiply(slope);
        Assert.True(evd.EigenValues[0].Real > 1e-3, "the limit is one point only where H is regular");
        foreach (double time in (double[])[0.7, 20, 1000])
        {
            using FlowIntegrator integrator = FlowIntegrator.Named(name, 1e-7, time > 100 ? 1 : 0.2);
            Flow flow = Flow.Run(integrator, objective, start, time);
            Vector<double> way = Vector<double>.Build.Dense(count, i => -gradient[i] * -Expm1(-time * evd.EigenValues[i].Real) / evd.EigenValues[i].Real);
            double[] exact = [.. (Vector<double>.Build.Dense(start.ToArray<double>()) + (evd.EigenVectors * way))];
            double error = Flow.Distance(flow.End, exact) / Flow.Distance(exact, start.ToArray<double>());
            Assert.True(error < 2e-5, $"{error} of the way at time {time}");
        }
    }

    [Fact]
    public void The_limit_of_linear_regression_is_its_least_squares_solution()
    {
        var problem = new TinyProblem { Widths = [], Samples = 12 };
        using var scope = new TensorScope();
        using var workers = new Workers(1);
        using NetworkObjective objective = problem.Objective(workers);
        (Matrix<double> hessian, Vector<double> gradient) = Quadratic(objective, problem.Weights());
        Vector<double> limit = Vector<double>.Build.Dense(problem.Weights().ToArray<double>()) - hessian.Cholesky().Solve(gradient);
        using var rkc = new RungeKuttaChebyshev(1e-6);
        Flow flow = Flow.Run(rkc, objective, problem.Weights(), double.PositiveInfinity, untilGradNorm: 1e-11);
        Assert.True(Flow.Distance(flow.End, [.. limit]) < 1e-8, $"{Flow.Distance(flow.End, [.. limit])} away");
        Assert.True(flow.Gradients < 3000, $"{flow.Gradients} gradients");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_loss_times_c_is_the_same_flow_in_time_over_c(string name)
    {
        // squared = K/2 · mse: the flow of the one at time t is that of the other at K t / 2, and so is every step of it.
        const int Classes = 3;
        var fast = new TinyProblem { Loss = "squared", Classes = Classes, Widths = [5] };
        using var scope = new TensorScope();
        using var workers = new Workers(1);
        using NetworkObjective squared = fast.Objective(workers);
        using NetworkObjective mse = (fast with { Loss = "mse" }).Objective(workers);
        using FlowIntegrator one = FlowIntegrator.Named(name, 1e-5);
        using FlowIntegrator other = FlowIntegrator.Named(name, 1e-5);
        Flow first = Flow.Run(one, squared, fast.Weights(), 8);
        Flow second = Flow.Run(other, mse, fast.Weights(), 8 * Classes / 2.0);
        Assert.Equal(first.Steps, second.Steps);
        Assert.True(Flow.Distance(first.End, second.End) < 1e-8);
    }

    [Fact]
    public void To_a_small_loss_rkc_needs_far_fewer_gradients_than_rk4()
    {
        var problem = new TinyProblem { Widths = [12, 12], Samples = 10 };
        using var scope = new TensorScope();
        using var workers = new Workers(1);
        using NetworkObjective objective = problem.Objective(workers);
        Flow[] flows = [.. new FlowIntegrator[] { new RungeKuttaChebyshev(1e-4), new RungeKutta4() }.Select(integrator =>
        {
            using (integrator)
            {
                return Flow.Run(integrator, objective, problem.Weights(), double.PositiveInfinity, untilGradNorm: 1e-3);
            }
        })];
        Assert.True(flows[0].Gradients + (2 * flows[0].Hvps) < flows[1].Gradients / 5, $"{flows[0]} against {flows[1]}");
        Assert.True(Flow.Distance(flows[0].End, flows[1].End) < 1e-2 * Flow.Distance(flows[1].End, problem.Weights().ToArray<double>()));
    }

    /// <summary>H and g of a loss that is quadratic.</summary>
    private static (Matrix<double> Hessian, Vector<double> Gradient) Quadratic(NetworkObjective objective, Tensor start)
    {
        int count = (int)objective.Dimension;
        using Evaluation at = objective.Evaluate(start.Clone().Unscoped(), Wanted.ValueAndGradient);
        var hessian = Matrix<double>.Build.DenseOfRowArrays(Enumerable.Range(0, count).Select(i =>
        {
            double[] unit = new double[count];
            unit[i] = 1;
            return at.HessianVectorProduct(Tensor.From(unit)).ToArray<double>();
        }));
        return (hessian, Vector<double>.Build.Dense(at.Gradient().ToArray<double>()));
    }

    private static double Expm1(double x) => Math.Abs(x) < 1e-5 ? x + (x * x / 2) : Math.Exp(x) - 1;

    /// <summary>Largest change of a conserved quantity over a flow, relative to ‖w‖².</summary>
    private static double Drift(FlowIntegrator integrator, string activation, bool bias)
    {
        var problem = new TinyProblem { Activation = activation, Widths = [6, 5], Bias = bias, Samples = 9, Loss = "squared" };
        using var scope = new TensorScope();
        using var workers = new Workers(1);
        using NetworkObjective objective = problem.Objective(workers);
        Tensor start = problem.Weights();
        using (integrator)
        {
            // Where a ReLU's flow comes to run along a kink no step is smooth: the flow is followed over its smooth stretch.
            Flow flow = Flow.Run(integrator, objective, start, activation == "relu" ? 1 : 6);
            double[] before = Conserved(problem, start.ToArray<double>(), matrices: activation == "identity");
            double[] after = Conserved(problem, flow.End, matrices: activation == "identity");
            double size = start.Norm();
            Assert.True(flow.Losses[^1] < 0.97 * flow.Losses[0]);
            return before.Zip(after, (b, a) => Math.Abs(b - a)).Max() / (size * size);
        }
    }

    /// <summary>W_{l+1}ᵀW_{l+1} − W_lW_lᵀ − b_lb_lᵀ of every pair of layers, all entries, or their traces only.</summary>
    private static double[] Conserved(TinyProblem problem, double[] weights, bool matrices)
    {
        int[] widths = [(int)problem.InputShape[^1], .. problem.Widths, problem.Classes];
        var layers = new List<(Matrix<double> Weight, Vector<double> Bias)>();
        int offset = 0;
        for (int l = 0; l + 1 < widths.Length; l++)
        {
            int rows = widths[l + 1];
            int columns = widths[l];
            var weight = Matrix<double>.Build.Dense(rows, columns, (i, j) => weights[offset + (i * columns) + j]);
            offset += rows * columns;
            Vector<double> shift = Vector<double>.Build.Dense(rows);
            if (problem.Bias)
            {
                shift.SetValues(weights[offset..(offset + rows)]);
                offset += rows;
            }

            layers.Add((weight, shift));
        }

        Assert.Equal(weights.Length, offset);
        return [.. layers.Zip(layers.Skip(1), (here, above) =>
        {
            Matrix<double> kept = above.Weight.TransposeThisAndMultiply(above.Weight)
                - here.Weight.TransposeAndMultiply(here.Weight) - here.Bias.OuterProduct(here.Bias);
            return matrices ? kept.Enumerate() : [kept.Trace()];
        }).SelectMany(values => values)];
    }
}
