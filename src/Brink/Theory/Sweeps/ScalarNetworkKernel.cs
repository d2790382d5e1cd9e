using System.Numerics;

namespace Brink.Theory.Sweeps;

/// <summary>
/// Gradient descent on the scalar network ½(w₁w₂⋯w_D − y)² (math of Kreisler et al., arXiv 2305.13064). Variables w₁ … w_D;
/// parameters η, y.
/// </summary>
/// <typeparam name="TLane">What is computed with.</typeparam>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="depth">D, at least 1.</param>
internal readonly struct ScalarNetworkKernel<TLane, T>(int depth) : ISweepKernel<TLane, T>
    where TLane : unmanaged, ILane<TLane, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Parameters = 2;

    private readonly int _depth = depth;

    /// <inheritdoc/>
    public void Advance(Span<TLane> state, ReadOnlySpan<TLane> parameters, int steps)
    {
        Span<TLane> left = stackalloc TLane[_depth];
        for (int k = 0; k < steps; k++)
        {
            // All groups take a step before any takes the next: the processor overlaps them.
            for (int group = 0; group * _depth < state.Length; group++)
            {
                Span<TLane> w = state.Slice(group * _depth, _depth);
                TLane eta = parameters[group * Parameters];
                TLane product = TLane.All(T.One);
                for (int i = 0; i < w.Length; i++)
                {
                    left[i] = product;
                    product *= w[i];
                }

                // ∂f/∂wᵢ = (∏w − y)·(product of those before)·(product of those after).
                TLane right = eta * (product - parameters[(group * Parameters) + 1]);
                for (int i = w.Length - 1; i >= 0; i--)
                {
                    TLane old = w[i];
                    w[i] = TLane.MultiplySubtract(left[i], right, old);
                    right *= old;
                }
            }
        }
    }

    /// <inheritdoc/>
    public void AdvanceTangent(Span<TLane> state, Span<TLane> tangent, ReadOnlySpan<TLane> parameters, int steps)
    {
        Span<TLane> left = stackalloc TLane[_depth];
        Span<TLane> leftSlope = stackalloc TLane[_depth];
        for (int k = 0; k < steps; k++)
        {
            for (int group = 0; group * _depth < state.Length; group++)
            {
                Span<TLane> w = state.Slice(group * _depth, _depth);
                Span<TLane> v = tangent.Slice(group * _depth, _depth);
                TLane eta = parameters[group * Parameters];
                TLane product = TLane.All(T.One);
                TLane slope = TLane.All(T.Zero);
                for (int i = 0; i < w.Length; i++)
                {
                    (left[i], leftSlope[i]) = (product, slope);
                    slope = TLane.MultiplyAdd(slope, w[i], product * v[i]);
                    product *= w[i];
                }

                TLane right = eta * (product - parameters[(group * Parameters) + 1]);
                TLane rightSlope = eta * slope;
                for (int i = w.Length - 1; i >= 0; i--)
                {
                    (TLane old, TLane oldSlope) = (w[i], v[i]);
                    w[i] = TLane.MultiplySubtract(left[i], right, old);
                    v[i] = TLane.MultiplySubtract(leftSlope[i], right, TLane.MultiplySubtract(left[i], rightSlope, oldSlope));
                    rightSlope = TLane.MultiplyAdd(rightSlope, old, right * oldSlope);
                    right *= old;
                }
            }
        }
    }
}
