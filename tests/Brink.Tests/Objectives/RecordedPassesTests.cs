using Brink.Objectives;
using Brink.Torch;
using FsCheck;
using FsCheck.Fluent;

namespace Brink.Tests.Objectives;

/// <summary>
/// Recorded passes give what passes that are run give, in whatever order points are asked. Without a GPU, "replaying" does the
/// work again; what this leaves out, the recording itself, only a GPU can show (docs/benchmarks.md).
/// </summary>
public sealed class RecordedPassesTests
{
    private enum Question
    {
        Value,
        Gradient,
        Product,
        Accuracy,
    }

    private sealed record Session(TinyProblem Problem, (int Point, Question Asked)[] Questions);

    private static readonly Arbitrary<Session> Sessions = Arb.From(
        from problem in Gen.Elements(
            new TinyProblem(),
            new TinyProblem { Activation = "relu", Loss = "ce", Widths = [5, 4] },
            new TinyProblem { Bias = false, Widths = [] },
            new TinyProblem { BatchNorm = true },
            new TinyProblem { Kind = "cnn", Activation = "relu", Samples = 4 })
        from questions in (from point in Gen.Choose(0, 2) from asked in Gen.Elements(Enum.GetValues<Question>()) select (point, asked)).ArrayOf(12)
        select new Session(problem, questions));

    [Fact]
    public void Give_the_same_bits_whatever_is_asked_of_which_point_and_when() =>
        Prop.ForAll(Sessions, session =>
        {
            using var worker = new Workers(1);
            int records = 0;
            int[] replays = [0];
            var plan = new ObjectivePlan(session.Problem.Samples, KeepGraph: false, LineProducts: false);
            using NetworkObjective run = session.Problem.Objective(worker, plan);
            using NetworkObjective recorded = session.Problem.Objective(worker, plan with { CudaGraphs = true }, record: work =>
            {
                records++;
                work();
                work();
                return new RecordedWork(
                    () =>
                    {
                        replays[0]++;
                        work();
                    },
                    () => { });
            });
            using var scope = new TensorScope();
            Evaluation[][] both = [.. new[] { run, recorded }.Select(objective => Points(session.Problem, objective))];
            Tensor vector = session.Problem.Direction(run.Dimension, 5);
            foreach ((int point, Question asked) in session.Questions)
            {
                double[][] answers = [.. both.Select(points => Answer(points[point], asked, vector))];
                Assert.Equal(answers[0], answers[1]);
            }

            Assert.InRange(records, 1, 3);
            Assert.InRange(replays[0], records, 3 * session.Questions.Length);
            foreach (Evaluation evaluation in both.SelectMany(points => points))
            {
                evaluation.Dispose();
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(60));

    [Fact]
    public void Are_not_used_where_samples_are_cut_or_the_first_layer_is_multiplied_once_a_line()
    {
        using var worker = new Workers(1);
        var problem = new TinyProblem();
        using NetworkObjective cut = problem.Objective(worker, new ObjectivePlan(2, LineProducts: false, CudaGraphs: true));
        using NetworkObjective lines = problem.Objective(worker, new ObjectivePlan(problem.Samples, LineProducts: true, CudaGraphs: true));
        using NetworkObjective batch = problem.Objective(worker, new ObjectivePlan(problem.Samples, LineProducts: false, CudaGraphs: true)).Restrict([0, 1]);
        Assert.False(cut.ReplaysPasses);
        Assert.False(lines.ReplaysPasses);
        Assert.False(batch.ReplaysPasses);
    }

    private static Evaluation[] Points(TinyProblem problem, NetworkObjective objective) =>
        [.. Enumerable.Range(0, 3).Select(k => objective.Evaluate((problem.Weights() + (problem.Direction(objective.Dimension, (ulong)k) * 0.1)).Unscoped(), Wanted.Nothing))];

    private static double[] Answer(Evaluation at, Question asked, Tensor vector) => asked switch
    {
        Question.Value => [at.Value],
        Question.Accuracy => [at.Accuracy!.Value],
        Question.Gradient => at.Gradient().ToArray<double>(),
        _ => at.HessianVectorProduct(vector).ToArray<double>(),
    };
}
