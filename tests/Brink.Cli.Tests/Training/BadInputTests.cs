using Brink.Cli.CommandLine;
using Brink.Experiments;
using Brink.Torch;
using Brink.Torch.Serialization;

namespace Brink.Cli.Tests.Training;

/// <summary>Every mistake of the list in issue 2: one clear line on standard error, a code that is not zero, nothing made.</summary>
public sealed class BadInputTests : IDisposable
{
    private readonly SmallData _data = new();

    public void Dispose() => _data.Dispose();

    [Theory]
    [InlineData("--data mnis", "unknown data 'mnis'", "'mnist'")]
    [InlineData("--network mpl", "'mpl'", "'mlp'")]
    [InlineData("--method nls-bu", "'nls-bu'", "'nls-ub'")]
    [InlineData("--loss mes", "'mes'", "'mse'")]
    [InlineData("--activation rleu", "'rleu'", "'relu'")]
    [InlineData("--initialization kaiming-norml", "'kaiming-norml'", "'kaiming-normal'")]
    [InlineData("--metod nls", "--metod", "'--method'")]
    [InlineData("--method nls --c 0", "--c", "between 0 and 1")]
    [InlineData("--method nls --c 1", "--c", "between 0 and 1")]
    [InlineData("--method nls --delta 1.5", "--delta", "between 0 and 1")]
    [InlineData("--method nls --delta 0", "--delta", "between 0 and 1")]
    [InlineData("--method cdat --sigma 0", "--sigma", "above 0")]
    [InlineData("--method cdat --sigma -1", "--sigma", "above 0")]
    [InlineData("--method sam --rho 0", "--rho", "above 0")]
    [InlineData("--method gd --eta 0", "--eta", "above 0")]
    [InlineData("--method gd --eta -0.5", "--eta", "above 0")]
    [InlineData("--method gd --eta nan", "--eta", "nan")]
    [InlineData("--method gd --eta half", "--eta", "half")]
    [InlineData("--method nls --eta 1", "--eta", "gd")]
    [InlineData("--method nls --batch-size -1", "--batch-size", "at least 0")]
    [InlineData("--method nls --batch-sharpness-every 5", "--batch-sharpness-every", "give a batch-size")]
    [InlineData("--segment-steps 0.1,-1", "--segment-steps", "above 0")]
    [InlineData("--trace-products 5", "--trace-products", "at least 6")]
    [InlineData("--diagnostics-every -1", "--diagnostics-every", "at least 0")]
    [InlineData("--measure-at midpoints --segment-smoothness-every 2", "--segment-smoothness-every", "measure-at is iterates")]
    [InlineData("--count 65", "64", "0 to 63")]
    [InlineData("--first 60 --count 10", "holds 64", "60 to 69")]
    [InlineData("--count 60001", "holds 60000", "0 to 60000")]
    [InlineData("--subset stratified --count 9", "10 classes", "9")]
    [InlineData("--subset stratified --count 65", "65", "64")]
    [InlineData("--device cuda", "cuda", "--device cpu")]
    [InlineData("--device gpu", "gpu", "cuda")]
    [InlineData("--init none.safetensors", "none.safetensors", "no file")]
    [InlineData("--from /nowhere", "/nowhere", "nothing there")]
    [InlineData("--batch-norm --micro-batch 16", "64 samples in micro-batches of 16", "--ghost-batch-norm")]
    public async Task A_mistake_on_the_command_line_is_one_line(string options, params string[] expected)
    {
        Assert.SkipWhen(options == "--device cuda" && Runtime.CudaIsAvailable, "this machine has CUDA");
        string[] more = options.Split(' ');

        // An option may be given once.
        List<string> line = [.. _data.Train("run")];
        foreach (string option in more.Where(word => word.StartsWith("--", StringComparison.Ordinal)))
        {
            int there = line.IndexOf(option);
            if (there >= 0)
            {
                line.RemoveRange(there, 2);
            }
        }

        await AssertOneLine([.. line, .. more], expected);
        Assert.False(Directory.Exists(_data["run"]), "a folder was made for a run that cannot be");
    }

