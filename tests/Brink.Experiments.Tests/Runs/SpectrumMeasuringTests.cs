using System.Runtime.InteropServices;
using Brink.Curvature;
using Brink.Methods;
using Brink.Objectives;
using Brink.Torch;
using Brink.Torch.Serialization;

namespace Brink.Experiments.Tests.Runs;

/// <summary>What a run writes of the spectrum is what a computation of its own finds at the same weights.</summary>
[Collection(RunCollection.Name)]
public sealed class SpectrumMeasuringTests : IDisposable
{
    private const double Tolerance = 1e-6;

    private readonly SmallProblem _problem = new();

    public void Dispose() => _problem.Dispose();

    [Fact]
    public void The_eigenvalues_at_an_iterate_are_those_of_its_hessian()
    {
        IReadOnlyList<MetricsLine> lines = Train(Gd("run") with { Eigenvalues = 4, Smallest = 3, Iterations = 6 });
        Assert.Equal([0, 3, 6], lines.Where(line => line.Eigenvalues is not null).Select(line => line.Iteration));
        foreach (int k in (int[])[3, 6])
        {
            SpectrumEnds expected = Direct(Weights(k), 4, 3);
            Agree(expected.Largest.Values, lines[k].Eigenvalues!);
            Agree(expected.Smallest.Values, lines[k].SmallestEigenvalues!);
            Assert.All(lines[k].EigenvalueResiduals!.Concat(lines[k].SmallestResiduals!), residual => Assert.InRange(residual, 0, Tolerance));
            Assert.Equal(lines[k].Eigenvalues![0], lines[k].Sharpness);
            Assert.Equal(lines[k].EigenvalueResiduals![0], lines[k].SharpnessResidual);
            Assert.Null(lines[k].EigenvaluesUnconverged);
        }
    }

    [Fact]
    public void At_midpoints_they_are_those_of_the_weighted_mean_of_three_iterates()
    {
        Specification specification = Gd("run") with { Eigenvalues = 2, Iterations = 4, EigenvaluesEvery = 2, MeasureAt = "midpoints" };
        IReadOnlyList<MetricsLine> lines = Train(specification);
        double[][] w = [.. Enumerable.Range(0, 5).Select(Weights)];
        (int Line, double[] Point)[] places =
        [
            (0, Mean((w[0], 0.5), (w[1], 0.5))),
            (2, Mean((w[1], 0.25), (w[2], 0.5), (w[3], 0.25))),
            (4, Mean((w[3], 0.5), (w[4], 0.5))),
        ];
        foreach ((int k, double[] point) in places)
        {
            Agree(Direct(point, 2, 0).Largest.Values, lines[k].Eigenvalues!);
        }

        // The rest of the line stays that of w_k.
        Assert.Equal(Train(Gd("other") with { Iterations = 4, Eigenvalues = 0 })[2].Loss, lines[2].Loss);
        Assert.NotEqual(Direct(w[2], 1, 0).Largest.Values[0], lines[2].Sharpness!.Value, 1e-5);
    }

    [Fact]
    public void Preconditioned_eigenvalues_are_those_of_the_optimisers_own_P()
    {
        Specification specification = _problem.Specification("adam", "run") with
        {
            Dtype = "float64",
            Eta = 0.01,
            WeightDecay = 0.01,
            Epsilon = 1e-3,
            Iterations = 5,
            SharpnessEvery = 5,
            SharpnessTolerance = Tolerance,
            Eigenvalues = 2,
            Preconditioned = true,
            EigenvaluesEvery = 5,
        };
        IReadOnlyList<MetricsLine> lines = Train(specification);
        Assert.Null(lines[0].PreconditionedSharpness);
        Assert.NotNull(lines[0].Sharpness);

        using Problem problem = Problem.Create(specification, _ => { });
        using var scope = new TensorScope();
        using var adam = new Adam(0.01, epsilon: 1e-3, weightDecay: 0.01);
        Evaluation at = problem.Objective.Evaluate(problem.StartWeights(), Wanted.ValueAndGradient);
        for (int k = 0; k < 5; k++)
        {
            Evaluation next = adam.Step(problem.Objective, at).Next;
            at.Dispose();
            at = next;
        }

        var hessian = new HessianOperator(problem.Objective, at);
        var options = new LanczosOptions { ResidualTolerance = 1e-8, MaximumProducts = 5000 };
        double[] expected = Lanczos.Largest(new PreconditionedOperator(hessian, adam.Preconditioner()!, 0.01), 2, options).Values;
        Agree(expected, lines[5].Eigenvalues!);
        Assert.Equal(lines[5].Eigenvalues![0], lines[5].PreconditionedSharpness);
        Agree(Lanczos.Largest(hessian, 1, options).Values, [lines[5].Sharpness!.Value]);
        at.Dispose();

        RunSummary summary = RunRecord.ReadSummary(specification.Out!)!;
        Assert.Equal(3800, summary.EdgeThreshold!.Value, 1e-9);
        Assert.Equal(("(2+2β₁)/((1−β₁)η)", "preconditioned_sharpness"), (summary.EdgeFormula, summary.EdgeQuantity));
    }

