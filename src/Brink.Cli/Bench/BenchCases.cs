using System.Diagnostics;
using System.Globalization;
using Brink.Curvature;
using Brink.Experiments.Planning;
using Brink.Methods;
using Brink.Objectives;
using Brink.Torch;

namespace Brink.Cli.Bench;

/// <summary>The comparisons, each interleaved: Brink and the peer take turns.</summary>
internal static class BenchCases
{
    private const int Calls = 50_000;

    /// <summary>Cost of an operator call.</summary>
    internal static IEnumerable<BenchRow> Overhead(PeerProcess peer, int repetitions)
    {
        using Tensor a = Tensor.From([1f]).Unscoped();
        using Tensor b = Tensor.From([2f]).Unscoped();
        using Tensor x = Tensor.From([1f], 1, 1).Unscoped();
        var add = new List<(double Ours, double Peer)>();
        var linear = new List<(double Ours, double Peer)>();
        for (int k = 0; k <= repetitions; k++)
        {
            double ours = NanosecondsPerCall(() => (a + b).Dispose());
            double oursLinear = NanosecondsPerCall(() => x.Linear(x, null).Dispose());
            PeerOverhead theirs = peer.Ask<PeerOverhead>("overhead", TimeSpan.FromMinutes(5), ("calls", Calls));
            if (k > 0)
            {
                add.Add((ours, theirs.AddNs));
                linear.Add((oursLinear, theirs.LinearNs));
            }
        }

        yield return Row("operator call, add", add, "ns", 1, "released at once");
        yield return Row("operator call, linear", linear, "ns", 1, "released at once");
    }

    /// <summary>Operations a second of a large float32 matrix product on the GPU: what convolutions there are held against.</summary>
    internal static double MatrixRate(Device device)
    {
        const int Size = 8192;
        using var scope = new TensorScope();
        Tensor left = Tensor.Empty([Size, Size], ScalarType.Float32, device);
        Tensor right = Tensor.Empty([Size, Size], ScalarType.Float32, device);
        left.FillNormal(0, 1);
        right.FillNormal(0, 1);
        double best = double.PositiveInfinity;
        for (int k = 0; k < 6; k++)
        {
            Runtime.Synchronize(device);
            var watch = Stopwatch.StartNew();
            left.MatrixProduct(right).Dispose();
            Runtime.Synchronize(device);
            best = k == 0 ? best : Math.Min(best, watch.Elapsed.TotalSeconds);
        }

        return 2.0 * Size * Size * Size / best;
    }

    /// <summary>Peak memory of the full-batch gradient; to be run before anything else has filled the process.</summary>
    internal static BenchRow GradientMemory(BenchSetting setting)
    {
        ProcessMemory.ResetPeak();
        using (Evaluation at = setting.Problem.Objective.Evaluate(setting.Start(), Wanted.ValueAndGradient))
        {
        }

        double ours = ProcessMemory.Peak() ?? double.NaN;
        setting.Ask<PeerMemory>("reset_peak");
        PeerGradient theirs = setting.Ask<PeerGradient>("gradient", ("repeats", 1));
        return new BenchRow("peak memory, CNN gradient", ours, theirs.PeakRssBytes, "bytes", 4, 1, "resident, data and runtime included");
    }

    /// <summary>Full-batch loss and gradient.</summary>
    internal static BenchRow Gradient(BenchSetting setting, string what, double target, int repetitions)
    {
        var times = new List<(double Ours, double Peer)>();
        double difference = 0;
        for (int k = 0; k <= repetitions; k++)
        {
            var watch = Stopwatch.StartNew();
            using Evaluation at = setting.Problem.Objective.Evaluate(setting.Start(), Wanted.ValueAndGradient);
            Runtime.Synchronize(setting.Problem.Device);
            double ours = watch.Elapsed.TotalSeconds;
            PeerGradient theirs = setting.Ask<PeerGradient>("gradient", ("repeats", 1));
            difference = Math.Abs(at.Value - (theirs.Loss ?? double.NaN)) / at.Value;
            if (k > 0)
            {
                times.Add((ours, theirs.Seconds[0]));
            }
        }

        return Row(what, times, "s", target, string.Create(CultureInfo.InvariantCulture, $"losses agree to {difference:G1}"));
    }

    /// <summary>Iterations of <c>nls</c>, one at a time on each side.</summary>
    internal static BenchRow LineSearch(BenchSetting setting, string what, double target, int iterations)
    {
        NetworkObjective objective = setting.Problem.Objective;
        using var method = new ExtrapolatingSearch("nls", new ZhangHagerReference(), new SearchParameters());
        setting.Ask<PeerReset>("reset");
        Evaluation at = objective.Evaluate(setting.Start(), method.Wanted);
        var times = new List<(double Ours, double Peer)>();
        int evaluations = 1;
        int peerEvaluations = 0;
        int? parted = null;
        for (int k = 0; k < iterations; k++)
        {
            var watch = Stopwatch.StartNew();
            (Evaluation next, StepReport step) = method.Step(objective, at);
            Runtime.Synchronize(setting.Problem.Device);
            double ours = watch.Elapsed.TotalSeconds;
            at.Dispose();
            at = next;
            PeerIterations theirs = setting.Ask<PeerIterations>("nls", ("method", "nls"), ("iterations", 1));
            evaluations += step.FunctionEvaluations;
            peerEvaluations += theirs.FunctionEvaluations[0];
            if (parted is null && step.StepSize != theirs.StepSize[0])
            {
                parted = k;
            }

            // The first iteration warms both sides.
            if (k > 0)
            {
                times.Add((ours, theirs.Seconds[0]));
            }
        }

        at.Dispose();
        string steps = parted is null ? $"steps equal over {iterations} iterations" : $"steps equal up to iteration {parted} of {iterations}";
        return Row(what, times, "s", target, $"{steps}; {evaluations} evaluations, peer {peerEvaluations}");
    }

