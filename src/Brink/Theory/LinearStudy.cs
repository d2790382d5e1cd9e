namespace Brink.Theory;

/// <summary>What is asked of a linear network.</summary>
/// <param name="Etas">The η to run, rising.</param>
/// <param name="Starts">Random starts a η.</param>
/// <param name="Deviation">Standard deviation of the starts.</param>
/// <param name="Iterations">Most steps from a start.</param>
/// <param name="Samples">Random minimisers, and random points for det(I − ηH).</param>
/// <param name="Seed">Fixes everything random.</param>
public sealed record LinearStudyOptions(IReadOnlyList<double> Etas, int Starts, double Deviation, int Iterations, int Samples, ulong Seed);

/// <summary>Measures what Crăciun and Ghoshdastidar (arXiv 2402.13108) prove of gradient descent with too large steps on linear networks.</summary>
public sealed class LinearStudy
{
    private const string Paper = "Crăciun and Ghoshdastidar 2024";
    private readonly LinearNetwork _network;
    private readonly LinearMinimizers _minimizers;

    private LinearStudy(LinearNetwork network)
    {
        _network = network;
        _minimizers = new LinearMinimizers(network);
    }

    /// <summary>The smallest λ₁ over the minimisers in closed form; null where none is known.</summary>
    public double? ClosedFormSharpness => _minimizers.ClosedFormSharpness;

    /// <summary>The flattest minimiser that Riemannian descent found; null where the loss cannot be zero.</summary>
    public LinearMinimizer? Flattest { get; private set; }

    /// <summary>η_c = 2/(smallest λ₁ over the minimisers), from the closed form where there is one; null where the loss cannot be zero.</summary>
    public double? CriticalStep { get; private set; }

    /// <summary>Ranks of the Hessian at sampled minimisers, with how often each was met.</summary>
    public IReadOnlyDictionary<int, int> Ranks { get; private set; } = new Dictionary<int, int>();

    /// <summary>Rank of the Hessian at the balanced minimiser, whose layers have the target's rank; null where the loss cannot be zero.</summary>
    public int? BalancedRank { get; private set; }

    /// <summary>P − the most frequent rank: the dimension of the set of minimisers.</summary>
    public int? Dimension { get; private set; }

    /// <summary>Random points at which det(I − ηH) was computed, over all η.</summary>
    public int Determinants { get; private set; }

    /// <summary>The smallest |1 − ηλᵢ| over all eigenvalues at those points: 0 where the map is singular.</summary>
    public double SmallestFactor { get; private set; } = double.PositiveInfinity;

    /// <summary>The largest |wᵢ| of the sampled minimisers that are stable at the smallest η, and how many those are.</summary>
    public (int Count, double Largest) StableSet { get; private set; }

    /// <summary>Bound of |wᵢ| over all minimisers stable at the smallest η, in closed form for scalar networks; else null.</summary>
    public double? StableBound { get; private set; }

    /// <summary>The Monte-Carlo lines, one an η.</summary>
    public IReadOnlyList<LinearSweepLine> Lines { get; private set; } = [];

    /// <summary>The verdict table.</summary>
    public IReadOnlyList<Verdict> Verdicts { get; private set; } = [];

    /// <summary>Runs everything.</summary>
    /// <param name="network">f.</param>
    /// <param name="options">What is asked.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="BrinkException">A number out of range.</exception>
    public static LinearStudy Run(LinearNetwork network, LinearStudyOptions options, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Etas.Count == 0 || options.Etas.Any(eta => !(eta >= 0) || !double.IsFinite(eta)))
        {
            throw new BrinkException("eta must be 0 or above and finite, and there must be one at least");
        }

        if (options.Starts < 1 || options.Iterations < 1 || options.Samples < 1 || !(options.Deviation > 0) || !double.IsFinite(options.Deviation))
        {
            throw new BrinkException($"starts, iterations and samples must be at least 1 and the deviation positive; they are {options.Starts}, {options.Iterations}, {options.Samples} and {options.Deviation}");
        }

        var study = new LinearStudy(network);
        study.MeasureMinimizers(options);
        study.MeasureMap(options);
        var monteCarlo = new LinearMonteCarlo(network, study._minimizers.LeastLoss, options);
        List<LinearSweepLine> lines = [];
        foreach (double eta in options.Etas)
        {
            lines.Add(monteCarlo.Run(eta, cancellation));
        }

