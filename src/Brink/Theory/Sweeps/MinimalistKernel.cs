using System.Numerics;
using System.Runtime.CompilerServices;

namespace Brink.Theory.Sweeps;

/// <summary>
/// Projected gradient descent on the minimalist example L = ½λ₁α²β₁² + ½λ₂(αβ₂ − 1)² (Liu et al., arXiv 2503.02809): after each
/// step |β₁| is kept at ε or above. Variables α, β₁, β₂; parameters a = ηλ₁, c = ηλ₂, ε.
/// </summary>
/// <typeparam name="TLane">What is computed with.</typeparam>
/// <typeparam name="T">float or double.</typeparam>
internal readonly struct MinimalistKernel<TLane, T> : ISweepKernel<TLane, T>
    where TLane : unmanaged, ILane<TLane, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Variables = 3;
    private const int Parameters = 3;

    /// <inheritdoc/>
    public void Advance(Span<TLane> state, ReadOnlySpan<TLane> parameters, int steps)
    {
        // Four groups at a time: one step is a chain of four dependent operations of about four cycles each.
        while (state.Length >= 4 * Variables)
        {
            AdvanceFour(state, parameters, steps);
            state = state[(4 * Variables)..];
            parameters = parameters[(4 * Parameters)..];
        }

        for (; state.Length > 0; state = state[Variables..], parameters = parameters[Parameters..])
        {
            (TLane alpha, TLane beta1, TLane beta2) = (state[0], state[1], state[2]);
            (TLane a, TLane c, TLane epsilon) = (parameters[0], parameters[1], parameters[2]);
            for (int k = 0; k < steps; k++)
            {
                Step(ref alpha, ref beta1, ref beta2, a, c, epsilon);
            }

            (state[0], state[1], state[2]) = (alpha, beta1, beta2);
        }
    }

    /// <inheritdoc/>
    public void AdvanceTangent(Span<TLane> state, Span<TLane> tangent, ReadOnlySpan<TLane> parameters, int steps)
    {
        TLane one = TLane.All(T.One);
        TLane zero = TLane.All(T.Zero);
        TLane two = one + one;
        for (; state.Length > 0; state = state[Variables..], tangent = tangent[Variables..], parameters = parameters[Parameters..])
        {
            (TLane alpha, TLane beta1, TLane beta2) = (state[0], state[1], state[2]);
            (TLane u, TLane v, TLane w) = (tangent[0], tangent[1], tangent[2]);
            (TLane a, TLane c, TLane epsilon) = (parameters[0], parameters[1], parameters[2]);
            for (int k = 0; k < steps; k++)
            {
                // The Hessian's product of math: H₁₁ = λ₁β₁² + λ₂β₂², H₁₂ = 2λ₁αβ₁, H₁₃ = λ₂(2αβ₂ − 1), H₂₂ = λ₁α², H₃₃ = λ₂α².
                TLane cross = a * alpha * beta1 * two;
                TLane mixed = c * ((alpha * beta2 * two) - one);
                TLane bend = TLane.MultiplyAdd(c * beta2, beta2, a * beta1 * beta1);
                TLane square = alpha * alpha;
                TLane nextU = TLane.MultiplySubtract(mixed, w, TLane.MultiplySubtract(cross, v, TLane.MultiplySubtract(bend, u, u)));
                TLane nextV = TLane.MultiplySubtract(cross, u, TLane.MultiplySubtract(a * square, v, v));
                TLane nextW = TLane.MultiplySubtract(mixed, u, TLane.MultiplySubtract(c * square, w, w));
                TLane free = Descend(ref alpha, ref beta1, ref beta2, a, c);

                // Where the projection holds β₁ at ±ε, it no longer depends on the start.
                v = TLane.WhereSmaller(free, epsilon, zero, nextV);
                beta1 = TLane.KeepAway(free, epsilon);
                (u, w) = (nextU, nextW);
            }

            (state[0], state[1], state[2]) = (alpha, beta1, beta2);
            (tangent[0], tangent[1], tangent[2]) = (u, v, w);
        }
    }

    private static void AdvanceFour(Span<TLane> s, ReadOnlySpan<TLane> p, int steps)
    {
        (TLane x0, TLane y0, TLane z0, TLane x1, TLane y1, TLane z1) = (s[0], s[1], s[2], s[3], s[4], s[5]);
        (TLane x2, TLane y2, TLane z2, TLane x3, TLane y3, TLane z3) = (s[6], s[7], s[8], s[9], s[10], s[11]);
        (TLane a0, TLane c0, TLane e0, TLane a1, TLane c1, TLane e1) = (p[0], p[1], p[2], p[3], p[4], p[5]);
        (TLane a2, TLane c2, TLane e2, TLane a3, TLane c3, TLane e3) = (p[6], p[7], p[8], p[9], p[10], p[11]);
        for (int k = 0; k < steps; k++)
        {
            Step(ref x0, ref y0, ref z0, a0, c0, e0);
            Step(ref x1, ref y1, ref z1, a1, c1, e1);
            Step(ref x2, ref y2, ref z2, a2, c2, e2);
            Step(ref x3, ref y3, ref z3, a3, c3, e3);
        }

        (s[0], s[1], s[2], s[3], s[4], s[5]) = (x0, y0, z0, x1, y1, z1);
        (s[6], s[7], s[8], s[9], s[10], s[11]) = (x2, y2, z2, x3, y3, z3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step(ref TLane alpha, ref TLane beta1, ref TLane beta2, TLane a, TLane c, TLane epsilon)
    {
        TLane free = Descend(ref alpha, ref beta1, ref beta2, a, c);
        beta1 = TLane.KeepAway(free, epsilon);
    }

    /// <summary>One step without the projection; returns the new β₁, which stays as it was in <paramref name="beta1"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLane Descend(ref TLane alpha, ref TLane beta1, ref TLane beta2, TLane a, TLane c)
    {
        TLane residual = c * TLane.MultiplyAdd(alpha, beta2, TLane.All(-T.One));
        TLane pull = a * alpha * beta1;
        TLane free = TLane.MultiplySubtract(pull, alpha, beta1);
        TLane next = TLane.MultiplySubtract(residual, beta2, TLane.MultiplySubtract(pull, beta1, alpha));
        beta2 = TLane.MultiplySubtract(residual, alpha, beta2);
        alpha = next;
        return free;
    }
}