    [Fact]
    public void Nothing_is_measured_twice()
    {
        Specification both = Gd("both") with { Eigenvalues = 2, SharpnessEvery = 3 };
        IReadOnlyList<MetricsLine> lines = Train(both);
        IReadOnlyList<MetricsLine> alone = Train(both with { Out = _problem["alone"], SharpnessEvery = 0, EigenvaluesEvery = 3, TestEvery = 0 });
        Assert.Equal(alone.Select(line => line.Hvps), lines.Select(line => line.Hvps));
        Assert.Equal(alone.Select(line => line.Sharpness), lines.Select(line => line.Sharpness));
        Assert.All(lines.Where(line => line.Iteration % 3 == 0), line => Assert.True(line.Hvps > 0));

        // Between two spectra the sharpness is measured by itself.
        IReadOnlyList<MetricsLine> between = Train(both with { Out = _problem["between"], EigenvaluesEvery = 6 });
        Assert.Equal([0, 3, 6, 9, 12, 14], between.Where(line => line.Sharpness is not null).Select(line => line.Iteration));
        Assert.Equal([0, 6, 12, 14], between.Where(line => line.Eigenvalues is not null).Select(line => line.Iteration));
    }

    [Fact]
    public void A_threshold_follows_exactly_the_eigenvalues_above_it()
    {
        Specification specification = Gd("run") with { Iterations = 9, EigenvaluesAbove = SpectrumThreshold.OverEta(0.8) };
        IReadOnlyList<MetricsLine> lines = Train(specification);
        double limit = 0.8 / specification.Eta!.Value;
        foreach (MetricsLine line in lines.Where(line => line.Eigenvalues is not null))
        {
            double[] expected = Direct(Weights((int)line.Iteration), 20, 0).Largest.Values;
            int above = expected.Count(value => value > limit);
            Assert.InRange(above, 0, 19);
            Assert.Equal(above, line.EigenvaluesAbove);
            Agree(expected[..Math.Max(1, above)], line.Eigenvalues!);
        }

        Assert.Contains(lines, line => line.EigenvaluesAbove > 1);
    }

    [Fact]
    public void Under_a_search_the_threshold_is_over_the_last_step_taken()
    {
        Specification specification = _problem.Specification("nls", "run") with
        {
            Dtype = "float64",
            EigenvaluesAbove = SpectrumThreshold.OverEta(0.5),
            EigenvaluesEvery = 1,
            SharpnessEvery = 0,
        };
        IReadOnlyList<MetricsLine> lines = Train(specification);
        Assert.Null(lines[0].EigenvaluesAbove);
        for (int k = 1; k < lines.Count; k++)
        {
            double limit = 0.5 / lines[k - 1].StepSize!.Value;
            Assert.Equal(lines[k].Eigenvalues!.Count(value => value > limit), lines[k].EigenvaluesAbove);
        }
    }

    [Fact]
    public void What_misses_its_tolerance_is_counted_and_noted()
    {
        var observer = new RecordingObserver();
        Specification specification = Gd("run") with { Dtype = "float32", Eigenvalues = 3, EigenvaluesTolerance = 1e-12, Iterations = 3 };
        Trainer.Train(specification, observer, cancellation: TestContext.Current.CancellationToken);
        Assert.All(observer.Lines.Where(line => line.Eigenvalues is not null), line =>
        {
            Assert.InRange(line.EigenvaluesUnconverged!.Value, 1, 3);
            Assert.Contains(line.EigenvalueResiduals!, residual => residual > 1e-12);
        });
        Assert.Contains(observer.Notes, note => note.Contains("eigenvalues miss the tolerance", StringComparison.Ordinal));
    }

