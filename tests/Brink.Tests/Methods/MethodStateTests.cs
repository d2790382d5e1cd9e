using Brink.Methods;
using Brink.Objectives;
using Brink.Torch;

namespace Brink.Tests.Methods;

public sealed class MethodStateTests
{
    private static readonly Dictionary<string, Func<Method>> Methods = new()
    {
        ["gd"] = () => new GradientDescent(1e-3),
        ["heavy-ball"] = () => new GradientDescent(1e-3, 0.9),
        ["nesterov"] = () => new GradientDescent(1e-3, 0.9, nesterov: true, weightDecay: 0.01),
        ["warmup-small"] = () => new Warmup(start: 1e-4, factor: 1.05),
        ["warmup-large"] = () => new Warmup("large", start: 1e-4, factor: 1.5),
        ["ls"] = () => new ExtrapolatingSearch("ls", new MonotoneReference(), new SearchParameters()),
        ["nls"] = () => new ExtrapolatingSearch("nls", new ZhangHagerReference(0.9), new SearchParameters()),
        ["nls-grippo"] = () => new ExtrapolatingSearch("nls", new GrippoReference(4), new SearchParameters()),
        ["nls-ub"] = () => new BoundedSearch(new ZhangHagerReference(), new SearchParameters()),
        ["ponls"] = () => new PolyakSearch(new ZhangHagerReference(), new SearchParameters()),
        ["cdat"] = () => new CurvatureDynamicsAwareTuning(),
        ["sam"] = () => new SharpnessAwareMinimization(1e-3),
        ["sgd"] = () => new StochasticGradientDescent(1e-3, 0.9, 0.2),
        ["rmsprop"] = () => new RmsProp(1e-2),
        ["adam"] = () => new Adam(1e-2),
    };

    public static TheoryData<string> Names => [.. Methods.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_method_that_was_stored_goes_on_as_if_never_stopped(string name)
    {
        foreach (int stop in (int[])[0, 1, 7])
        {
            var objective = new ClosedFormObjective(new Rosenbrock(), 2, outputs: 1);
            using Method whole = Methods[name]();
            List<Taken> uninterrupted = Trajectory.Run(whole, objective, [-1.2, 1], 20);

            using Method before = Methods[name]();
            double[] point = [-1.2, 1];
            if (stop > 0)
            {
                point = Trajectory.Run(before, objective, point, stop)[^1].To;
            }

            // Taken back by a method that has already been elsewhere, which must leave no trace.
            using Method after = Methods[name]();
            using Method fresh = Methods[name]();
            Trajectory.Run(after, objective, [0.3, -0.7], 3);
            using (new TensorScope())
            {
                after.Restore(Copy(stop == 0 ? fresh : before), objective);
            }

            foreach ((Taken expected, Taken resumed) in uninterrupted.Skip(stop).Zip(Trajectory.Run(after, objective, point, 20 - stop)))
            {
                Assert.Equal(expected.To, resumed.To);
                Assert.Equal(expected.Report, resumed.Report);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_step_leaves_no_evaluation_behind_but_the_next(string name)
    {
        var objective = new ClosedFormObjective(new Rosenbrock(), 2, outputs: 1);
        using Method method = Methods[name]();
        Trajectory.Run(method, objective, [-1.2, 1], 5);
        Assert.Equal(0, objective.Alive);
    }

    [Fact]
    public void What_a_method_asks_for_is_what_its_next_step_needs()
    {
        foreach (Func<Method> make in Methods.Values)
        {
            using Method method = make();
            Assert.Equal(method is LineSearch ? Wanted.Value : Wanted.ValueAndGradient, method.Wanted);
        }

        using var batches = new StochasticMethod(new Adam(0.1), 4, 0);
        Assert.Equal(Wanted.Nothing, batches.Wanted);
    }

    /// <summary>The state as a checkpoint would hold it: bytes of its own.</summary>
    private static Dictionary<string, Tensor> Copy(Method method) =>
        method.State().ToDictionary(
            entry => entry.Key, entry => Tensor.FromBytes(entry.Value.ToBytes(), entry.Value.Type, entry.Value.Shape));
}
