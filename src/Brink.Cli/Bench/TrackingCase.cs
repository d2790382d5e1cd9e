using System.Diagnostics;
using System.Globalization;
using Brink.Curvature;
using Brink.Methods;
using Brink.Objectives;
using Brink.Torch;

namespace Brink.Cli.Bench;

/// <summary>
/// The ten largest eigenvalues along an <c>nls</c> run, at the same weights on both sides: products of the tracker against cold
/// ARPACK and against LOBPCG, one vector at a time, warm-started from its last eigenvectors.
/// </summary>
internal static class TrackingCase
{
    private const int Pairs = 10;
    private const double Tolerance = 1e-4;

    /// <summary>The true eigenvalues are computed at every so many measured iterates; they cost more than all else.</summary>
    private const int ReferenceEvery = 10;

    /// <summary>Runs the case.</summary>
    /// <param name="setting">The problem.</param>
    /// <param name="what">Its name in the table.</param>
    /// <param name="iterations">Iterations of the run.</param>
    /// <param name="every">Iterations from one measured iterate to the next.</param>
    internal static IEnumerable<BenchRow> Rows(BenchSetting setting, string what, int iterations, int every)
    {
        NetworkObjective objective = setting.Problem.Objective;
        using var method = new ExtrapolatingSearch("nls", new ZhangHagerReference(), new SearchParameters());
        using var tracker = new SpectrumTracker(
            new SpectrumRequest { Largest = Pairs }, new LanczosOptions { ResidualTolerance = Tolerance, MaximumProducts = 2000 });
        var ours = new Side();
        var arpack = new Side();
        var lobpcg = new Side();
        setting.Ask<object>("reset");
        Evaluation at = objective.Evaluate(setting.Start(), method.Wanted);
        for (int k = 0; k <= iterations; k++)
        {
            if (k % every == 0)
            {
                using var scope = new TensorScope();
                string weights = setting.WriteWeights(at.Weights);
                Tensor gradient = at.Gradient();
                var watch = Stopwatch.StartNew();
                SpectrumMeasurement found = tracker.Measure(new HessianOperator(objective, at), hint: gradient);
                double seconds = watch.Elapsed.TotalSeconds;
                setting.Ask<object>("load", ("weights", weights));
                File.Delete(weights);
                PeerSpectrum cold = Ask(setting, "arpack");
                PeerSpectrum warm = Ask(setting, "lobpcg");

                // At the first iterate all are cold; it warms both processes and is not counted.
                if (k > 0)
                {
                    double[]? exact = ours.Points % ReferenceEvery == 0 ? Reference(objective, at) : null;
                    ours.Add(found.Products, seconds, found.Largest.RelativeResiduals.Max(), found.Largest.Values, exact);
                    arpack.Add(cold.Hvps, cold.Seconds, cold.Residual, cold.Eigenvalues, exact);
                    lobpcg.Add(warm.Hvps, warm.Seconds, warm.Residual, warm.Eigenvalues, exact);
                }

                at.ReleaseCurvature();
            }

            (Evaluation next, _) = method.Step(objective, at);
            at.Dispose();
            at = next;
        }

        at.Dispose();
        yield return Row("cold ARPACK", arpack, 5);
        yield return Row("warm single-vector LOBPCG", lobpcg, 2);

        BenchRow Row(string name, Side peer, double target) => new(
            $"{what}, against {name}", ours.Mean, peer.Mean, "products", target, ours.Points,
            string.Create(
                CultureInfo.InvariantCulture,
                $"every {every} of {iterations} iterations; time {peer.Seconds / ours.Seconds:F1}×; largest residual {ours.Residual:G1}, peer {peer.Residual:G1}; largest true error {ours.Error:G1}, peer {peer.Error:G1}"));
    }

    private static PeerSpectrum Ask(BenchSetting setting, string solver) =>
        setting.Ask<PeerSpectrum>("spectrum", ("solver", solver), ("count", Pairs), ("tolerance", Tolerance));

    /// <summary>Ten times tighter, from a block of random vectors, in which no multiple eigenvalue can hide.</summary>
    private static double[] Reference(NetworkObjective objective, Evaluation at) => Lanczos.Largest(
        new HessianOperator(objective, at), Pairs, new LanczosOptions { ResidualTolerance = Tolerance / 10, MaximumProducts = 2000, Subspace = 120 }).Values;

    /// <summary>What one side has spent and found.</summary>
    private sealed class Side
    {
        internal int Points { get; private set; }

        internal double Seconds { get; private set; }

        internal double Residual { get; private set; }

        internal double Error { get; private set; }

        internal double Mean => (double)Products / Points;

        private long Products { get; set; }

        internal void Add(int products, double seconds, double residual, double[] values, double[]? exact)
        {
            Points++;
            Products += products;
            Seconds += seconds;
            Residual = Math.Max(Residual, residual);
            if (exact is not null)
            {
                Error = Math.Max(Error, values.Zip(exact, (value, truth) => Math.Abs(value - truth) / Math.Abs(truth)).Max());
            }
        }
    }
}
