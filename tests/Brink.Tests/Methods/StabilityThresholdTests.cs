using Brink.Methods;
using Brink.Torch;

namespace Brink.Tests.Methods;

/// <summary>
/// On ½a w² a method converges for a just below its threshold and diverges just above: the threshold is seen, not derived.
/// </summary>
public sealed class StabilityThresholdTests
{
    /// <summary>Makes P constant: ε dwarfs the root of the mean square, so that P⁻¹H is a/ε.</summary>
    private const double Epsilon = 1e3;

    private static readonly Dictionary<string, (Func<Method> Make, double Expected)> s_cases = new()
    {
        ["gd"] = (() => new GradientDescent(0.05), 40),
        ["gd with weight decay"] = (() => new GradientDescent(0.05, weightDecay: 8), 32),
        ["heavy ball"] = (() => new GradientDescent(0.05, 0.9), 3.8 / 0.05),
        ["heavy ball with weight decay"] = (() => new GradientDescent(0.05, 0.5, weightDecay: 3), (3 / 0.05) - 3),
        ["Nesterov"] = (() => new GradientDescent(0.05, 0.9, nesterov: true), 3.8 / (2.8 * 0.05)),
        ["Nesterov, little"] = (() => new GradientDescent(0.2, 0.25, nesterov: true), 2.5 / (1.5 * 0.2)),
        ["sgd"] = (() => new StochasticGradientDescent(0.1), 20),
        ["sgd with momentum"] = (() => new StochasticGradientDescent(0.1, 0.8), 36),
        ["sgd with dampening"] = (() => new StochasticGradientDescent(0.1, 0.8, dampening: 0.5), 72),
        ["sgd with Nesterov"] = (() => new StochasticGradientDescent(0.1, 0.8, nesterov: true), 3.6 / (2.6 * 0.1)),
        ["rmsprop"] = (() => new RmsProp(0.1, epsilon: Epsilon), 20),
        ["adam"] = (() => new Adam(0.1, beta1: 0.9, epsilon: Epsilon), 380),
        ["adam without momentum"] = (() => new Adam(0.1, beta1: 0, epsilon: Epsilon), 20),
    };

    public static TheoryData<string> Names => [.. s_cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Below_its_threshold_a_method_converges_and_above_it_diverges(string name)
    {
        (Func<Method> make, double expected) = s_cases[name];
        using Method method = make();
        StabilityThreshold threshold = method.Threshold!;
        Assert.Equal(expected, threshold.Value, 1e-9 * expected);
        double scale = threshold.Preconditioned ? Epsilon : 1;
        Assert.True(Growth(make, 0.98 * expected * scale) < 1e-6);
        Assert.True(Growth(make, 1.02 * expected * scale) > 1e6);
    }

    [Fact]
    public void Methods_whose_step_or_batch_changes_have_none()
    {
        Method[] methods =
        [
            new Warmup(), new ExtrapolatingSearch("ls", ReferenceValue.Named("monotone"), new SearchParameters()), new CurvatureDynamicsAwareTuning(2.06),
            new SharpnessAwareMinimization(0.1), new StochasticMethod(new StochasticGradientDescent(0.1), 8, 0), new StochasticMethod(new Adam(0.1), 8, 0),
            new StochasticGradientDescent(0.1, 0.5, dampening: 1),
        ];
        foreach (Method method in methods)
        {
            Assert.Null(method.Threshold);
            method.Dispose();
        }
    }

    [Fact]
    public void The_formulas_say_what_was_computed()
    {
        Assert.Equal("2/η", StabilityThreshold.OfGradientDescent(0.1)!.Formula);
        Assert.Equal("2/η − d", StabilityThreshold.OfGradientDescent(0.1, weightDecay: 1e-4)!.Formula);
        Assert.Equal("(2+2β)/η", StabilityThreshold.OfGradientDescent(0.1, 0.9)!.Formula);
        Assert.Equal("(2+2β)/((1+2β)η)", StabilityThreshold.OfGradientDescent(0.1, 0.9, nesterov: true)!.Formula);
        Assert.Equal("(2+2β₁)/((1−β₁)η)", StabilityThreshold.OfPreconditioned(0.1, 0.9).Formula);
    }

    [Fact]
    public void A_step_of_rmsprop_and_adam_is_minus_the_mean_gradient_over_P()
    {
        // Adam's own state tells m; P from Preconditioner() must turn it into the step that was taken.
        using var scope = new TensorScope();
        var form = new Quadratic(new[,] { { 4.0, 1 }, { 1, 3 } });
        using var adam = new Adam(0.1, beta1: 0.8, beta2: 0.95, epsilon: 1e-3, weightDecay: 0.01);
        using var rmsprop = new RmsProp(0.1, smoothing: 0.9, epsilon: 1e-3);
        Assert.Null(adam.Preconditioner());
        Assert.Null(rmsprop.Preconditioner());
        double[] point = [1, -2];
        for (int k = 0; k < 4; k++)
        {
            Taken step = Trajectory.Run(adam, new ClosedFormObjective(form, 2), point, 1)[0];
            double[] mean = adam.State()["mean"].ToArray<double>();
            double[] p = adam.Preconditioner()!.ToArray<double>();
            Assert.Equal(point.Select((w, i) => w - (0.1 * mean[i] / p[i])), step.To, (a, b) => Math.Abs(a - b) < 1e-14);

            Taken other = Trajectory.Run(rmsprop, new ClosedFormObjective(form, 2), point, 1)[0];
            double[] q = rmsprop.Preconditioner()!.ToArray<double>();
            double[] gradient = form.Gradient(point);
            Assert.Equal(point.Select((w, i) => w - (0.1 * gradient[i] / q[i])), other.To, (a, b) => Math.Abs(a - b) < 1e-14);
            point = step.To;
        }
    }

    /// <summary>|w| after many steps over |w| at the start.</summary>
    private static double Growth(Func<Method> make, double curvature)
    {
        using Method method = make();
        const double Start = 1e-100; // Far below where a growing gradient would show beside ε.
        var objective = new ClosedFormObjective(Quadratic.Diagonal(curvature), 1);
        return Math.Abs(Trajectory.Run(method, objective, [Start], 1500)[^1].To[0]) / Start;
    }
}
