using Brink.Networks;
using Brink.Objectives;
using Brink.Torch;
using Brink.Torch.Nn;

namespace Brink.Tests.Networks;

/// <summary>Networks from the TorchScript files in Scripts, which make_scripts.py there wrote with PyTorch 1.13.</summary>
public sealed class NetworkFileTests
{
    private const int Samples = 6;
    private static readonly NetworkOptions Images = new() { Channels = 1, Height = 4, Width = 4, Classes = 3 };

    [Theory]
    [InlineData("convolutional")]
    [InlineData("traced")]
    [InlineData("normalised")]
    public void A_script_is_the_network_built_natively_and_its_derivatives_too(string file)
    {
        using var scope = new TensorScope();
        Module native = file == "normalised"
            ? new Sequential(new Flatten(), new Linear(16, 5), new BatchNorm1d(5), new Softplus(), new Linear(5, 3))
            : new Sequential(
                new Conv2d(1, 3, 3, padding: 1), new ELU(), new MaxPool2d(2), new Conv2d(3, 4, 1), new Tanh(), new Flatten(), new Linear(16, 3));
        ScriptNetwork script = Load(file);
        Assert.Equal(native.NamedParameters().Select(entry => entry.Name), script.NamedParameters().Select(entry => entry.Name));
        Assert.Equal(native.HasBatchStatistics, script.HasBatchStatistics);
        using var workers = new Workers(1);
        using NetworkObjective theirs = Objective(script, workers, Samples);
        using NetworkObjective ours = Objective(native, workers, Samples);
        Tensor weights = Start(script);
        using Evaluation atTheirs = theirs.Evaluate(weights.Clone(), Wanted.ValueAndGradient);
        using Evaluation atOurs = ours.Evaluate(weights.Clone(), Wanted.ValueAndGradient);
        Tensor direction = Normal(weights.Count, 5);
        Assert.Equal(atOurs.Value, atTheirs.Value, 1e-14);
        Close(atOurs.Gradient(), atTheirs.Gradient(), 1e-13);
        Close(atOurs.HessianVectorProduct(direction), atTheirs.HessianVectorProduct(direction), 1e-13);
    }

