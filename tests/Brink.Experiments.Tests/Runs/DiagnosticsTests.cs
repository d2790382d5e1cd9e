using System.Text.Json;
using Brink.Curvature;
using Brink.Objectives;
using Brink.Theory;
using Brink.Torch;
using Brink.Torch.Nn;

namespace Brink.Experiments.Tests.Runs;

/// <summary>What a run writes of its diagnostics is what a computation of its own finds at the same weights, and moves nothing.</summary>
[Collection(RunCollection.Name)]
public sealed class DiagnosticsTests : IDisposable
{
    private readonly SmallProblem _problem = new();

    public void Dispose() => _problem.Dispose();

    [Theory]
    [InlineData("gd", 1)]
    [InlineData("ls", 1)]
    [InlineData("nls", 1)]
    [InlineData("nls-ub", 3)]
    [InlineData("ponls", 1)]
    [InlineData("cdat", 1)]
    [InlineData("sam", 1)]
    [InlineData("sgd", 4)]
    [InlineData("adam", 1)]
    public void Measuring_changes_no_bit_of_the_trajectory(string method, int recordEvery)
    {
        Specification plain = _problem.Specification(method, "plain") with { SharpnessEvery = 0, TestEvery = 0, Iterations = 12, RecordEvery = recordEvery };
        plain = method is "sgd" or "adam" ? plain with { BatchSize = 24 } : plain;
        MetricsLine[] without = Train(plain);
        MetricsLine[] with = Train(Everything(plain) with { Out = _problem["measured"] });
        Assert.Equal(without.Length > 0, with.Length >= without.Length);
        foreach (MetricsLine line in without)
        {
            MetricsLine same = with.Single(other => other.Iteration == line.Iteration);
            Assert.Equal(
                (line.Loss, line.GradNorm, line.StepSize, line.Backtracks, line.FunctionEvaluations, line.GradientEvaluations, line.ReferenceValue, line.TrainAccuracy),
                (same.Loss, same.GradNorm, same.StepSize, same.Backtracks, same.FunctionEvaluations, same.GradientEvaluations, same.ReferenceValue, same.TrainAccuracy));
        }

        Checkpoint one = RunRecord.ReadCheckpoint(plain.Out!, Assert.Fail)!;
        Checkpoint other = RunRecord.ReadCheckpoint(_problem["measured"], Assert.Fail)!;

        // All but what the measurement of λ₁ remembers, which the plain run does not make.
        Assert.All(one.Tensors.Where(tensor => !tensor.Name.StartsWith("brink.sharpness.", StringComparison.Ordinal)), tensor => Assert.True(
            tensor.Data.Span.SequenceEqual(other.Tensors.Single(same => same.Name == tensor.Name).Data.Span), tensor.Name));
        Assert.Equal(RunRecord.ReadSummary(plain.Out!)!.GradientEvaluations, RunRecord.ReadSummary(_problem["measured"])!.GradientEvaluations);
    }

