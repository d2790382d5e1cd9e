using Brink.Flows;
using Brink.Methods;
using Brink.Objectives;
using Brink.Tests.Methods;
using Brink.Torch;

namespace Brink.Tests.Flows;

public sealed class GradientFlowTests
{
    [Fact]
    public void Iterations_land_on_multiples_of_the_interval_and_at_the_end()
    {
        foreach (string name in FlowIntegrator.Names)
        {
            var objective = new ClosedFormObjective(Quadratic.Diagonal(1, 30), 2);
            using var flow = new GradientFlow(FlowIntegrator.Named(name, 1e-6, 0.3), interval: 0.3, untilTime: 1);
            double[] times = [0.3, 0.6, 0.9, 1];
            Evaluation at = objective.At(1, 1);
            foreach (double expected in times)
            {
                Assert.False(flow.IsAtEnd);
                (Evaluation next, StepReport report) = flow.Step(objective, at);
                at.Dispose();
                at = next;
                Assert.Equal(expected, flow.Time, 15);
                Assert.True(report.Stages >= 2 && report.GradientEvaluations >= report.Stages);
                Assert.Equal(Math.Exp(-expected), Trajectory.Point(at)[0], 1e-4);
            }

            Assert.True(flow.IsAtEnd);
            at.Dispose();
            Assert.Equal(0, objective.Alive);
        }
    }

    [Fact]
    public void The_distance_to_gradient_descent_is_that_of_the_closed_forms()
    {
        // w(t) = e^{−t}, w_gd = (1 − η)^{t/η}.
        const double Eta = 0.1;
        var objective = new ClosedFormObjective(Quadratic.Diagonal(1), 1);
        var flow = new GradientFlow(new DormandPrince(1e-10), interval: 3 * Eta, compareStep: Eta);
        Evaluation at = objective.At(1);
        Assert.Equal(0, flow.Point(at).DistanceToGd);
        for (int k = 1; k <= 5; k++)
        {
            (Evaluation next, StepReport report) = flow.Step(objective, at);
            at.Dispose();
            at = next;
            FlowPoint point = flow.Point(at);
            double descent = Math.Pow(1 - Eta, 3 * k);
            Assert.Equal(Math.Exp(-3 * k * Eta) - descent, point.DistanceToGd!.Value, 1e-8);
            Assert.Equal(descent * descent / 2, point.GdLoss!.Value, 1e-12);
            Assert.True(report.GradientEvaluations > 3);
        }

        at.Dispose();
        flow.Dispose();
        Assert.Equal(0, objective.Alive);
    }

    [Fact]
    public void Beside_a_descent_that_diverges_the_flow_goes_on_alone()
    {
        // A step of 4 over curvature 1 triples the distance; the tower of powers overflows on the way.
        var objective = new ClosedFormObjective(new OneDimensional(w => Math.Cosh(w), w => Math.Sinh(w), w => Math.Cosh(w)), 1);
        using var flow = new GradientFlow(new RungeKuttaChebyshev(1e-4), compareStep: 4);
        using var scope = new TensorScope();
        Evaluation at = objective.At(3);
        for (int k = 0; k < 4; k++)
        {
            (Evaluation next, _) = flow.Step(objective, at);
            at.Dispose();
            at = next;
        }

        Assert.Equal(16, flow.Time);
        Assert.Null(flow.Point(at).DistanceToGd);
        Assert.Equal(1, at.Value, 1e-6);
        at.Dispose();
    }
}