    [Theory]
    [InlineData("metod: nls", "spec.yaml", "metod", "'method'")]
    [InlineData("method: nsl", "spec.yaml", "'nsl'", "'nls'")]
    [InlineData("method: nls\nc: 2", "spec.yaml", "c", "between 0 and 1")]
    [InlineData("method: [", "spec.yaml")]
    public async Task A_mistake_in_a_specification_is_one_line_that_names_the_file(string yaml, params string[] expected)
    {
        File.WriteAllText(_data["spec.yaml"], yaml);
        await AssertOneLine(["train", _data["spec.yaml"]], expected);
    }

    [Theory]
    [InlineData("empty", "truncated")]
    [InlineData("cut", "64")]
    [InlineData("foreign", "magic number")]
    [InlineData("label", "label")]
    [InlineData("checksum", "corrupt")]
    [InlineData("gzip", "gzip")]
    public async Task A_broken_file_of_data_is_one_line_that_names_it(string damage, string expected)
    {
        string images = _data["train-images-idx3-ubyte"];
        string labels = _data["train-labels-idx1-ubyte"];
        string guilty = damage is "label" or "checksum" ? labels : images;
        byte[] bytes = File.ReadAllBytes(guilty);
        switch (damage)
        {
            case "empty":
                File.WriteAllBytes(guilty, []);
                break;
            case "cut":
                File.WriteAllBytes(guilty, bytes[..^100]);
                break;
            case "foreign":
                bytes[3] = 9;
                File.WriteAllBytes(guilty, bytes);
                break;
            case "label":
                bytes[20] = 200;
                File.WriteAllBytes(guilty, bytes);
                break;
            case "checksum":
                File.WriteAllBytes(guilty, [0, 0, 8, 1, 0, 0, 0xEA, 0x60, .. new byte[60_000]]);
                break;
            default:
                File.Delete(guilty);
                File.WriteAllBytes(guilty + ".gz", [1, 2, 3, 4]);
                break;
        }

        await AssertOneLine(_data.Train("run"), Path.GetFileName(guilty), expected);
        Assert.False(Directory.Exists(_data["run"]));
    }

    [Theory]
    [InlineData("name", "2.weight")]
    [InlineData("missing", "1.bias")]
    [InlineData("shape", "1.weight")]
    [InlineData("type", "Int64")]
    [InlineData("text", "start.safetensors")]
    [InlineData("truncated", "start.safetensors")]
    public async Task Start_weights_that_do_not_fit_are_one_line(string damage, string expected)
    {
        Assert.Equal(0, await Run([.. _data.Train("start"), "--iterations", "0", "--sharpness-every", "0"]));
        SafeTensor[] tensors = [.. RunRecord.ReadCheckpoint(_data["start"], Assert.Fail)!.Tensors.Where(t => !t.Name.StartsWith("brink.", StringComparison.Ordinal))];
        int weight = Array.FindIndex(tensors, tensor => tensor.Name == "1.weight");
        switch (damage)
        {
            case "name":
                tensors[weight] = tensors[weight] with { Name = "2.weight" };
                break;
            case "missing":
                tensors = [.. tensors.Where(tensor => tensor.Name != "1.bias")];
                break;
            case "shape":
                tensors[weight] = tensors[weight] with { Shape = [784, 8] };
                break;
            case "type":
                tensors[weight] = new SafeTensor("1.weight", ScalarType.Int64, [8, 784], new byte[8 * 784 * 8]);
                break;
        }

        string file = _data["start.safetensors"];
        using (FileStream stream = File.Create(file))
        {
            SafeTensorsFile.Write(stream, tensors, new Dictionary<string, string>());
        }

        if (damage == "text")
        {
            File.WriteAllText(file, "these are no weights");
        }
        else if (damage == "truncated")
        {
            File.WriteAllBytes(file, File.ReadAllBytes(file)[..^10]);
        }

        await AssertOneLine([.. _data.Train("run"), "--init", file], file, expected);
        Assert.False(Directory.Exists(_data["run"]));
    }