    [Fact]
    public void Every_line_agrees_with_the_weights_it_is_about()
    {
        Specification specification = _problem.Specification("nls", "run") with
        {
            Dtype = "float64",
            SharpnessEvery = 0,
            TestEvery = 0,
            Iterations = 6,
            DiagnosticsEvery = 2,
            TraceEvery = 3,
            TraceProducts = 30,
            SegmentSmoothnessEvery = 2,
            SegmentSteps = [0.01, 1],
            CheckpointEvery = 1,
        };
        var points = new Dictionary<long, double[]>();
        Trainer.Train(
            specification,
            new RecordingObserver(line => points[line.Iteration] = Weights(specification.Out!, line.Iteration)),
            cancellation: TestContext.Current.CancellationToken);
        MetricsLine[] lines = [.. RunRecord.ReadMetrics(specification.Out!)];
        Assert.Equal([0L, 2, 4, 6], lines.Where(line => line.GradientNorms is not null).Select(line => line.Iteration));
        Assert.Equal([0L, 3, 6], lines.Where(line => line.Trace is not null).Select(line => line.Iteration));
        Assert.Equal([0L, 2, 4, 6], lines.Where(line => line.SegmentSmoothness is not null).Select(line => line.Iteration));
        Assert.Equal([0L, 2, 4, 6], lines.Where(line => line.Sharpness is not null).Select(line => line.Iteration));

        using Problem problem = Problem.Create(specification, _ => { });
        foreach (MetricsLine line in lines.Where(line => line.GradientNorms is not null))
        {
            using var scope = new TensorScope();
            double[] w = points[line.Iteration];
            using Evaluation at = problem.Objective.Evaluate(Tensor.From(w).Clone(), Wanted.ValueAndGradient);
            Assert.Equal(line.Loss, at.Value, 1e-13);
            double[] g = at.Gradient().ToArray<double>();
            Assert.Equal(problem.Layout.Places.Select(place => place.Name), line.GradientNorms!.Keys);
            Assert.All(problem.Layout.Places, place => Assert.Equal(
                Norm(g[(int)place.Offset..(int)(place.Offset + place.Count)]), line.GradientNorms![place.Name], 1e-12));
            Assert.Equal(Norm(g[^10..]), line.LastBiasGradientNorm!.Value, 1e-12);
            Assert.Equal(g.Count(x => x == 0), line.ZeroGradientEntries);
            Assert.Equal((double)g.Count(x => x == 0) / g.Length, line.ZeroGradientFraction);

            IReadOnlyList<ActivationZeros> zeros = ZeroActivations.Count((NetworkObjective)problem.Objective, Tensor.From(w));
            Assert.Equal(["2", "4"], line.DeadFractions!.Keys);
            Assert.Equal(zeros.Select(one => one.DeadFraction), line.DeadFractions!.Values);
            Assert.Equal(zeros.Select(one => one.ZeroFraction), line.ZeroActivationFractions!.Values);
            Assert.Equal(zeros.Sum(one => one.Dead), line.DeadUnits);
            Assert.Equal(line.DeadUnits!.Value / 16.0, line.DeadFraction);
            Assert.Equal(zeros.Average(one => one.ZeroFraction), line.ZeroActivationFraction!.Value, 1e-15);

            // The quotients, from gradients evaluated here.
            double Quotient(double eta)
            {
                double[] there = Gradient(problem, [.. w.Zip(g, (x, d) => x - (eta * d))]);
                return Norm([.. g.Zip(there, (a, b) => a - b)]) / (eta * Norm(g));
            }

            Assert.Equal(Quotient(0.01), line.SegmentSmoothness![0], 1e-7);
            Assert.Equal(Quotient(1), line.SegmentSmoothness![1], 1e-9);
            double[] hg = at.HessianVectorProduct(at.Gradient()).ToArray<double>();
            Assert.Equal(Norm(hg) / Norm(g), line.GradientCurvature!.Value, 1e-10);
            Assert.Equal(g.Zip(hg, (a, b) => a * b).Sum() / (Norm(g) * Norm(g)), line.GradientRayleigh!.Value, 1e-10);
            if (line.StepSize is { } step)
            {
                Assert.Equal(Quotient(step), line.StepSmoothness!.Value, 1e-8);
                Assert.Equal(line.Backtracks > 0 ? Quotient(step / 0.5) : null, line.RejectedSmoothness, (a, b) => a == b || Math.Abs(a!.Value - b!.Value) < 1e-8);
            }

            Assert.Equal(2 + (line.StepSmoothness is null ? 0 : 1) + (line.RejectedSmoothness is null ? 0 : 1), line.SegmentGradients);
            Assert.True(line.Sharpness >= line.GradientRayleigh - 1e-2);
        }

        Assert.Contains(lines, line => line.RejectedSmoothness is not null);

        // The trace against the whole diagonal, within five of its own standard errors.
        Assert.True(lines[0].TraceStandardError > 0);
        foreach (int k in (int[])[0, 3])
        {
            Assert.InRange(Math.Abs(lines[k].Trace!.Value - Diagonal(problem, points[k])), 0, (5 * lines[k].TraceStandardError!.Value) + 1e-9);
            Assert.InRange(lines[k].Hvps!.Value, k == 0 ? 31 : 21, 500);
        }
    }

