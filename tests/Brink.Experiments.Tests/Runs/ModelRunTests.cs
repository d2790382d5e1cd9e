using Brink.Theory;
using Brink.Torch;

namespace Brink.Experiments.Tests.Runs;

/// <summary>Runs, flows and curvature tools on the small models, against what the theory's own code and closed forms say.</summary>
[Collection(RunCollection.Name)]
public sealed class ModelRunTests : IDisposable
{
    private static readonly double[] s_start = [1.4, 0.9, 0.8];
    private readonly TemporaryFolder _folder = new();

    private static readonly IReadOnlyDictionary<string, Specification> s_models = new Dictionary<string, Specification>
    {
        ["minimalist"] = new() { Model = "minimalist", Start = [0.6, 0.02, 0.5], Lambda1 = 20, Lambda2 = 0.5, Eta = 0.05 },
        ["scalar"] = new() { Model = "scalar", Start = [1.4, 0.9, 0.8, 1.1], Target = "1.3", Eta = 0.1 },
        ["squared-regression"] = new() { Model = "squared-regression", Dimension = 4, Samples = 3, Seed = 5, Eta = 0.01 },
        ["linear"] = new()
        {
            Model = "linear",
            LayerWidths = [2, 3, 2],
            Inputs = "1,0.2,-0.3;0.4,0.9,0.1",
            Target = "1,0.5,0;0,2,1",
            PerSample = true,
            Seed = 3,
            Eta = 0.05,
        },
    };