    [Fact]
    public async Task A_run_folder_in_use_is_refused()
    {
        using BrinkProcess process = BrinkProcess.Start(_data.Train("busy", "--iterations", "1000000", "--method", "gd", "--sharpness-every", "0"));
        while (!process.HasExited && !File.Exists(Path.Combine(_data["busy"], "metrics.jsonl")))
        {
            Thread.Sleep(5);
        }

        await AssertOneLine(["resume", _data["busy"]], "in use", $"{process.Id}");
        await AssertOneLine([.. _data.Train("busy"), "--force"], "in use", $"{process.Id}");
        await AssertOneLine(_data.Train("busy"), "already holds a run", "--force");
    }

    [Fact]
    public async Task A_folder_that_holds_no_run_is_named()
    {
        await AssertOneLine(["resume", _data["none"]], "no run folder");
        await AssertOneLine(["resume", _data.Folder], "not a run folder");
        await AssertOneLine(["measure", _data["none"]], "no file");
        await AssertOneLine(["measure", _data.Folder], "no run");
        await AssertOneLine(["data", "verify", "cifr10"], "cifr10", "cifar10");
        await AssertOneLine(["data", "get", "cifr10"], "cifr10", "cifar10");
    }

    [Fact]
    public void Without_the_native_library_the_way_to_it_is_told()
    {
        using BrinkProcess process = BrinkProcess.StartWith([], [("BRINK_NATIVE", "/nowhere/libbrink_native.so")], _data.Train("run"));
        AssertOneLine(process.Finish(), "libbrink_native.so", "BRINK_NATIVE");
    }

    [Fact]
    public void On_a_full_disk_the_run_stops_and_what_was_written_stays_readable()
    {
        // A file system of 400 kB in a mount namespace of its own; copied out before it goes with the process.
        string disk = Directory.CreateDirectory(_data["disk"]).FullName;
        string copy = _data["copy"];
        string[] train = _data.Train("disk/run", "--method", "gd", "--iterations", "100000", "--sharpness-every", "0", "--checkpoint-every", "50");
        using (BrinkProcess probe = BrinkProcess.StartWith(["unshare", "-rm", "sh", "-c", $"mount -t tmpfs tmpfs {disk}; exit $?", "--"], []))
        {
            Assert.SkipUnless(probe.Finish().Code == 0, "this system lets no user mount a tmpfs");
        }

        string script = $"mount -t tmpfs -o size=400k tmpfs {disk}; \"$@\"; code=$?; cp -r {disk}/run {copy}; exit $code";
        using BrinkProcess process = BrinkProcess.StartWith(["unshare", "-rm", "sh", "-c", script, "--"], [], train);
        AssertOneLine(process.Finish(), "the disk is full", disk);

        IReadOnlyList<MetricsLine> lines = RunRecord.ReadMetrics(copy);
        Assert.NotEmpty(lines);
        Checkpoint checkpoint = RunRecord.ReadCheckpoint(copy, Assert.Fail)!;
        Assert.InRange(checkpoint.Iteration, 0, lines.Count);
        Assert.NotNull(RunRecord.ReadSummary(copy));

        // With room again the run goes on where it stopped.
        string stopped = RunRecord.ReadSpecification(copy).Out!;
        Assert.Equal($"{disk}/run", stopped);
        (int code, _, string error) = BrinkProcess.Run("resume", copy, "--quiet", "--iterations", $"{checkpoint.Iteration + 60}");
        Assert.True(code == 0, error);
    }

    private static async Task<int> Run(params string[] line)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        int code = await BrinkCommandLine.RunAsync(line, output, error);
        Assert.True(code == 0, error.ToString());
        return code;
    }

    private static async Task AssertOneLine(string[] line, params string[] expected)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        int code = await BrinkCommandLine.RunAsync(line, output, error);
        AssertOneLine((code, output.ToString(), error.ToString()), expected);
    }

    private static void AssertOneLine((int Code, string Output, string Error) end, params string[] expected)
    {
        Assert.True(end.Code is 1 or 2 or BrinkCommandLine.InUse, $"code {end.Code}: {end.Output}{end.Error}");
        string line = Assert.Single(end.Error.TrimEnd('\n').Split('\n'));
        Assert.StartsWith("brink: ", line, StringComparison.Ordinal);
        Assert.DoesNotContain("this is a bug", line, StringComparison.Ordinal);
        Assert.All(expected, part => Assert.Contains(part, line, StringComparison.Ordinal));
    }
}
