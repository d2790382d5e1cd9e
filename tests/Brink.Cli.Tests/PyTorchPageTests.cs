using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Brink.Cli.Bench;
using Brink.Experiments;

namespace Brink.Cli.Tests;

/// <summary>The programs of docs/pytorch.md as they stand there: weights and samples from PyTorch, and a trained network back.</summary>
public sealed partial class PyTorchPageTests : IDisposable
{
    /// <summary>A network with PyTorch's own start weights, samples, and the loss there.</summary>
    private const string Begin = """
        import sys, torch, torch.nn as nn
        torch.manual_seed(3)
        model = nn.Sequential(nn.Flatten(), nn.Linear(6, 5), nn.Tanh(), nn.Linear(5, 3)).double()
        inputs, labels = torch.randn(40, 6, dtype=torch.float64), torch.arange(40) % 3
        torch.save(model.state_dict(), sys.argv[1] + '/start.pt')
        torch.save({'inputs': inputs, 'labels': labels}, sys.argv[1] + '/samples.pt')
        print(repr(nn.functional.mse_loss(model(inputs), nn.functional.one_hot(labels, 3).double()).item()))
        """;

    /// <summary>The loss at other weights, which must be those of the network, all of them and no more.</summary>
    private const string End = """
        import sys, torch, torch.nn as nn
        model = nn.Sequential(nn.Flatten(), nn.Linear(6, 5), nn.Tanh(), nn.Linear(5, 3)).double()
        model.load_state_dict(torch.load(sys.argv[1] + '/trained.pt'), strict=True)
        samples = torch.load(sys.argv[1] + '/samples.pt')
        print(repr(nn.functional.mse_loss(model(samples['inputs']), nn.functional.one_hot(samples['labels'], 3).double()).item()))
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("brink-pytorch-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Weights_come_from_PyTorch_and_go_back_with_the_same_loss()
    {
        (string python, double start) = Start();
        string[] programs = [.. Programs().Matches(File.ReadAllText(Checkout.Find("docs", "pytorch.md")!)).Select(block => block.Groups["program"].Value)];
        Assert.Equal(2, programs.Length);
        Run(python, programs[0], At("start.pt"), At("start.safetensors"));
        Run(python, programs[0], At("samples.pt"), At("samples.safetensors"));

        RunOutcome outcome = Trainer.Train(
            new Specification
            {
                Data = "tensors",
                From = At("samples.safetensors"),
                Mean = [0],
                StandardDeviation = [1],
                Network = "mlp",
                Widths = [5],
                Activation = "tanh",
                Loss = "mse",
                Init = At("start.safetensors"),
                Dtype = "float64",
                Method = "nls",
                Iterations = 20,
                SharpnessEvery = 0,
                MicroBatch = 40,
                Out = At("run"),
            },
            new Unwatched(),
            cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(RunStatus.Finished, outcome.Status);
        IReadOnlyList<MetricsLine> lines = RunRecord.ReadMetrics(At("run"));
        Assert.Equal(start, lines[0].Loss, 1e-12);

        Run(python, programs[1], At("run/checkpoints/step-000000020.safetensors"), At("trained.pt"));
        double trained = Loss(Run(python, End, _folder));
        Assert.Equal(lines[^1].Loss, trained, 1e-12);
        Assert.True(trained < 0.95 * start, $"nothing was learnt: {start} to {trained}");
    }

    private (string Python, double Loss) Start()
    {
        string? python = null;
        try
        {
            python = PeerProcess.FindPython();
            return (python, Loss(Run(python, Begin, _folder)));
        }
        catch (Exception absent) when (absent is BrinkException || absent.Message.Contains("No module named 'torch'"))
        {
            Assert.Skip($"PyTorch is not at hand: {python ?? absent.Message}");
            throw;
        }
    }

    private static string Run(string python, string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(python, ["-c", program, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException(error.Result);
    }

    private static double Loss(string printed) => double.Parse(printed, CultureInfo.InvariantCulture);

    private string At(string name) => Path.Combine(_folder, name);

    [GeneratedRegex(@"```python\n(?<program>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Programs();

    private sealed class Unwatched : IRunObserver
    {
        public void Started(string folder, long iteration, long iterations, double? flattestSharpness, Methods.StabilityThreshold? threshold = null)
        {
        }

        public void Recorded(MetricsLine line)
        {
        }

        public void Note(string message)
        {
        }

        public void Ended(RunStatus status, string? reason)
        {
        }
    }
}