    public static TheoryData<string> Models => [.. s_models.Keys];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Gradient_descent_on_the_scalar_network_is_the_theorys()
    {
        const int Iterations = 200;
        Train(new Specification { Model = "scalar", Start = s_start, Method = "gd", Eta = 0.65, Iterations = Iterations, SharpnessEvery = 10, SharpnessTolerance = 1e-9, Out = _folder["run"] });
        ScalarPoint[] expected = [.. new ScalarDescent(new ScalarNetwork(3), 0.65).Run(s_start, Iterations)];
        IReadOnlyList<MetricsLine> lines = MetricsFile.Read(RunFiles.Metrics(_folder["run"]));
        Assert.Equal(Iterations + 1, lines.Count);
        for (int k = 0; k <= Iterations; k++)
        {
            // The step fuses multiply and add, or not: a rounding of each weight a step, which the loss sees through its gradient.
            Assert.Equal(expected[k].Loss, lines[k].Loss, 1e-12 * (1e-3 + expected[k].Loss));
            Assert.Equal(k % 10 == 0, lines[k].Sharpness is not null);
            Assert.Equal(expected[k].Sharpness, lines[k].Sharpness ?? expected[k].Sharpness, 1e-9);
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Gradient_descent_is_that_of_the_models_own_gradient_and_lambda_1_that_of_its_dense_Hessian(string name)
    {
        Specification specification = s_models[name] with
        {
            Method = "gd",
            Iterations = 40,
            SharpnessTolerance = 1e-10,
            SharpnessEvery = 1,
            Eigenvalues = 3,
            Smallest = 1,
            Out = _folder["run"],
        };
        Train(specification);
        using Problem problem = Problem.Create(specification, Assert.Fail);
        TheoryModel model = Assert.IsType<ModelProblem>(problem).Model;
        using Tensor start = problem.StartWeights();
        double[] w = start.ToArray<double>();
        double[] gradient = new double[w.Length];
        foreach (MetricsLine line in MetricsFile.Read(RunFiles.Metrics(_folder["run"])))
        {
            double[] dense = model.Eigenvalues(w);
            double scale = dense.Max(Math.Abs);
            Assert.Equal(model.Value(w), line.Loss, 1e-11 * (1 + model.Value(w)));
            Assert.Equal(model.Sharpness(w), line.Sharpness!.Value, 1e-9 * scale);
            Assert.All(line.Eigenvalues!.Zip(dense.Reverse()), pair => Assert.Equal(pair.Second, pair.First, 1e-9 * scale));
            Assert.Equal(dense[0], line.SmallestEigenvalues![0], 1e-9 * scale);
            model.Gradient(w, gradient);
            w = [.. w.Zip(gradient, (x, g) => x - (specification.Eta!.Value * g))];
        }
    }

    [Theory]
    [InlineData("minimalist")]
    [InlineData("scalar")]
    [InlineData("squared-regression")]
    public void The_flow_from_a_run_ends_where_the_closed_form_says_with_its_sharpness(string name)
    {
        Specification descent = s_models[name] with { Method = "gd", Iterations = 6, CheckpointEvery = 3, Out = _folder["run"] };
        Train(descent);
        Specification flow = FlowStart.At(descent.Out!, iteration: 3) with
        {
            Integrator = "dopri5",
            Tolerance = 1e-12,
            UntilGradNorm = 1e-11,
            SharpnessTolerance = 1e-10,
            Out = _folder["flow"],
        };
        RunOutcome outcome = Train(flow);
        using Problem problem = Problem.Create(flow, Assert.Fail);
        TheoryModel model = ((ModelProblem)problem).Model;
        using Tensor start = problem.StartWeights();
        double[] expected = model.FlowLimit(start.ToArray<double>());
        Checkpoint end = RunRecord.ReadCheckpoint(flow.Out!, Assert.Fail)!;
        using var scope = new TensorScope();
        double[] found = WeightFile.Pack(end.Tensors, problem.Layout, ScalarType.Float64, Device.Cpu).ToArray<double>();
        Assert.All(expected.Zip(found), pair => Assert.Equal(pair.First, pair.Second, 1e-8));
        Assert.Equal(model.FlowLimitSharpness(start.ToArray<double>()), outcome.Summary.FinalSharpness!.Value, 1e-7);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Every_method_that_needs_no_samples_runs_on_every_model(string name)
    {
        foreach (string method in (string[])["gd", "ls", "nls", "nls-ub", "ponls", "cdat", "sam", "sgd", "rmsprop", "adam", "flow", "central-flow"])
        {
            Specification specification = s_models[name].Without("eta") with { Method = method, Iterations = 3, SharpnessEvery = 0, Out = _folder[method] };
            specification = method == "nls-ub" ? specification with { UpperBound = 1 } : specification;
            RunOutcome outcome = Train(specification);
            Assert.True(outcome.Status is RunStatus.Finished or RunStatus.Diverged, $"{method}: {outcome.Reason}");
            Assert.Null(outcome.Summary.Outputs);
            Assert.Null(outcome.Summary.Data);
            Assert.Equal(name, outcome.Summary.Model);
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void The_parts_of_a_spectrum_add_up_and_what_needs_outputs_is_left_out_with_a_word(string name)
    {
        Train(s_models[name] with { Method = "gd", Iterations = 5, Out = _folder["run"] });
        var notes = new List<string>();
        using var point = StoredPoint.Load(_folder["run"], new Specification(), iteration: null, notes.Add);
        SpectrumReport report = SpectrumReport.Take(
            point, new SpectrumQuestions { Top = 2, Tolerance = 1e-10, GaussNewton = true, Pairing = true, GradientNorms = true, SubHessians = [point.Problem.Layout.Places[0].Name] },
            notes.Add, TestContext.Current.CancellationToken);
        TheoryModel model = ((ModelProblem)point.Problem).Model;
        double[] w = point.Weights.ToArray<double>();
        Assert.Equal(model.Sharpness(w), report.Ends.Top[0].Value, 1e-9 * model.Sharpness(w));
        Assert.Equal(report.Ends.Top[0].Value, report.GaussNewton!.Part + report.GaussNewton.ResidualPart, 1e-8 * model.Sharpness(w));
        Assert.Null(report.Pairing);
        Assert.Null(report.FlattestSharpness);
        Assert.Contains(notes, note => note.Contains("± pairs", StringComparison.Ordinal));
        Assert.NotEmpty(report.SubHessians);
    }

    private static RunOutcome Train(Specification specification) =>
        Trainer.Train(specification, new RecordingObserver(), cancellation: TestContext.Current.CancellationToken);
}
