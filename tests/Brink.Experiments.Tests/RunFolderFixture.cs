using FsCheck;
using FsCheck.Fluent;

namespace Brink.Experiments.Tests;

/// <summary>A run folder in a folder that goes with the test.</summary>
public abstract class RunFolderFixture : IDisposable
{
    private protected TemporaryFolder Folder { get; } = new();

    private protected string Run => Folder["run"];

    public void Dispose()
    {
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected static Gen<MetricsLine[]> Lines()
    {
        Gen<double> number = Gen.OneOf(
            Gen.Choose(-1000, 1000).Select(i => i / 7.0),
            ArbMap.Default.GeneratorFor<double>().Where(double.IsFinite));
        Gen<double?> maybe = Gen.OneOf(Gen.Constant((double?)null), number.Select(x => (double?)x));
        Gen<MetricsLine> line =
            from loss in number
            from seconds in number
            from many in maybe.ArrayOf(8)
            from count in Gen.Choose(0, 9)
            select new MetricsLine
            {
                Iteration = 0,
                Loss = loss,
                Seconds = seconds,
                TrainAccuracy = many[0],
                GradNorm = many[1],
                StepSize = many[2],
                ReferenceValue = many[3],
                Sharpness = many[4],
                SharpnessResidual = many[5],
                TestLoss = many[6],
                TestAccuracy = many[7],
                Backtracks = count,
                FunctionEvaluations = count < 5 ? count : null,
                Hvps = count < 3 ? count : null,
            };
        return line.ArrayOf().Select(lines => lines.Select((l, i) => l with { Iteration = i }).ToArray());
    }

    private protected static RunSummary Summary(RunStatus status) => new()
    {
        Status = status,
        IterationsDone = 0,
        Data = "mnist",
        Network = "mlp",
        Method = "nls",
        Outputs = 10,
        Parameters = 89610,
        Started = DateTimeOffset.UnixEpoch,
    };

    private protected RunFolder Create(bool force = false) => RunFolder.Create(new Specification { Out = Run }, force);
}
