using System.CommandLine;
using System.Globalization;
using Brink.Cli.Bench;
using Brink.Cli.CommandLine;
using Brink.Cli.Diagnosis;
using Brink.Cli.Terminal;
using Brink.Experiments;
using Brink.Torch;
using Spectre.Console;

namespace Brink.Cli.Commands;

/// <summary><c>brink bench</c>: Brink beside a PyTorch peer, in turns, on this machine.</summary>
internal static class BenchCommand
{
    private const string Ranks = "ranks";

    private static readonly string[] s_cases = ["overhead", "memory", "gradient", "nls", "products", "networks", "sharpness", "gfs", "tracking", "phase", Ranks];

    /// <summary>Cases of many minutes: run only where they are named.</summary>
    private static readonly string[] s_long = ["networks", "tracking", "gfs", Ranks];

    /// <summary>Iterations over which steps in float64 are compared; the first is part of them.</summary>
    private const int ExactIterations = 8;

    /// <summary>Creates the command.</summary>
    /// <returns>The command.</returns>
    public static Command Create()
    {
        var from = new Option<string>("--from") { Description = "Folder with CIFAR-10's official files (default: the downloaded copy)", HelpName = "dir" };
        var count = new Option<int>("--count") { Description = "Training images", DefaultValueFactory = _ => 5000, HelpName = "n" };
        var repetitions = new Option<int>("--repetitions") { Description = "Timed repetitions of each side, at least 5", DefaultValueFactory = _ => 5, HelpName = "n" };
        var threads = new Option<int>("--threads") { Description = "Threads of each side", DefaultValueFactory = _ => Environment.ProcessorCount, HelpName = "n" };
        var device = new Option<string>("--device") { Description = "Device of both sides: cpu, cuda or cuda:N", DefaultValueFactory = _ => "cpu", HelpName = "device" };
        var convolutions = new Option<string>("--convolutions") { Description = "On a GPU, both sides' convolutions: deterministic or fastest", DefaultValueFactory = _ => "deterministic", HelpName = "which" };
        var only = new Option<string[]>("--only") { Description = $"Cases to run: {string.Join(", ", s_cases)} (default: all but {string.Join(", ", s_long)}, which take long)", AllowMultipleArgumentsPerToken = true, HelpName = "case" };
        only.CompletionSources.Add(s_cases);
        var sharpnessOn = new Option<string[]>("--sharpness-on") { Description = "Networks on which λ₁ is compared; the CNN takes the peer half an hour", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => ["mlp"], HelpName = "network" };
        var productsOn = new Option<string[]>("--products-on") { Description = "Networks whose Hessian-vector products are compared; the CNN takes the peer minutes, larger ones a GPU", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => ["mlp"], HelpName = "network" };
        productsOn.AcceptOnlyFromAmong("mlp", "cnn", "resnet34", "vgg11");
        var networksOn = new Option<string[]>("--networks-on") { Description = "Networks of the case networks", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => ["resnet34", "vgg11"], HelpName = "network" };
        networksOn.AcceptOnlyFromAmong("resnet34", "vgg11");
        var iterations = new Option<int>("--tracking-iterations") { Description = "Iterations of nls along which the ten largest eigenvalues are tracked", DefaultValueFactory = _ => 200, HelpName = "n" };
        var every = new Option<int>("--tracking-every") { Description = "Iterations between two measurements of the tracking; with 1 it takes five times as long", DefaultValueFactory = _ => 5, HelpName = "n" };
        var asRank = new Option<string?>("--as-rank") { Description = "A rank of the case ranks, which starts it", HelpName = "json", Hidden = true };
        Option<bool> json = JsonText.Option();
        var command = new DocumentedCommand(
            "bench",
            "Time Brink against what the authors' code does in PyTorch: same images, start weights, threads, libtorch and BLAS; the two take turns, and the ratios of medians are printed.",
            "brink bench",
            "brink bench --only gradient --repetitions 9")
        { from, count, repetitions, threads, device, convolutions, only, productsOn, networksOn, sharpnessOn, iterations, every, asRank, json };
        command.SetWork((parsed, _) =>
        {
            if (parsed.GetValue(asRank) is { } work)
            {
                RankWorker.Serve(work);
                return 0;
            }

            TextWriter output = parsed.InvocationConfiguration.Output;
            bool asJson = parsed.GetValue(json);
            TextWriter words = asJson ? parsed.InvocationConfiguration.Error : output;
            string[] cases = Chosen(parsed.GetValue(only) ?? []);
            int times = parsed.GetValue(repetitions);
            if (times < 5)
            {
                throw new BrinkException($"--repetitions is {times}; a median needs at least 5");
            }

            int onThreads = parsed.GetValue(threads);
            var rows = new List<BenchRow>();
            void Add(BenchRow row)
            {
                rows.Add(row);
                words.WriteLine($"{row.What}: {Amount(row.Ours, row.Unit)} against {Amount(row.Peer, row.Unit)}, {Ratio(row)}; {row.Remark}");
            }

            Specification placed = new Specification().With("device", parsed.GetValue(device)!);
            Device target = Device.Parse(placed.Device);
            placed = target.IsCuda ? placed.With("convolutions", parsed.GetValue(convolutions)!) : placed;

            Specification Of(string network, string method)
            {
                Specification specification = placed
                    .With("data", "cifar10")
                    .With("subset", "first")
                    .With("count", parsed.GetValue(count).ToString(CultureInfo.InvariantCulture))
                    .With("network", network)
                    .With("method", method)
                    .With("threads", onThreads.ToString(CultureInfo.InvariantCulture))
                    .With("test-every", "0");
                return specification with { From = parsed.GetValue(from) };
            }

            if (cases.Contains(Ranks))
            {
                foreach (BenchRow row in RanksCase.Rows(Of, times, onThreads, words.WriteLine))
                {
                    Add(row);
                }

                if (cases.Length == 1)
                {
                    return Finish();
                }
            }

            using PeerProcess peer = PeerProcess.Start(PeerProcess.FindPython(), PeerProcess.FindScript(), onThreads);
            PeerHello hello = peer.Hello(TimeSpan.FromMinutes(3));
            Runtime.Initialize();
            RequireSameLibraries(hello);
            words.WriteLine($"peer: Python {hello.Python}, PyTorch {hello.Torch}, SciPy {hello.Scipy}; BLAS of both: {string.Join(", ", hello.Blas)}");
            words.WriteLine($"{RunEnvironment.ProcessorModel()}, {onThreads} threads on {Environment.ProcessorCount} cores, libtorch {Runtime.LibtorchVersion}, tensor memory from {Runtime.Allocator} (the peer's from libc)");
            if (target.IsCuda && Runtime.CudaIsAvailable)
            {
                Runtime.SetCudaPrecision(allowTf32: false, deterministic: true);
                words.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"both on {hello.Device}, without TF32; a float32 matrix product of 8192 does {BenchCases.MatrixRate(target) / 1e12:F1} TFLOP/s"));
            }

            if (cases.Contains("memory") || cases.Contains("gradient"))
            {
                using var setting = new BenchSetting(peer, Of("cnn", "gd"), words.WriteLine);
                if (cases.Contains("memory"))
                {
                    Add(BenchCases.GradientMemory(setting));
                }

                if (cases.Contains("gradient"))
                {
                    Add(BenchCases.Gradient(setting, "gradient, CNN", 4, times));
                }
            }

            if (cases.Contains("overhead"))
            {
                foreach (BenchRow row in BenchCases.Overhead(peer, times))
                {
                    Add(row);
                }
            }

            if (cases.Contains("nls"))
            {
                foreach ((string network, double ratio, int iterations) in new[] { ("mlp", 2.0, 4 * times), ("cnn", 6.0, times + 1) })
                {
                    using var setting = new BenchSetting(peer, Of(network, "nls"), words.WriteLine);
                    Add(BenchCases.LineSearch(setting, $"nls per iteration, {network.ToUpperInvariant()}", ratio, iterations));
                }
            }

            if (cases.Contains("products"))
            {
                foreach (string network in parsed.GetValue(productsOn) ?? [])
                {
                    using var setting = new BenchSetting(peer, Of(network, "nls"), words.WriteLine);
                    Add(ProductCase.Row(setting, network, times));
                }
            }

            if (cases.Contains("networks"))
            {
                foreach (string network in parsed.GetValue(networksOn) ?? [])
                {
                    string exact;
                    using (var small = new BenchSetting(peer, Of(network, "nls").With("count", "40").With("dtype", "float64") with { From = parsed.GetValue(from) }, words.WriteLine))
                    {
                        exact = BenchCases.LineSearch(small, network, 0, ExactIterations).Remark;
                    }

                    using var setting = new BenchSetting(peer, Of(network, "nls"), words.WriteLine);
                    BenchRow row = BenchCases.LineSearch(setting, $"nls per iteration, {network}", 2, times + 1);
                    Add(row with { Remark = $"{row.Remark}; in float64 on 40 images: {exact}" });
                }
            }

            if (cases.Contains("sharpness"))
            {
                foreach (string network in parsed.GetValue(sharpnessOn) ?? [])
                {
                    using var setting = new BenchSetting(peer, Of(network, "nls"), words.WriteLine);
                    foreach (BenchRow row in BenchCases.Sharpness(setting, network.ToUpperInvariant(), times, every: 10))
                    {
                        Add(row);
                    }
                }
            }

            if (cases.Contains("tracking"))
            {
                if (parsed.GetValue(iterations) < parsed.GetValue(every) || parsed.GetValue(every) < 1)
                {
                    throw new BrinkException("--tracking-every is at least 1 and at most --tracking-iterations");
                }

                foreach ((string name, string widths, string initialization) in new[]
                {
                    ("top 10 along nls, MLP", "100,100", "default"),
                    ("top 10 along nls, Flatland start", "100,100,100,100,100,100", "kaiming-normal"),
                })
                {
                    Specification specification = Of("mlp", "nls").With("count", "1000").With("widths", widths).With("initialization", initialization);
                    using var setting = new BenchSetting(peer, specification with { From = parsed.GetValue(from) }, words.WriteLine);
                    foreach (BenchRow row in TrackingCase.Rows(
                        setting, name, parsed.GetValue(iterations), parsed.GetValue(every), words.WriteLine))
                    {
                        Add(row);
                    }
                }
            }

            if (cases.Contains("gfs"))
            {
                using var setting = new BenchSetting(
                    peer, Of("mlp", "gd").With("count", "1000").With("activation", "tanh") with { From = parsed.GetValue(from) }, words.WriteLine);
                foreach (BenchRow row in FlowSolutionCase.Rows(setting, times, words.WriteLine))
                {
                    Add(row);
                }
            }

            if (cases.Contains("phase"))
            {
                foreach (BenchRow row in PhaseCase.Rows(peer, times, onThreads))
                {
                    Add(row);
                }
            }

            return Finish();

            int Finish()
            {
                if (asJson)
                {
                    JsonText.Write(output, rows);
                }
                else
                {
                    Print(rows, output);
                }

                return 0;
            }
        });
        return command;
    }

    private static string[] Chosen(string[] given)
    {
        string[] names = [.. given.SelectMany(name => name.Split(','))];
        string? unknown = Array.Find(names, name => !s_cases.Contains(name));
        return unknown is not null ? throw NearestName.Unknown("case", unknown, s_cases) : names.Length == 0 ? [.. s_cases.Except(s_long)] : names;
    }

    private static void RequireSameLibraries(PeerHello hello)
    {
        IReadOnlyCollection<string> ours = Engine.LoadedLibraries();
        foreach (string theirs in hello.Libtorch.Concat(hello.Blas))
        {
            if (!ours.Contains(theirs))
            {
                throw new BrinkException($"the two sides would not compare: the peer computes with {theirs}, Brink does not; set BRINK_PEER_PYTHON or LIBTORCH so that both use the same libtorch and BLAS");
            }
        }
    }

    private static void Print(IEnumerable<BenchRow> rows, TextWriter output)
    {
        IAnsiConsole console = ProgressDisplay.ConsoleOf(output);
        console.Profile.Width = 220;
        foreach (IGrouping<(string Ours, string Peer), BenchRow> alike in rows.GroupBy(row => row.Sides))
        {
            var table = new Table().Border(TableBorder.Markdown).AddColumns("what", alike.Key.Ours, alike.Key.Peer, "ratio", "target", "met", "repetitions", "remark");
            foreach (BenchRow row in alike)
            {
                string target = row.Within is { } margin
                    ? string.Create(CultureInfo.InvariantCulture, $"{row.Target:G3} ± {margin:G3}×") : string.Create(CultureInfo.InvariantCulture, $"≥ {row.Target:G3}×");
                table.AddRow(
                    Markup.Escape(row.What), Amount(row.Ours, row.Unit), Amount(row.Peer, row.Unit), Ratio(row), target, row.Met ? "yes" : "no", $"{row.Repetitions}", Markup.Escape(row.Remark));
            }

            console.Write(table);
        }
    }

    private static string Ratio(BenchRow row) => string.Create(CultureInfo.InvariantCulture, $"{row.Ratio:F2}×");

    private static string Amount(double value, string unit) => unit switch
    {
        "bytes" => string.Create(CultureInfo.InvariantCulture, $"{value / 1e6:F0} MB"),
        "products" => string.Create(CultureInfo.InvariantCulture, $"{value:F1} HVPs"),
        "gradients" => string.Create(CultureInfo.InvariantCulture, $"{value:F0}"),
        "ns" => string.Create(CultureInfo.InvariantCulture, $"{value:F0} ns"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{value:G3} s"),
    };
}