        study.Lines = lines;
        study.Verdicts = study.Judge(options);
        return study;
    }

    private void MeasureMinimizers(LinearStudyOptions options)
    {
        if (_minimizers.Unattainable is not null)
        {
            return;
        }

        LinearMinimizer[] samples = [.. Enumerable.Range(0, options.Samples)
            .Select(i => _minimizers.Sample(options.Seed + (ulong)i)).OfType<LinearMinimizer>()];
        Ranks = samples.GroupBy(sample => sample.Rank).OrderByDescending(group => group.Count()).ToDictionary(group => group.Key, group => group.Count());
        LinearMinimizer balanced = _minimizers.Balanced();
        BalancedRank = balanced.Rank;
        Dimension = samples.Length > 0 ? _network.Dimension - Ranks.First().Key : null;
        if (_minimizers.TargetRank > 0)
        {
            LinearMinimizer found = _minimizers.Flattest(options.Seed);
            Flattest = found.Sharpness <= balanced.Sharpness ? found : balanced;
            CriticalStep = 2 / (ClosedFormSharpness ?? Flattest.Sharpness);
        }

        double eta = options.Etas.FirstOrDefault(value => value > 0);
        double[] sizes = [.. samples.Where(sample => sample.Sharpness * eta <= 2).Select(sample => sample.Weights.Max(Math.Abs))];
        StableSet = (sizes.Length, sizes.DefaultIfEmpty(0).Max());
        if (IsScalar && eta > 0)
        {
            // λ₁ = y²Σ1/wᵢ² ≤ 2/η gives |wᵢ| ≥ y√(η/2), and then |wᵢ| = y/∏ of the others ≤ y/(y√(η/2))^(D−1).
            double y = Math.Abs(_network.Targets[0, 0]);
            StableBound = y / Math.Pow(y * Math.Sqrt(eta / 2), _network.Depth - 1);
        }
    }

    private bool IsScalar =>
        _network.Widths.All(width => width == 1) && _network.Samples == 1 && _network.Inputs[0, 0] == 1 && _network.Targets[0, 0] != 0;

    private void MeasureMap(LinearStudyOptions options)
    {
        foreach (double eta in options.Etas)
        {
            for (int i = 0; i < options.Samples; i++)
            {
                double[] w = NormalDraw.Vector(options.Seed + 7_919UL + (ulong)Determinants++, _network.Dimension, options.Deviation);
                foreach (double value in _network.Eigenvalues(w))
                {
                    SmallestFactor = Math.Min(SmallestFactor, Math.Abs(1 - (eta * value)));
                }
            }
        }
    }

    private IReadOnlyList<Verdict> Judge(LinearStudyOptions options)
    {
        string? attainable = _minimizers.Unattainable;
        string? minimal = attainable ?? (_minimizers.TargetRank > 0 ? null : "the target is 0: λ₁ is 0 at a minimiser, and no step is too large for all");
        // A numerical λ₁ is an upper bound of the smallest, so the true η_c may lie a little higher.
        double margin = ClosedFormSharpness is null ? 1.02 : 1;
        double critical = (CriticalStep ?? double.NaN) * margin;
        LinearSweepLine[] above = [.. Lines.Where(line => line.Eta > critical)];
        LinearSweepLine[] below = [.. Lines.Where(line => line.Eta > 0 && line.Eta <= 0.9 * critical)];
        string? closed = minimal ?? (ClosedFormSharpness is { } ? null : "a closed form is known for inputs with XXᵀ = I only");
        return
        [
            Verdict.Of(
                $"the map is non-singular ({Paper})", "det(I − ηH) ≠ 0 almost everywhere",
                options.Etas.Any(eta => eta > 0) ? null : "η is 0: the map is the identity",
                () => $"smallest |1 − ηλᵢ| at {Determinants} random points: {SmallestFactor:G3}", () => SmallestFactor > 0),
            Verdict.Of(
                $"minimisers form a manifold ({Paper})", "for a full-rank target the Hessian's rank is the same at every minimiser",
                attainable ?? (_minimizers.IsFullRank ? null : $"the target's rank {_minimizers.TargetRank} is below {_network.Widths.Min()}, the most the layers allow (ranks met: {RanksInWords()}; {BalancedRank} at the balanced minimiser)"),
                () => $"{RanksInWords()}; {BalancedRank} at the balanced minimiser; dimension {Dimension}",
                () => Ranks.Count == 1 && Ranks.ContainsKey(BalancedRank ?? -1)),
            Verdict.Of(
                "flattest minimiser (Mulayoff and Michaeli 2020)", $"smallest λ₁ = L·σ₁^(2 − 2/L){(ClosedFormSharpness is { } smallest ? $" = {smallest:G6}" : string.Empty)}", closed,
                () => $"{Flattest!.Sharpness:G7} by Riemannian descent", () => Math.Abs((Flattest!.Sharpness / ClosedFormSharpness!.Value) - 1) <= 1e-3),
            Verdict.Of(
                $"stable minimisers are bounded ({Paper})", $"at the smallest η > 0 the parameters of the minimisers with λ₁ ≤ 2/η are bounded{(StableBound is { } bound ? $", by {bound:G4}" : string.Empty)}",
                attainable ?? (StableBound is not null ? null : "a bound in closed form is known for width one, x = 1 and y ≠ 0 only")
                    ?? (StableSet.Count > 0 ? null : "none of the sampled minimisers is stable"),
                () => $"largest of {StableSet.Count} stable samples: {StableSet.Largest:G4}", () => StableSet.Largest <= StableBound!.Value * (1 + 1e-9)),
            Verdict.Of(
                $"too large steps ({Paper})", $"beyond η_c{(CriticalStep is { } step ? $" = {step:G6}" : string.Empty)} gradient descent converges from almost no start",
                minimal ?? (above.Length > 0 ? null : $"no η above η_c was run{(margin > 1 ? " by the 2 % that a numerical η_c may be off" : string.Empty)}"),
                () => $"largest part converged over {above.Length} η: {above.Max(line => line.FractionConverged):P2}", () => above.All(line => line.FractionConverged == 0)),
            Verdict.Of(
                $"steps not too large ({Paper})", "in the scalar case some starts converge at every η up to 0.9·η_c",
                minimal ?? (IsScalar ? null : "the network is not scalar") ?? (below.Length > 0 ? null : "no such η was run"),
                () => $"smallest part converged over {below.Length} η: {below.Min(line => line.FractionConverged):P2}", () => below.All(line => line.FractionConverged > 0)),
        ];
    }

    private string RanksInWords() => string.Join(", ", Ranks.Select(pair => $"rank {pair.Key} at {pair.Value}")) + " sampled minimisers";
}
