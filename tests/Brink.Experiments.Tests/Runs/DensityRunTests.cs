using Brink.Curvature;
using Brink.Objectives;
using Brink.Torch;

namespace Brink.Experiments.Tests.Runs;

/// <summary>The density that a run records is that of the dense Hessian at its iterates.</summary>
[Collection(RunCollection.Name)]
public sealed class DensityRunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_shares_on_a_line_are_those_of_the_dense_Hessian_at_its_weights()
    {
        const int Probes = 300;
        Specification specification = new()
        {
            Model = "linear",
            LayerWidths = [2, 3, 2],
            Inputs = "1,0.2,-0.3;0.4,0.9,0.1",
            Target = "1,0.5,0;0,2,1",
            PerSample = true,
            Seed = 3,
            Method = "gd",
            Eta = 0.05,
            Iterations = 8,
            SharpnessEvery = 0,
            DensityEvery = 4,
            DensityProbes = Probes,
            DensitySteps = 12,
            DensityRange = [1e-3, 1e2],
            DensityBins = 4,
            CheckpointEvery = 1,
            Out = _folder["run"],
        };
        var weights = new Dictionary<long, double[]>();
        Trainer.Train(specification, new RecordingObserver(line => weights[line.Iteration] = WeightsAt(line.Iteration)), cancellation: TestContext.Current.CancellationToken);
        MetricsLine[] lines = [.. RunRecord.ReadMetrics(_folder["run"]).Where(line => line.Density is not null)];
        Assert.Equal([0L, 4, 8], lines.Select(line => line.Iteration));
        using Problem problem = Problem.Create(specification, _ => { });
        DensityBins bins = specification.BinsOfDensity();
        foreach (MetricsLine line in lines)
        {
            using var scope = new TensorScope();
            using Evaluation at = problem.Objective.Evaluate(Tensor.From(weights[line.Iteration]).Clone().Unscoped(), Wanted.Nothing);
            double[] exact = DenseSpectrum.Of(new HessianOperator(problem.Objective, at)).Values;
            Assert.Equal(12, exact.Length);
            Assert.Equal(bins.Count, line.Density!.Length);
            Assert.Equal(1, line.Density.Sum(), 1e-3);
            Assert.True(line.Hvps >= Probes);

            // Up to every edge, within five deviations of the mean of random vectors; the Gaussians blur an eigenvalue by an interval.
            double below = 0;
            for (int j = 0; j < bins.Count; j++)
            {
                below += line.Density[j];
                int after = Math.Min(j + 4, bins.Count);
                int before = Math.Max(0, j - 2);
                double error = 5 * Math.Sqrt(2.0 / Probes) / Math.Sqrt(exact.Length) / 2;
                Assert.InRange(
                    below,
                    (exact.Count(value => value < bins.Edges[before]) / 12.0) - error,
                    (after == bins.Count ? 1 : exact.Count(value => value < bins.Edges[after]) / 12.0) + error);
            }
        }

        // One seed, the same numbers; another, others.
        Trainer.Train(specification with { Out = _folder["again"] }, new RecordingObserver(), cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(lines[1].Density, RunRecord.ReadMetrics(_folder["again"])[4].Density);
        Assert.NotEqual(lines[0].Density, lines[1].Density);
    }

    [Fact]
    public void The_table_has_a_column_an_interval_and_JSON_the_list()
    {
        Specification specification = new()
        {
            Model = "scalar",
            Method = "gd",
            Eta = 0.1,
            Iterations = 2,
            SharpnessEvery = 0,
            DensityEvery = 2,
            DensityRange = [1e-2, 10],
            DensityBins = 1,
            Out = _folder["run"],
        };
        Trainer.Train(specification, new RecordingObserver(), cancellation: TestContext.Current.CancellationToken);
        using StringWriter csv = new();
        RunExport.WriteCsv(RunCatalogue.List(_folder["run"]), csv);
        string[] rows = csv.ToString().Split('\n');
        string[] names = rows[0].Split(',');
        int[] columns = [.. Enumerable.Range(0, names.Length).Where(k => names[k].StartsWith("density_", StringComparison.Ordinal))];
        Assert.Equal(specification.BinsOfDensity().Count, columns.Length);

        // From the end: a setting in quotes may hold commas.
        string[] Cells(int row) => [.. columns.Select(k => rows[row].Split(',')[^(names.Length - k)])];
        Assert.Equal(RunRecord.ReadMetrics(_folder["run"])[0].Density, Cells(1).Select(cell => double.Parse(cell, System.Globalization.CultureInfo.InvariantCulture)));
        Assert.All(Cells(2), Assert.Empty);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("2,1")]
    [InlineData("0,1")]
    [InlineData("1,2,3")]
    public void A_range_that_is_none_is_refused(string text)
    {
        BrinkException refused = Assert.Throws<BrinkException>(() => new Specification().With("density-range", text));
        Assert.Contains($"must be two numbers above 0, the smaller first, joined by a comma, not '{text}'", refused.Message, StringComparison.Ordinal);
    }

    private double[] WeightsAt(long iteration)
    {
        using Problem problem = Problem.Create(RunRecord.ReadSpecification(_folder["run"]), _ => { });
        using var scope = new TensorScope();
        Checkpoint checkpoint = RunRecord.ReadCheckpoint(_folder["run"], Assert.Fail, iteration == 0 ? null : iteration)!;
        return WeightFile.Pack(checkpoint.Tensors, problem.Layout, ScalarType.Float64, Device.Cpu).ToArray<double>();
    }
}
