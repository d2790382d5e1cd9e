using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Brink.Theory.Sweeps;

/// <summary>As many numbers as 512 bits hold, for processors with AVX-512, of which <see cref="Vector{T}"/> takes half.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="values">The numbers.</param>
internal readonly struct Lane512<T>(Vector512<T> values) : ILane<Lane512<T>, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Vector512<T> _values = values;

    /// <inheritdoc/>
    public static int Width => Vector512<T>.Count;

    /// <inheritdoc/>
    public static Lane512<T> All(T value) => new(Vector512.Create(value));

    /// <inheritdoc/>
    public static Lane512<T> Read(ReadOnlySpan<T> source) => new(Vector512.Create(source));

    /// <inheritdoc/>
    public void Write(Span<T> target) => _values.CopyTo(target);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<T> MultiplyAdd(Lane512<T> a, Lane512<T> b, Lane512<T> c) => typeof(T) == typeof(double)
        ? new(Vector512.MultiplyAddEstimate(a._values.AsDouble(), b._values.AsDouble(), c._values.AsDouble()).As<double, T>())
        : new(Vector512.MultiplyAddEstimate(a._values.AsSingle(), b._values.AsSingle(), c._values.AsSingle()).As<float, T>());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<T> MultiplySubtract(Lane512<T> a, Lane512<T> b, Lane512<T> c) => MultiplyAdd(new(-a._values), b, c);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<T> WhereSmaller(Lane512<T> a, Lane512<T> b, Lane512<T> then, Lane512<T> otherwise) =>
        new(Vector512.ConditionalSelect(Vector512.LessThan(Vector512.Abs(a._values), b._values), then._values, otherwise._values));

    /// <inheritdoc/>
    /// <remarks>
    /// Sizes compare as their bits do, read as integers: a maximum of integers takes none of the units that multiply, and lets
    /// what is not a number pass, whose bits are larger than any number's.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<T> KeepAway(Lane512<T> a, Lane512<T> least)
    {
        if (typeof(T) == typeof(double))
        {
            Vector512<long> bits = a._values.As<T, long>();
            Vector512<long> size = Vector512.Max(bits & Vector512.Create(long.MaxValue), least._values.As<T, long>());
            return new((size | (bits & Vector512.Create(long.MinValue))).As<long, T>());
        }

        Vector512<int> half = a._values.As<T, int>();
        Vector512<int> most = Vector512.Max(half & Vector512.Create(int.MaxValue), least._values.As<T, int>());
        return new((most | (half & Vector512.Create(int.MinValue))).As<int, T>());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<T> operator +(Lane512<T> left, Lane512<T> right) => new(left._values + right._values);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<T> operator -(Lane512<T> left, Lane512<T> right) => new(left._values - right._values);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<T> operator *(Lane512<T> left, Lane512<T> right) => new(left._values * right._values);
}
