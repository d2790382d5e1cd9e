using System.Numerics;
using System.Runtime.Intrinsics;

namespace Brink.Theory.Sweeps;

/// <summary>Runs lines of cells in one precision, with the widest lanes that this processor has.</summary>
internal interface ILineSweep
{
    /// <summary>Takes steps, and nothing else.</summary>
    /// <param name="cells">The parameters of each cell.</param>
    /// <param name="steps">How many.</param>
    /// <param name="ends">The last states, cell by cell.</param>
    void Advance(IReadOnlyList<double[]> cells, int steps, Span<double> ends);

    /// <summary>Follows orbits and tells their regimes.</summary>
    void Judge(IReadOnlyList<double[]> cells, OrbitRules rules, Span<OrbitSummary> summaries, CancellationToken cancellation);

    /// <summary>Follows orbits and keeps their last states.</summary>
    void Follow(IReadOnlyList<double[]> cells, OrbitRules rules, int kept, Span<double> orbits, Span<double> exponents, CancellationToken cancellation);

    /// <summary>Makes one for the cells that share the whole parameters of these values.</summary>
    /// <param name="model">The model.</param>
    /// <param name="values">One number a parameter.</param>
    /// <param name="single">Single precision.</param>
    /// <returns>The sweep; it serves one thread.</returns>
    static ILineSweep Create(SweptModel model, IReadOnlyList<double> values, bool single) => single
        ? Create<float>(model, values)
        : Create<double>(model, values);

    private static ILineSweep Create<T>(SweptModel model, IReadOnlyList<double> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Vector512.IsHardwareAccelerated ? new LineSweep<Lane512<T>, T>(model, values)
        : Vector.IsHardwareAccelerated ? new LineSweep<VectorLane<T>, T>(model, values)
        : new LineSweep<ScalarLane<T>, T>(model, values);
}