    /// <summary>λ₁ along an <c>nls</c> run, at the same weights on both sides; the run itself is not timed.</summary>
    internal static IEnumerable<BenchRow> Sharpness(BenchSetting setting, string network, int points, int every)
    {
        NetworkObjective objective = setting.Problem.Objective;
        using var method = new ExtrapolatingSearch("nls", new ZhangHagerReference(), new SearchParameters());
        using var tracker = new SharpnessTracker(new LanczosOptions { EigenvalueTolerance = Tolerance });
        Evaluation at = objective.Evaluate(setting.Start(), method.Wanted);
        var power = new List<(double Ours, double Peer)>();
        var arpack = new List<(double Ours, double Peer)>();
        var errors = (Ours: 0.0, Power: 0.0, Arpack: 0.0);
        var products = (Ours: 0, Power: 0, Arpack: 0);
        for (int point = 0; point <= points; point++)
        {
            string weights = setting.WriteWeights(at.Weights);

            // The gradient is the step's own; the search starts from it where the last eigenvectors are no help.
            at.Gradient();
            Runtime.Synchronize(setting.Problem.Device);
            var watch = Stopwatch.StartNew();
            SharpnessMeasurement ours = Measure(tracker, objective, at);
            double seconds = watch.Elapsed.TotalSeconds;
            setting.Ask<PeerReset>("load", ("weights", weights));
            PeerSharpness byPower = setting.Ask<PeerSharpness>(
                "sharpness", ("solver", "power"), ("tolerance", Tolerance), ("max_iterations", 100));
            PeerSharpness byArpack = setting.Ask<PeerSharpness>(
                "sharpness", ("solver", "arpack"), ("tolerance", Tolerance), ("warm", true));
            double exact = Reference(objective, at);
            at.ReleaseCurvature();

            // The first point is cold on our side as on theirs; it warms both and is not counted.
            if (point > 0)
            {
                power.Add((seconds, byPower.Seconds));
                arpack.Add((seconds, byArpack.Seconds));
                products = (products.Ours + ours.Products, products.Power + byPower.Hvps, products.Arpack + byArpack.Hvps);
                errors = (
                    Math.Max(errors.Ours, Error(ours.Value, exact)),
                    Math.Max(errors.Power, Error(byPower.Eigenvalue, exact)),
                    Math.Max(errors.Arpack, Error(byArpack.Eigenvalue, exact)));
            }

            for (int k = 0; k < every && point < points; k++)
            {
                (Evaluation next, _) = method.Step(objective, at);
                at.Dispose();
                at = next;
            }
        }

        at.Dispose();
        yield return Row($"λ₁ along nls, {network}, against power iteration", power, "s", 5, Remark(products.Power, errors.Power));
        yield return Row($"λ₁ along nls, {network}, against ARPACK", arpack, "s", 3, Remark(products.Arpack, errors.Arpack));

        string Remark(int peerProducts, double peerError) => string.Create(
            CultureInfo.InvariantCulture,
            $"{products.Ours} products, peer {peerProducts}; largest true error {errors.Ours:G1}, peer {peerError:G1}");
    }

    private const double Tolerance = 1e-3;

    private static SharpnessMeasurement Measure(SharpnessTracker tracker, NetworkObjective objective, Evaluation at)
    {
        using var scope = new TensorScope();
        return tracker.Measure(new HessianOperator(objective, at), at.Gradient());
    }

    private static double Reference(NetworkObjective objective, Evaluation at)
    {
        using var scope = new TensorScope();
        return Lanczos.Largest(new HessianOperator(objective, at), 1, new LanczosOptions { ResidualTolerance = 1e-4 }).Values[0];
    }

    private static double Error(double value, double exact) => Math.Abs(value - exact) / Math.Abs(exact);

    private static BenchRow Row(string what, List<(double Ours, double Peer)> times, string unit, double target, string remark) => new(
        what,
        BenchRow.Median([.. times.Select(time => time.Ours)]),
        BenchRow.Median([.. times.Select(time => time.Peer)]),
        unit,
        target,
        times.Count,
        remark);

    private static double NanosecondsPerCall(Action call)
    {
        var watch = Stopwatch.StartNew();
        for (int k = 0; k < Calls; k++)
        {
            call();
        }

        return watch.Elapsed.TotalNanoseconds / Calls;
    }

    /// <summary>An answer of which nothing is needed.</summary>
    private sealed record PeerReset;
}
