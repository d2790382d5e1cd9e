using System.Numerics;
using System.Runtime.CompilerServices;

namespace Brink.Theory.Sweeps;

/// <summary>As many numbers as the widest registers hold that the runtime takes for <see cref="Vector{T}"/>: 256 bits with AVX2, 128 with NEON or SSE.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="values">The numbers.</param>
internal readonly struct VectorLane<T>(Vector<T> values) : ILane<VectorLane<T>, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Vector<T> _values = values;

    /// <inheritdoc/>
    public static int Width => Vector<T>.Count;

    /// <inheritdoc/>
    public static VectorLane<T> All(T value) => new(new Vector<T>(value));

    /// <inheritdoc/>
    public static VectorLane<T> Read(ReadOnlySpan<T> source) => new(new Vector<T>(source));

    /// <inheritdoc/>
    public void Write(Span<T> target) => _values.CopyTo(target);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VectorLane<T> MultiplyAdd(VectorLane<T> a, VectorLane<T> b, VectorLane<T> c) => typeof(T) == typeof(double)
        ? new(Vector.MultiplyAddEstimate(a._values.As<T, double>(), b._values.As<T, double>(), c._values.As<T, double>()).As<double, T>())
        : new(Vector.MultiplyAddEstimate(a._values.As<T, float>(), b._values.As<T, float>(), c._values.As<T, float>()).As<float, T>());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VectorLane<T> MultiplySubtract(VectorLane<T> a, VectorLane<T> b, VectorLane<T> c) => MultiplyAdd(new(-a._values), b, c);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VectorLane<T> WhereSmaller(VectorLane<T> a, VectorLane<T> b, VectorLane<T> then, VectorLane<T> otherwise) =>
        new(Vector.ConditionalSelect(Vector.LessThan(Vector.Abs(a._values), b._values), then._values, otherwise._values));

    /// <inheritdoc/>
    /// <remarks>
    /// Sizes compare as their bits do, read as integers: a maximum of integers takes none of the units that multiply, and lets
    /// what is not a number pass, whose bits are larger than any number's.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VectorLane<T> KeepAway(VectorLane<T> a, VectorLane<T> least)
    {
        if (typeof(T) == typeof(double))
        {
            Vector<long> bits = a._values.As<T, long>();
            Vector<long> size = Vector.Max(bits & Vector.Create(long.MaxValue), least._values.As<T, long>());
            return new((size | (bits & Vector.Create(long.MinValue))).As<long, T>());
        }

        Vector<int> half = a._values.As<T, int>();
        Vector<int> most = Vector.Max(half & Vector.Create(int.MaxValue), least._values.As<T, int>());
        return new((most | (half & Vector.Create(int.MinValue))).As<int, T>());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VectorLane<T> operator +(VectorLane<T> left, VectorLane<T> right) => new(left._values + right._values);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VectorLane<T> operator -(VectorLane<T> left, VectorLane<T> right) => new(left._values - right._values);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VectorLane<T> operator *(VectorLane<T> left, VectorLane<T> right) => new(left._values * right._values);
}
