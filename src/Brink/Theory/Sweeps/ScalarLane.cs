using System.Numerics;
using System.Runtime.CompilerServices;

namespace Brink.Theory.Sweeps;

/// <summary>A single number: the reference that the vector lanes are tested against, and the ends of rows.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="value">The number.</param>
internal readonly struct ScalarLane<T>(T value) : ILane<ScalarLane<T>, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T _value = value;

    /// <inheritdoc/>
    public static int Width => 1;

    /// <inheritdoc/>
    public static ScalarLane<T> All(T value) => new(value);

    /// <inheritdoc/>
    public static ScalarLane<T> Read(ReadOnlySpan<T> source) => new(source[0]);

    /// <inheritdoc/>
    public void Write(Span<T> target) => target[0] = _value;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane<T> MultiplyAdd(ScalarLane<T> a, ScalarLane<T> b, ScalarLane<T> c) =>
        new(T.MultiplyAddEstimate(a._value, b._value, c._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane<T> MultiplySubtract(ScalarLane<T> a, ScalarLane<T> b, ScalarLane<T> c) =>
        new(T.MultiplyAddEstimate(-a._value, b._value, c._value));

    /// <inheritdoc/>
    public static ScalarLane<T> WhereSmaller(ScalarLane<T> a, ScalarLane<T> b, ScalarLane<T> then, ScalarLane<T> otherwise) =>
        T.Abs(a._value) < b._value ? then : otherwise;

    /// <inheritdoc/>
    public static ScalarLane<T> KeepAway(ScalarLane<T> a, ScalarLane<T> least) =>
        T.Abs(a._value) < least._value ? new(T.CopySign(least._value, a._value)) : a;

    /// <inheritdoc/>
    public static ScalarLane<T> operator +(ScalarLane<T> left, ScalarLane<T> right) => new(left._value + right._value);

    /// <inheritdoc/>
    public static ScalarLane<T> operator -(ScalarLane<T> left, ScalarLane<T> right) => new(left._value - right._value);

    /// <inheritdoc/>
    public static ScalarLane<T> operator *(ScalarLane<T> left, ScalarLane<T> right) => new(left._value * right._value);
}