    [Fact]
    public void A_network_that_shows_no_activation_is_noted_once_and_the_fields_are_absent()
    {
        var observer = new RecordingObserver();
        Specification specification = _problem.Specification("gd", "run") with { Activation = "tanh", DiagnosticsEvery = 2, TestEvery = 0, Iterations = 6 };
        Trainer.Train(specification, observer, cancellation: TestContext.Current.CancellationToken);
        Assert.Single(observer.Notes, note => note.StartsWith("no dead activations", StringComparison.Ordinal));
        Assert.All(observer.Lines, line => Assert.Null(line.DeadFraction));
        Assert.NotNull(observer.Lines[2].GradientNorms);
        Assert.DoesNotContain("dead", File.ReadAllText(Path.Combine(specification.Out!, "metrics.jsonl")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_small_model_is_diagnosed_as_far_as_it_goes()
    {
        Specification specification = Everything(new Specification { Model = "scalar", Method = "nls", Iterations = 4, Out = _problem["model"] });
        MetricsLine line = Train(specification)[0];
        Assert.Equal(["w"], line.GradientNorms!.Keys);
        Assert.Null(line.LastBiasGradientNorm);
        Assert.Null(line.DeadUnits);
        Assert.Equal(0, line.TraceStandardError);
        Assert.Equal(9, line.SegmentSmoothness!.Length);
    }

    [Fact]
    public void Where_a_far_gradient_is_not_finite_its_place_is_empty_and_the_line_is_sound()
    {
        Specification specification = _problem.Specification("gd", "run") with
        {
            Eta = 1e-3,
            Iterations = 2,
            TestEvery = 0,
            SharpnessEvery = 0,
            SegmentSmoothnessEvery = 1,
            SegmentSteps = [1e-2, 1e36],
        };
        MetricsLine line = Train(specification)[0];
        Assert.True(double.IsFinite(line.SegmentSmoothness![0]));
        Assert.True(double.IsNaN(line.SegmentSmoothness[1]));
        Assert.Null(line.Status);

        using StringWriter csv = new();
        RunExport.WriteCsv(RunCatalogue.List(specification.Out!), csv);
        string[] header = csv.ToString().Split('\n')[0].Split(',');
        string[] row = csv.ToString().Split('\n')[1].Split(',');
        Assert.NotEmpty(row[^(header.Length - Array.IndexOf(header, "segment_smoothness_1"))]);
        Assert.Empty(row[^(header.Length - Array.IndexOf(header, "segment_smoothness_2"))]);
    }

    [Fact]
    public void Values_by_name_are_exported_as_columns_and_as_an_object()
    {
        Specification specification = _problem.Specification("gd", "run") with { DiagnosticsEvery = 2, TestEvery = 0, Iterations = 2, SharpnessEvery = 0 };
        MetricsLine[] lines = Train(specification);
        Train(specification with { Out = _problem["plain"], DiagnosticsEvery = 0 });
        IReadOnlyList<RunEntry> runs = [.. RunCatalogue.List(_problem["run"]), .. RunCatalogue.List(_problem["plain"])];
        using StringWriter csv = new();
        RunExport.WriteCsv(runs, csv);
        string[] rows = csv.ToString().TrimEnd('\n').Split('\n');
        string[] header = rows[0].Split(',');
        Assert.Equal(
            ["gradient_norms.1.weight", "gradient_norms.1.bias", "gradient_norms.3.weight", "gradient_norms.3.bias", "gradient_norms.5.weight", "gradient_norms.5.bias"],
            header.Where(name => name.StartsWith("gradient_norms", StringComparison.Ordinal)));
        Assert.Equal(["dead_fractions.2", "dead_fractions.4"], header.Where(name => name.StartsWith("dead_fractions", StringComparison.Ordinal)));
        Assert.DoesNotContain(header, name => name.StartsWith("segment_smoothness_", StringComparison.Ordinal));
        Assert.True(Array.IndexOf(header, "iteration") < Array.IndexOf(header, "gradient_norms.1.weight"));
        string Cell(int row, string column) => rows[row].Split(',')[^(header.Length - Array.IndexOf(header, column))];
        Assert.Equal(lines[0].GradientNorms!["5.bias"].ToString("R", System.Globalization.CultureInfo.InvariantCulture), Cell(1, "gradient_norms.5.bias"));
        Assert.Equal("", Cell(2, "gradient_norms.5.bias"));
        Assert.Equal("", Cell(4, "gradient_norms.5.bias"));

        using StringWriter text = new();
        RunExport.WriteJson(runs, text);
        using JsonDocument json = JsonDocument.Parse(text.ToString());
        Assert.Equal(lines[0].GradientNorms!["5.bias"], json.RootElement[0].GetProperty("gradient_norms").GetProperty("5.bias").GetDouble());
        Assert.Equal(JsonValueKind.Null, json.RootElement[1].GetProperty("gradient_norms").ValueKind);
    }

    [Fact]
    public void Segment_smoothness_goes_with_the_sharpness_at_the_iterate()
    {
        BrinkException refused = Assert.Throws<BrinkException>(
            () => new Specification { MeasureAt = "midpoints", SegmentSmoothnessEvery = 2 }.Validate());
        Assert.Contains("measure-at is iterates", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_verdicts_of_a_search_are_read_from_its_lines()
    {
        Specification specification = Everything(_problem.Specification("nls", "run") with { Iterations = 14, Dtype = "float64", SharpnessTolerance = 1e-4 });
        MetricsLine[] lines = Train(specification);
        specification = RunRecord.ReadSpecification(specification.Out!);
        IReadOnlyList<MeasuredStep> steps = StepVerdicts.Steps(lines, specification);
        Assert.Equal(14, steps.Count);
        foreach ((MeasuredStep step, MetricsLine line) in steps.Zip(lines))
        {
            Assert.Equal((line.Iteration, line.StepSize!.Value, line.Sharpness), (step.Iteration, step.StepSize, step.Sharpness));
            Assert.Equal(line.Backtracks > 0 ? line.StepSize * 2 : null, step.RejectedStep);
            double[] all = [.. line.SegmentSmoothness!.Zip(specification.SegmentSteps).Where(pair => pair.Second <= line.StepSize).Select(pair => pair.First), line.StepSmoothness!.Value, line.GradientCurvature!.Value];
            Assert.Equal(all.Max(), step.Smoothness);
        }

        IReadOnlyList<Verdict> verdicts = StepVerdicts.Of(lines, specification);
        Assert.Equal(4, verdicts.Count);
        Assert.Equal(VerdictOutcome.Holds, verdicts[1].Outcome);
        Assert.Equal(VerdictOutcome.Holds, verdicts[3].Outcome);

        // The same lines, had every step been a hundredth.
        MetricsLine[] shrunk = [.. lines.Select(line => line with { StepSize = line.StepSize / 100 })];
        Assert.Equal(VerdictOutcome.Fails, StepVerdicts.EdgeProduct(shrunk, specification).Outcome);
        Assert.Equal(VerdictOutcome.Fails, StepVerdicts.Definition(shrunk, specification).Outcome);
        Assert.Equal(VerdictOutcome.NotApplicable, StepVerdicts.EdgeProduct(lines, specification with { MeasureAt = "midpoints" }).Outcome);
        Assert.Empty(StepVerdicts.Of([.. lines.Select(line => line with { SegmentSmoothness = null, Sharpness = null })], specification));
    }

    [Fact]
    public void Steps_on_batches_are_not_judged_by_what_was_measured_on_all_samples()
    {
        Specification specification = Everything(_problem.Specification("nls", "run") with { Iterations = 4, TestEvery = 0, BatchSize = 40 });
        MetricsLine[] lines = Train(specification);
        Assert.All(
            StepVerdicts.Of(lines, RunRecord.ReadSpecification(specification.Out!)),
            verdict => Assert.Contains("of a batch", verdict.UnmetHypothesis, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("gd", true)]
    [InlineData("cdat", true)]
    [InlineData("sam", false)]
    [InlineData("adam", false)]
    public void Other_methods_are_judged_by_the_definition_alone_if_they_step_along_the_gradient(string method, bool along)
    {
        Specification specification = Everything(_problem.Specification(method, "run") with { Iterations = 4, TestEvery = 0 });
        MetricsLine[] lines = Train(specification);
        Verdict[] verdicts = [.. StepVerdicts.Of(lines, RunRecord.ReadSpecification(specification.Out!))];
        Assert.Equal(!along, verdicts[0].UnmetHypothesis?.Contains("does not step along", StringComparison.Ordinal) == true);
        Assert.All(verdicts[1..], verdict => Assert.Contains("searches for no step", verdict.UnmetHypothesis, StringComparison.Ordinal));
        Assert.Contains("turn the step away", StepVerdicts.Definition(lines, new Specification { Method = "gd", Momentum = 0.9 }).UnmetHypothesis, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nls", 4.0, 1, 8.0)]
    [InlineData("ponls", 4.0, 3, 8.0)]
    [InlineData("nls", 4.0, 0, null)]
    [InlineData("nls", 1e-6, 100, null)]
    [InlineData("nls", 1e-6, 99, 2e-6)]
    [InlineData("gd", 4.0, 1, null)]
    public void The_trial_rejected_last_is_known_from_the_step(string method, double step, int backtracks, double? rejected) =>
        Assert.Equal(rejected, StepVerdicts.RejectedStep(new Specification { Method = method }, step, backtracks));

    [Fact]
    public void Quotients_that_may_be_rounding_count_for_nothing()
    {
        var specification = new Specification { Method = "nls", SegmentSteps = [0.01, 0.1] };
        var line = new MetricsLine
        {
            Iteration = 0,
            Loss = 1,
            Seconds = 0,
            StepSize = 1,
            Backtracks = 1,
            Sharpness = 4,
            SegmentSmoothness = [900, 5],
            StepSmoothness = 3,
            RejectedSmoothness = 2,
            GradientCurvature = 3.5,
            SegmentResolution = 0.05,
        };
        MeasuredStep step = Assert.Single(StepVerdicts.Steps([line], specification));
        Assert.Equal((5, 5, 0.375), (step.Smoothness, step.RejectedSmoothness, step.Nonlinearity));
        Assert.Equal(900, StepVerdicts.Steps([line with { SegmentResolution = 0.001 }], specification)[0].Smoothness);
        Assert.Equal(3.5, StepVerdicts.Steps([line with { SegmentResolution = 0.5 }], specification)[0].Smoothness);
        step = StepVerdicts.Steps([line with { SegmentResolution = 1.5 }], specification)[0];
        Assert.Null(step.Smoothness);
        Assert.Equal(3.5, step.RejectedSmoothness);
        step = StepVerdicts.Steps([line with { SegmentResolution = 3 }], specification)[0];
        Assert.Equal((null, null, 2.0), (step.RejectedSmoothness, step.Nonlinearity, step.RejectedStep));
    }

    private static Specification Everything(Specification of) => of with
    {
        SharpnessEvery = 3,
        DiagnosticsEvery = 1,
        TraceEvery = 4,
        TraceProducts = 6,
        DensityEvery = 4,
        DensityProbes = 2,
        DensitySteps = 5,
        SegmentSmoothnessEvery = 1,
    };

    private static MetricsLine[] Train(Specification specification)
    {
        Trainer.Train(specification, new RecordingObserver(), cancellation: TestContext.Current.CancellationToken);
        return [.. RunRecord.ReadMetrics(specification.Out!)];
    }

    /// <summary>w_k from the checkpoint written before the step, or at the end.</summary>
    private static double[] Weights(string folder, long iteration)
    {
        using Problem problem = Problem.Create(RunRecord.ReadSpecification(folder), _ => { });
        using var scope = new TensorScope();
        Checkpoint checkpoint = RunRecord.ReadCheckpoint(folder, Assert.Fail, iteration == 0 ? null : iteration)
            ?? throw new InvalidOperationException("no checkpoint");
        return WeightFile.Pack(checkpoint.Tensors, problem.Layout, ScalarType.Float64, Device.Cpu).ToArray<double>();
    }

    private static double[] Gradient(Problem problem, double[] weights)
    {
        using var scope = new TensorScope();
        using Evaluation at = problem.Objective.Evaluate(Tensor.From(weights).Clone(), Wanted.ValueAndGradient);
        return at.Gradient().ToArray<double>();
    }

    /// <summary>tr H, from one product a coordinate.</summary>
    private static double Diagonal(Problem problem, double[] weights)
    {
        using var scope = new TensorScope();
        using Evaluation at = problem.Objective.Evaluate(Tensor.From(weights).Clone(), Wanted.Value);
        double trace = 0;
        for (int i = 0; i < weights.Length; i++)
        {
            using var inner = new TensorScope();
            double[] unit = new double[weights.Length];
            unit[i] = 1;
            Tensor direction = Tensor.From(unit);
            trace += at.HessianVectorProduct(direction).Dot(direction);
        }

        return trace;
    }

    private static double Norm(double[] vector) => Math.Sqrt(vector.Sum(x => x * x));
}