    [Theory]
    [InlineData("convolutional")]
    [InlineData("traced")]
    [InlineData("residual")]
    [InlineData("normalised")]
    [InlineData("normalised-eval")]
    [InlineData("tied")]
    public void The_dense_Hessian_is_symmetric_and_that_of_finite_differences(string file)
    {
        using var scope = new TensorScope();
        using var workers = new Workers(1);
        using NetworkObjective objective = Objective(Load(file), workers, Samples);
        Tensor weights = Start(objective.Network);
        int n = (int)weights.Count;
        var columns = new double[n][];
        double largest = 0;
        double gap = 0;
        using Evaluation at = objective.Evaluate(weights.Clone(), Wanted.ValueAndGradient);
        for (int k = 0; k < n; k++)
        {
            double[] unit = new double[n];
            unit[k] = 1;
            Tensor direction = Tensor.From(unit);
            columns[k] = at.HessianVectorProduct(direction).ToArray<double>();

            // Short steps: where an ELU or a maximum changes branch, the second derivative jumps.
            double[] wide = Difference(1e-5);
            double[] narrow = Difference(5e-6);
            for (int i = 0; i < n; i++)
            {
                largest = Math.Max(largest, Math.Abs(columns[k][i]));
                gap = Math.Max(gap, Math.Abs((((4 * narrow[i]) - wide[i]) / 3) - columns[k][i]));
            }

            double[] Difference(double step)
            {
                using Evaluation plus = objective.Evaluate(weights.AddScaled(direction, step), Wanted.ValueAndGradient);
                using Evaluation minus = objective.Evaluate(weights.AddScaled(direction, -step), Wanted.ValueAndGradient);
                return ((plus.Gradient() - minus.Gradient()) / (2 * step)).ToArray<double>();
            }
        }

        Assert.True(gap <= 1e-7 * Math.Max(1, largest), $"{file}: {gap} beside {largest}");
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < i; j++)
            {
                Assert.Equal(columns[i][j], columns[j][i], 1e-13 * Math.Max(1, largest));
            }
        }
    }

    [Fact]
    public void Threads_share_a_script_and_nothing_in_it_changes()
    {
        using var scope = new TensorScope();
        ScriptNetwork script = Load("residual");
        using var one = new Workers(1);
        using var three = new Workers(3);
        using NetworkObjective alone = Objective(script, one, Samples);
        using NetworkObjective shared = Objective(script, three, 1);
        Tensor weights = Start(script);
        Tensor direction = Normal(weights.Count, 6);
        using Evaluation at = alone.Evaluate(weights.Clone(), Wanted.ValueAndGradient);
        for (int turn = 0; turn < 10; turn++)
        {
            using Evaluation together = shared.Evaluate(weights.Clone(), Wanted.ValueAndGradient);
            Assert.Equal(at.Value, together.Value, 1e-14);
            Close(at.Gradient(), together.Gradient(), 1e-13);
            Close(at.HessianVectorProduct(direction), together.HessianVectorProduct(direction), 1e-13);
        }
    }

    [Fact]
    public void Tied_layers_are_one_parameter()
    {
        using var scope = new TensorScope();
        Assert.Equal(["1.weight", "1.bias", "3.bias", "5.weight", "5.bias"], Load("tied").NamedParameters().Select(entry => entry.Name));
    }

    [Fact]
    public void Only_a_script_saved_in_training_mode_uses_batch_statistics()
    {
        using var scope = new TensorScope();
        Assert.True(Load("normalised").HasBatchStatistics);
        Assert.False(Load("normalised-eval").HasBatchStatistics);
        Assert.False(Load("residual").HasBatchStatistics);
    }

    [Theory]
    [InlineData("dropout", "gives other outputs every time, as dropout does")]
    [InlineData("frozen", "the parameter '3.weight' is frozen (requires_grad is False)")]
    [InlineData("pair", "its forward returns Tuple instead of one Tensor")]
    [InlineData("whole", "do not depend on its parameters in a differentiable way")]
    public void What_cannot_be_trained_is_refused(string file, string message) => Refused(message, () => Load(file));

    [Fact]
    public void What_does_not_fit_the_samples_is_refused()
    {
        Refused("gives [3, 3] for 3 images of 1×4×4; 10 classes need [3, 10]", () => Load("convolutional", Images with { Classes = 10 }));
        Refused("does not take a batch of 3×32×32 images in Float64: Given groups=1", () => Load("convolutional", Images with { Channels = 3, Height = 32, Width = 32 }));
    }

    [Fact]
    public void What_is_no_script_is_refused()
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, "not a model");
            Refused("is no TorchScript file; torch.jit.script(model).save(", () => NetworkFile.Load(path, Images, ScalarType.Float64, Device.Cpu));
        }
        finally
        {
            File.Delete(path);
        }

        Refused("there is no network file /nowhere/model.pt", () => NetworkFile.Load("/nowhere/model.pt", Images, ScalarType.Float64, Device.Cpu));
    }

    private static void Refused(string message, Action load)
    {
        using var scope = new TensorScope();
        string given = Assert.Throws<BrinkException>(load).Message;
        Assert.Contains(message, given);
        Assert.DoesNotContain('\n', given);
    }

    [Theory]
    [InlineData("convolutional")]
    [InlineData("residual")]
    public void A_script_does_not_show_its_activations(string file)
    {
        using var scope = new TensorScope();
        using var workers = new Workers(2);
        using NetworkObjective objective = Objective(Load(file), workers, 2);
        Assert.Empty(ZeroActivations.Count(objective, Start(objective.Network)));
    }

    private static ScriptNetwork Load(string file, NetworkOptions? options = null) => NetworkFile.Load(
        Path.Combine(AppContext.BaseDirectory, "Networks", "Scripts", file + ".pt"), options ?? Images, ScalarType.Float64, Device.Cpu);

    private static NetworkObjective Objective(Module network, Workers workers, int microBatch)
    {
        LossFunction loss = LossFunction.Named("mse");
        Tensor labels = Tensor.From([.. Enumerable.Range(0, Samples).Select(k => (long)(k % 3))]);
        var batches = new SampleBatches(Normal(Samples * 16, 2).View(Samples, 1, 4, 4), labels, 3, loss, microBatch, channelsLast: false);
        return new NetworkObjective(network, batches, loss, 3, workers, new ObjectivePlan(microBatch));
    }

    /// <summary>The file's own weights, pushed a little, so that no bias is zero and no scale one.</summary>
    private static Tensor Start(Module network)
    {
        Tensor start = new ParameterLayout(network).Pack(Initialization.Draw(network, InitializationScheme.Default, 0, ScalarType.Float64));
        return start + (Normal(start.Count, 9) * 0.1);
    }

    private static Tensor Normal(long count, ulong seed)
    {
        using var generator = new Generator(seed);
        Tensor numbers = Tensor.Empty([count], ScalarType.Float64);
        numbers.FillNormal(0, 1, generator);
        return numbers;
    }

    private static void Close(Tensor expected, Tensor actual, double tolerance) =>
        Assert.True((expected - actual).Norm() <= tolerance * Math.Max(1, expected.Norm()));
}
