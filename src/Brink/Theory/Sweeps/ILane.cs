using System.Numerics;

namespace Brink.Theory.Sweeps;

/// <summary>
/// One or several numbers that a kernel computes with side by side. A kernel is written once over a lane; with
/// <see cref="ScalarLane{T}"/> it is the plain trajectory, with the vector lanes it runs as many as the processor's
/// registers hold, and both round alike, bit for bit.
/// </summary>
/// <typeparam name="TLane">The lane itself.</typeparam>
/// <typeparam name="T">float or double.</typeparam>
internal interface ILane<TLane, T> :
    IAdditionOperators<TLane, TLane, TLane>,
    ISubtractionOperators<TLane, TLane, TLane>,
    IMultiplyOperators<TLane, TLane, TLane>
    where TLane : unmanaged, ILane<TLane, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>How many numbers.</summary>
    static abstract int Width { get; }

    /// <summary>The same number everywhere.</summary>
    /// <param name="value">The number.</param>
    static abstract TLane All(T value);

    /// <summary>Reads <see cref="Width"/> numbers.</summary>
    /// <param name="source">At least as many.</param>
    static abstract TLane Read(ReadOnlySpan<T> source);

    /// <summary>Writes <see cref="Width"/> numbers.</summary>
    /// <param name="target">Room for as many.</param>
    void Write(Span<T> target);

    /// <summary>a·b + c, rounded once where the processor fuses, twice where it cannot.</summary>
    static abstract TLane MultiplyAdd(TLane a, TLane b, TLane c);

    /// <summary>c − a·b, rounded as <see cref="MultiplyAdd"/>.</summary>
    static abstract TLane MultiplySubtract(TLane a, TLane b, TLane c);

    /// <summary>Where |a| &lt; b: <paramref name="then"/>, elsewhere (also where a is not a number) <paramref name="otherwise"/>.</summary>
    static abstract TLane WhereSmaller(TLane a, TLane b, TLane then, TLane otherwise);

    /// <summary>a with its size raised to the least one where it is smaller, its sign kept; what is not a number stays so.</summary>
    /// <param name="a">The numbers.</param>
    /// <param name="least">The least size, not negative.</param>
    static abstract TLane KeepAway(TLane a, TLane least);
}
