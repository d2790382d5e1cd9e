using System.Runtime.InteropServices;
using Brink.Torch;
using Brink.Torch.Serialization;

namespace Brink.Experiments.Tests.Runs;

/// <summary>A run on arrays and images of one's own: what is measured of them is written down and used again.</summary>
[Collection(RunCollection.Name)]
public sealed class OwnDataRunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Statistics_are_those_of_the_samples_trained_on_recorded_and_obeyed_when_given()
    {
        float[] inputs = [.. Enumerable.Range(0, 40).Select(i => (float)Math.Sin(i * i))];
        string file = _folder["samples.safetensors"];
        SafeTensorsFile.Write(file,
        [
            new SafeTensor("inputs", ScalarType.Float32, [10, 4], MemoryMarshal.AsBytes<float>(inputs).ToArray()),
            new SafeTensor("labels", ScalarType.UInt8, [10], new byte[] { 0, 1, 2, 0, 1, 2, 0, 1, 2, 0 }),
        ]);
        var specification = new Specification
        {
            Data = "tensors",
            From = file,
            Subset = "first",
            Count = 6,
            Widths = [5],
            Method = "gd",
            Iterations = 3,
            Out = _folder["run"],
            Dtype = "float64",
            Threads = 1,
            MicroBatch = 6,
            KeepGraph = "yes",
            SharpnessEvery = 0,
            TestEvery = 0,
        };
        RunOutcome outcome = Train(specification);
        Assert.Equal(RunStatus.Finished, outcome.Status);
        Specification resolved = Specification.FromJson(File.ReadAllText(RunFiles.Specification(specification.Out!)));
        double mean = inputs.Take(24).Select(v => (double)v).Average();
        Assert.Equal(mean, Assert.Single(resolved.Mean!), 1e-15);
        Assert.Equal(Math.Sqrt(inputs.Take(24).Select(v => (v - mean) * (v - mean)).Average()), Assert.Single(resolved.StandardDeviation!), 1e-15);

        // From the recorded specification alone: the same losses; with other statistics: others.
        double loss = outcome.Summary.FinalLoss!.Value;
        Assert.Equal(loss, Train(resolved with { Out = _folder["again"] }).Summary.FinalLoss);
        Assert.NotEqual(loss, Train(specification with { Mean = [0], StandardDeviation = [1], Out = _folder["raw"] }).Summary.FinalLoss);
        Assert.Contains("1 channel: expected as many values", Assert.Throws<BrinkException>(
            () => Train(specification with { Mean = [0, 0], StandardDeviation = [1, 1], Out = _folder["two"] })).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("image-size", "32", "data is folder")]
    [InlineData("labels", "y.npy", "data is tensors")]
    [InlineData("mean", "0.5", "data is folder or tensors")]
    public void Fields_of_own_data_do_not_apply_to_named_sets(string field, string value, string condition) =>
        Assert.Contains(condition, Assert.Throws<BrinkException>(() => new Specification().With(field, value).Validate()).Message, StringComparison.Ordinal);

    [Fact]
    public void Mean_goes_with_deviation_and_own_data_needs_a_place()
    {
        var own = new Specification { Data = "folder" };
        Assert.Equal(0, own.Count);
        Assert.Contains("mean goes with standard-deviation", Assert.Throws<BrinkException>(() => own.With("mean", "0.5").Validate()).Message, StringComparison.Ordinal);
        Assert.Contains("data folder needs from: a folder with one sub-folder of images a class", Assert.Throws<BrinkException>(() => Problem.Create(own, _ => { })).Message, StringComparison.Ordinal);
    }

    private static RunOutcome Train(Specification specification) =>
        Trainer.Train(specification, new RecordingObserver(), cancellation: TestContext.Current.CancellationToken);
}
