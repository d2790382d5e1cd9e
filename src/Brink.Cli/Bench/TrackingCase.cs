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

    /// <summary>
    /// LOBPCG takes hundreds of products, so it is measured at three points in a row out of so many. The first of the three only
    /// warms it: it starts from vectors that are too old.
    /// </summary>
    private const int WindowEvery = 8;
    private const int Window = 3;

    /// <summary>Runs the case.</summary>
    /// <param name="setting">The problem.</param>
    /// <param name="what">Its name in the table.</param>
    /// <param name="iterations">Iterations of the run.</param>
    /// <param name="every">Iterations from one measured iterate to the next.</param>
    /// <param name="note">Takes a line a measurement.</param>
    internal static IEnumerable<BenchRow> Rows(BenchSetting setting, string what, int iterations, int every, Action<string> note)
    {
        NetworkObjective objective = setting.Problem.Objective;
        using var method = new ExtrapolatingSearch("nls", new ZhangHagerReference(), new SearchParameters());
        using var tracker = new SpectrumTracker(
            new SpectrumRequest { Largest = Pairs }, new LanczosOptions { ResidualTolerance = Tolerance, MaximumProducts = 2000 });
        var besideArpack = new Comparison();
        var besideLobpcg = new Comparison();
        setting.Ask<object>("reset");
        Evaluation at = objective.Evaluate(setting.Start(), method.Wanted);
        for (int k = 0; k <= iterations; k++)
        {
            if (k % every == 0)
            {
                int point = k / every;
                using var scope = new TensorScope();
                Tensor gradient = at.Gradient();
                var watch = Stopwatch.StartNew();
                SpectrumMeasurement found = tracker.Measure(new HessianOperator(objective, at), hint: gradient);
                double seconds = watch.Elapsed.TotalSeconds;
                Load(setting, at.Weights);
                PeerSpectrum cold = Ask(setting, "arpack");
                PeerSpectrum? warm = point % WindowEvery < Window ? Ask(setting, "lobpcg") : null;

                // At the first iterate all are cold; it warms both processes and is not counted.
                if (point > 0)
                {
                    double[]? exact = point % ReferenceEvery == 1 ? Reference(objective, at) : null;
                    besideArpack.Add(found, seconds, cold, exact);
                    if (warm is not null && point % WindowEvery > 0)
                    {
                        besideLobpcg.Add(found, seconds, warm, exact);
                    }
                }

                note(string.Create(
                    CultureInfo.InvariantCulture,
                    $"tracking, iteration {k}: λ₁ {found.Largest.Values[0]:G4}, λ₁₀ {found.Largest.Values[^1]:G4}; {found.Products} products, ARPACK {cold.Hvps}{(warm is null ? string.Empty : $", LOBPCG {warm.Hvps}")}"));
                at.ReleaseCurvature();
            }

            (Evaluation next, _) = method.Step(objective, at);
            at.Dispose();
            at = next;
        }

        at.Dispose();
        yield return Row("cold ARPACK", besideArpack, 5);
        yield return Row("warm single-vector LOBPCG", besideLobpcg, 2);

        BenchRow Row(string name, Comparison sides, double target) => new(
            $"{what}, against {name}", sides.Ours.Mean, sides.Peer.Mean, "products", target, sides.Points, sides.Remark(iterations, every));
    }

    private static void Load(BenchSetting setting, Tensor weights)
    {
        string file = setting.WriteWeights(weights);
        setting.Ask<object>("load", ("weights", file));
        File.Delete(file);
    }

    private static PeerSpectrum Ask(BenchSetting setting, string solver) =>
        setting.Ask<PeerSpectrum>("spectrum", ("solver", solver), ("count", Pairs), ("tolerance", Tolerance));

    /// <summary>Ten times tighter, from a block of random vectors, in which no multiple eigenvalue can hide.</summary>
    private static double[] Reference(NetworkObjective objective, Evaluation at) => Lanczos.Largest(
        new HessianOperator(objective, at), Pairs, new LanczosOptions { ResidualTolerance = Tolerance / 10, MaximumProducts = 400, Subspace = 120 }).Values;

    /// <summary>Both sides at the same points.</summary>
    private sealed class Comparison
    {
        /// <summary>λ₁₀ / λ₁ from which all ten count as one eigenvalue.</summary>
        private const double OneEigenvalue = 0.999;

        internal Side Ours { get; } = new();

        internal Side Peer { get; } = new();

        internal int Points => Ours.Points;

        internal void Add(SpectrumMeasurement found, double seconds, PeerSpectrum peer, double[]? exact)
        {
            bool flat = found.Largest.Values[^1] >= OneEigenvalue * found.Largest.Values[0];
            Ours.Add(found.Products, seconds, found.Largest.RelativeResiduals.Max(), found.Largest.Values, exact, flat);
            Peer.Add(peer.Hvps, peer.Seconds, peer.Residual, peer.Eigenvalues, exact, flat);
        }

        internal string Remark(int iterations, int every)
        {
            string flat = Ours.FlatPoints == 0
                ? string.Empty
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"; at the {Ours.FlatPoints} points of a tenfold λ₁ {Ours.FlatMean:F1} products, peer {Peer.FlatMean:F1}");
            return string.Create(
                CultureInfo.InvariantCulture,
                $"every {every} of {iterations} iterations; ten products a point would be {Peer.Mean / Pairs:F1}×{flat}; time {Peer.Seconds / Ours.Seconds:F1}×; largest residual {Ours.Residual:G1}, peer {Peer.Residual:G1}; largest true error {Ours.Error:G1}, peer {Peer.Error:G1}");
        }
    }

    /// <summary>What one side has spent and found.</summary>
    private sealed class Side
    {
        private long _products;
        private long _flatProducts;

        internal int Points { get; private set; }

        internal int FlatPoints { get; private set; }

        internal double Seconds { get; private set; }

        internal double Residual { get; private set; }

        internal double Error { get; private set; }

        internal double Mean => (double)_products / Points;

        internal double FlatMean => (double)_flatProducts / FlatPoints;

        internal void Add(int products, double seconds, double residual, double[] values, double[]? exact, bool flat)
        {
            Points++;
            _products += products;
            FlatPoints += flat ? 1 : 0;
            _flatProducts += flat ? products : 0;
            Seconds += seconds;
            Residual = Math.Max(Residual, residual);
            if (exact is not null)
            {
                // Sorted against sorted: a copy that is missing shows as the error of all that move up into its place.
                Error = Math.Max(Error, values.Length < exact.Length
                    ? double.PositiveInfinity
                    : values.Zip(exact, (value, truth) => Math.Abs(value - truth) / Math.Abs(truth)).Max());
            }
        }
    }
}