    [Fact]
    public void A_measurement_of_the_sharpness_ends_at_the_products_it_may_spend()
    {
        var observer = new RecordingObserver();
        Specification specification = Gd("run") with { SharpnessTolerance = 1e-12, SharpnessMaxProducts = 4, Iterations = 3 };
        Trainer.Train(specification, observer, cancellation: TestContext.Current.CancellationToken);
        MetricsLine[] measured = [.. observer.Lines.Where(line => line.Sharpness is not null)];
        Assert.Equal(2, measured.Length);
        Assert.All(measured, line =>
        {
            Assert.Equal((4, true), (line.Hvps, line.SharpnessUnconverged));
            Assert.True(line.SharpnessResidual > 1e-12);
        });
        Assert.Equal(2, observer.Notes.Count(note => note.Contains("sharpness reached a residual of", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Where_nothing_curves_the_sharpness_is_not_looked_for(int eigenvalues)
    {
        // Weights of some 1e-9 in three layers without biases: the Hessian is of that size too, and its float32 products are rounding.
        Specification usual = _problem.Specification("gd", "start") with { NoBias = true, Activation = "identity", Iterations = 0 };
        Train(usual);
        SafeTensor[] tensors = [.. RunRecord.ReadCheckpoint(_problem["start"], Assert.Fail)!.Tensors
            .Where(tensor => tensor.Name.EndsWith(".weight", StringComparison.Ordinal))
            .Select(tensor => tensor with { Data = Scaled(tensor.Data.Span, 1e-9f) })];
        using (FileStream file = File.Create(_problem["tiny.safetensors"]))
        {
            SafeTensorsFile.Write(file, tensors, new Dictionary<string, string>());
        }

        IReadOnlyList<MetricsLine> lines = Train(usual with
        {
            Out = _problem["run"],
            Init = _problem["tiny.safetensors"],
            SharpnessTolerance = 1e-12,
            Eigenvalues = eigenvalues,
        });
        MetricsLine line = Assert.Single(lines);
        using Problem exact = Problem.Create(usual with { Dtype = "float64", Init = _problem["tiny.safetensors"] }, _ => { });
        using var scope = new TensorScope();
        using Evaluation at = exact.Objective.Evaluate(exact.StartWeights(), Wanted.Nothing);
        double expected = Lanczos.Largest(
            new HessianOperator(exact.Objective, at), 1, new LanczosOptions { ResidualTolerance = 1e-8, MaximumProducts = 5000 }).Values[0];
        Assert.InRange(expected, 0, 2e-7);
        Assert.InRange(line.Sharpness!.Value, 0.95 * expected, 1.05 * expected);
        Assert.True(line.SharpnessResidual > 1e-12);
        Assert.Null(line.SharpnessUnconverged);
        Assert.Null(line.EigenvaluesUnconverged);
        Assert.InRange(line.Hvps!.Value, 1, LanczosOptions.ProductsForNegligible + 4);
    }

    private static byte[] Scaled(ReadOnlySpan<byte> values, float factor)
    {
        float[] numbers = MemoryMarshal.Cast<byte, float>(values).ToArray();
        return MemoryMarshal.AsBytes<float>(Array.ConvertAll(numbers, number => number * factor)).ToArray();
    }

    private Specification Gd(string name) => _problem.Specification("gd", name) with
    {
        Dtype = "float64",
        Activation = "tanh",
        Eta = 0.5,
        SharpnessEvery = 3,
        SharpnessTolerance = Tolerance,
    };

    private static IReadOnlyList<MetricsLine> Train(Specification specification)
    {
        Trainer.Train(specification, new RecordingObserver(), cancellation: TestContext.Current.CancellationToken);
        return RunRecord.ReadMetrics(specification.Out!);
    }

    /// <summary>w_k of <see cref="Gd"/>, from steps taken here.</summary>
    private double[] Weights(int k)
    {
        using Problem problem = Problem.Create(Gd("steps"), _ => { });
        using var scope = new TensorScope();
        using var method = new GradientDescent(0.5);
        Evaluation at = problem.Objective.Evaluate(problem.StartWeights(), Wanted.ValueAndGradient);
        for (int i = 0; i < k; i++)
        {
            Evaluation next = method.Step(problem.Objective, at).Next;
            at.Dispose();
            at = next;
        }

        double[] weights = at.Weights.ToArray<double>();
        at.Dispose();
        return weights;
    }

    private SpectrumEnds Direct(double[] weights, int top, int bottom)
    {
        using Problem problem = Problem.Create(Gd("steps"), _ => { });
        using var scope = new TensorScope();
        using Evaluation at = problem.Objective.Evaluate(Tensor.From(weights).Unscoped(), Wanted.Nothing);
        return Lanczos.Extremes(
            new HessianOperator(problem.Objective, at), top, bottom, new LanczosOptions { ResidualTolerance = 1e-8, MaximumProducts = 5000, Seed = 99 });
    }

    private static double[] Mean(params (double[] Weights, double Share)[] parts) =>
        [.. parts[0].Weights.Select((_, i) => parts.Sum(part => part.Share * part.Weights[i]))];

    private static void Agree(double[] expected, double[] actual) =>
        Assert.Equal(expected, actual, (a, b) => Math.Abs(a - b) <= 1e-8 * Math.Abs(expected[0]));
}
