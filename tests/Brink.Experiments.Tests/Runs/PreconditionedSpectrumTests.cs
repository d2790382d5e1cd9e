using Brink.Curvature;
using Brink.Objectives;
using Brink.Torch;

namespace Brink.Experiments.Tests.Runs;

/// <summary>The spectrum of P⁻¹(H + dI) at a checkpoint, against the dense matrix with P from the optimiser's formulae written out here.</summary>
[Collection(RunCollection.Name)]
public sealed class PreconditionedSpectrumTests : IDisposable
{
    private const double Eta = 0.01;
    private const double Epsilon = 1e-3;
    private const double Decay = 0.01;
    private const int Steps = 5;

    private readonly SmallProblem _problem = new();

    public void Dispose() => _problem.Dispose();

    [Theory]
    [InlineData("adam", 3800)]
    [InlineData("rmsprop", 200)]
    public void Ends_and_traces_are_those_of_the_dense_matrix_and_of_the_runs_own_record(string method, double threshold)
    {
        Specification specification = _problem.Specification(method, "run") with
        {
            Dtype = "float64",
            Activation = "tanh",
            Widths = [1],
            Eta = Eta,
            WeightDecay = Decay,
            Epsilon = Epsilon,
            Iterations = Steps,
            SharpnessEvery = 0,
            Eigenvalues = 2,
            Smallest = 1,
            EigenvaluesEvery = Steps,
            EigenvaluesTolerance = 1e-6,
            Preconditioned = true,
        };
        Trainer.Train(specification, new RecordingObserver(), cancellation: TestContext.Current.CancellationToken);
        MetricsLine recorded = RunRecord.ReadMetrics(specification.Out!)[^1];

        using var scope = new TensorScope();
        using var point = StoredPoint.Load(specification.Out!, new Specification(), null, _ => { });
        int size = (int)point.Problem.Objective.Dimension;
        SpectrumReport report = SpectrumReport.Take(
            point,
            new SpectrumQuestions { Top = 2, Bottom = 1, Tolerance = 1e-6, TraceProducts = size, DensityProbes = 3, DensitySteps = 10, Preconditioned = true },
            _ => { },
            TestContext.Current.CancellationToken);

        (double[] weights, double[] p) = Replayed(specification);
        Assert.Equal(weights, point.Weights.ToArray<double>(), (a, b) => Math.Abs(a - b) <= 1e-12);
        using Evaluation at = point.Problem.Objective.Evaluate(Tensor.From(weights).Unscoped(), Wanted.Nothing);
        double[] rows = DenseSpectrum.Rows(new HessianOperator(point.Problem.Objective, at)).ToArray<double>();
        double[] felt = [.. rows.Select((entry, k) => (entry + (k / size == k % size ? Decay : 0)) / Math.Sqrt(p[k / size] * p[k % size]))];
        double[] exact = Tensor.From(felt, size, size).SymmetricEigen().Values.ToArray<double>();
        double Close(double expected, double actual) => Math.Abs(expected - actual) / exact[^1];
        Assert.Equal([exact[^1], exact[^2], exact[0]], report.Ends.Top.Concat(report.Ends.Bottom).Select(value => value.Value), (a, b) => Close(a, b) <= 1e-8);
        Assert.Equal(exact.Sum(), report.Trace!.Trace, 1e-8 * exact[^1]);
        Assert.Equal(exact.Sum(value => value * value), report.Trace.SquareTrace, 1e-8 * exact[^1] * exact[^1]);
        Assert.InRange(Math.Abs((exact.Sum() / size) - report.Density!.First.Mean), 0, 10 * report.Density.First.StandardError);

        Assert.Equal(recorded.Eigenvalues!, report.Ends.Top.Select(value => value.Value), (a, b) => Close(a, b) <= 1e-8);
        Assert.Equal(recorded.SmallestEigenvalues![0], report.Ends.Bottom[0].Value, 1e-8 * exact[^1]);
        Assert.True(report.Preconditioned);
        Assert.Null(report.FlattestSharpness);
        Assert.Equal(threshold, report.Edge!.Threshold, 1e-9);
        Assert.Equal(recorded.PreconditionedSharpness!.Value / threshold, report.Edge.Ratio, 1e-8);
    }

    /// <summary>The run's steps in plain arithmetic: w and the diagonal of P after the last.</summary>
    private static (double[] Weights, double[] Preconditioner) Replayed(Specification s)
    {
        using Problem problem = Problem.Create(s, _ => { });
        double[] w;
        using (Tensor start = problem.StartWeights())
        {
            w = start.ToArray<double>();
        }

        bool adam = s.Method == "adam";
        (double beta1, double beta2) = adam ? (0.9, 0.999) : (0, 0.99);
        double[] mean = new double[w.Length];
        double[] squares = new double[w.Length];
        double[] p = new double[w.Length];
        for (int t = 1; t <= Steps; t++)
        {
            using var scope = new TensorScope();
            using Evaluation at = problem.Objective.Evaluate(Tensor.From(w).Unscoped(), Wanted.ValueAndGradient);
            double[] g = at.Gradient().ToArray<double>();
            double start = adam ? 1 - Math.Pow(beta2, t) : 1;
            for (int i = 0; i < w.Length; i++)
            {
                double felt = g[i] + (Decay * w[i]);
                mean[i] = (beta1 * mean[i]) + ((1 - beta1) * felt);
                squares[i] = (beta2 * squares[i]) + ((1 - beta2) * felt * felt);
                p[i] = (1 - Math.Pow(beta1, t)) * (Math.Sqrt(squares[i] / start) + Epsilon);
                w[i] -= Eta * mean[i] / p[i];
            }
        }

        return (w, p);
    }
}
