namespace Brink.Theory;

/// <summary>What happened from one start with one η.</summary>
public enum ScalarOutcome
{
    /// <summary>φ₀η is not in (2, 2√2).</summary>
    OutsideStart,

    /// <summary>φ₀η is in (2, 2√2), but an iterate left the positive orthant.</summary>
    LeftOrthant,

    /// <summary>In the hypotheses all along, φ never rose.</summary>
    Fell,

    /// <summary>In the hypotheses all along, and φ rose: against the theorem.</summary>
    Rose,
}

/// <summary>One cell of the map.</summary>
/// <param name="Imbalance">t: the logarithms of the weights are spread evenly over a length of t.</param>
/// <param name="Eta">η.</param>
/// <param name="EtaGfsSharpness">φ₀η.</param>
/// <param name="Outcome">What happened.</param>
public sealed record ScalarMapCell(
    double Imbalance, double Eta, double EtaGfsSharpness, ScalarOutcome Outcome);

/// <summary>The region of starts for which the theorem of Kreisler et al. holds, over imbalance × η.</summary>
public static class ScalarMap
{
    /// <summary>Draws the map on all cores: starts ∏wᵢ = product whose logarithms are spread evenly over 0 … 3, and η in (0, 2√2/D], beyond which no start qualifies.</summary>
    /// <param name="depth">D, at least 2.</param>
    /// <param name="product">∏wᵢ at the start, positive.</param>
    /// <param name="cells">Cells a side.</param>
    /// <param name="iterations">Steps from each start.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="BrinkException">A number out of range.</exception>
    public static IReadOnlyList<ScalarMapCell> Draw(int depth, double product, int cells, int iterations, CancellationToken cancellation)
    {
        if (depth < 2 || !(product > 0) || !double.IsFinite(product) || cells < 2)
        {
            throw new BrinkException($"the map needs a depth of at least 2, a positive product of the weights and at least 2 cells a side; they are {depth}, {product} and {cells}");
        }

        const double LargestImbalance = 3;
        var network = new ScalarNetwork(depth);
        var map = new ScalarMapCell[cells * cells];
        Parallel.For(0, map.Length, new ParallelOptions { CancellationToken = cancellation }, cell =>
        {
            double imbalance = LargestImbalance * (cell / cells) / (cells - 1);
            double eta = Math.Sqrt(8) / depth * ((cell % cells) + 1) / cells;
            double middle = Math.Pow(product, 1.0 / depth);
            double[] w = [.. Enumerable.Range(0, depth).Select(i => middle * Math.Exp(imbalance * (((double)i / (depth - 1)) - 0.5)))];
            double start = network.FlowLimitSharpness(w) * eta;
            ScalarRun? run = start > 2 && start < Math.Sqrt(8) ? ScalarStudy.Follow(network, eta, w, iterations) : null;
            map[cell] = new ScalarMapCell(
                imbalance, eta, start,
                run is null ? ScalarOutcome.OutsideStart
                : run.Unmet is not null ? ScalarOutcome.LeftOrthant
                : run.LargestExcess > 0 ? ScalarOutcome.Rose : ScalarOutcome.Fell);
        });
        return map;
    }
}
