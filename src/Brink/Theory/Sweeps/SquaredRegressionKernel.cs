using System.Numerics;

namespace Brink.Theory.Sweeps;

/// <summary>
/// Gradient descent on regression with squared parameters, mean over n of ½((u∘u − v∘v)ᵀx_n − y_n)² (Kreisler et al.,
/// arXiv 2305.13064). Variables u₁ … u_d, v₁ … v_d; parameter η; the data are those of all starts.
/// </summary>
/// <typeparam name="TLane">What is computed with.</typeparam>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="inputs">X, sample by sample, N×d.</param>
/// <param name="targets">y, N.</param>
internal readonly struct SquaredRegressionKernel<TLane, T>(T[] inputs, T[] targets) : ISweepKernel<TLane, T>
    where TLane : unmanaged, ILane<TLane, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T[] _inputs = inputs;
    private readonly T[] _targets = targets;

    private int Features => _inputs.Length / _targets.Length;

    /// <inheritdoc/>
    public void Advance(Span<TLane> state, ReadOnlySpan<TLane> parameters, int steps)
    {
        int d = Features;
        Span<TLane> residuals = stackalloc TLane[_targets.Length];
        var scale = TLane.All(T.CreateChecked(2) / T.CreateChecked(_targets.Length));
        for (int k = 0; k < steps; k++)
        {
            for (int group = 0; group * 2 * d < state.Length; group++)
            {
                Span<TLane> u = state.Slice(group * 2 * d, d);
                Span<TLane> v = state.Slice((group * 2 * d) + d, d);
                Residuals(u, v, residuals);
                TLane rate = parameters[group] * scale;
                for (int i = 0; i < d; i++)
                {
                    TLane pull = rate * Correlation(residuals, i);
                    u[i] = TLane.MultiplySubtract(pull, u[i], u[i]);
                    v[i] = TLane.MultiplyAdd(pull, v[i], v[i]);
                }
            }
        }
    }

    /// <inheritdoc/>
    public void AdvanceTangent(Span<TLane> state, Span<TLane> tangent, ReadOnlySpan<TLane> parameters, int steps)
    {
        int d = Features;
        Span<TLane> residuals = stackalloc TLane[_targets.Length];
        Span<TLane> slopes = stackalloc TLane[_targets.Length];
        var scale = TLane.All(T.CreateChecked(2) / T.CreateChecked(_targets.Length));
        for (int k = 0; k < steps; k++)
        {
            for (int group = 0; group * 2 * d < state.Length; group++)
            {
                Span<TLane> u = state.Slice(group * 2 * d, d);
                Span<TLane> v = state.Slice((group * 2 * d) + d, d);
                Span<TLane> du = tangent.Slice(group * 2 * d, d);
                Span<TLane> dv = tangent.Slice((group * 2 * d) + d, d);
                Residuals(u, v, residuals);
                for (int n = 0; n < slopes.Length; n++)
                {
                    var slope = TLane.All(T.Zero);
                    for (int i = 0; i < d; i++)
                    {
                        TLane half = (u[i] * du[i]) - (v[i] * dv[i]);
                        slope = TLane.MultiplyAdd(TLane.All(_inputs[(n * d) + i]), half + half, slope);
                    }

                    slopes[n] = slope;
                }

                TLane rate = parameters[group] * scale;
                for (int i = 0; i < d; i++)
                {
                    TLane pull = rate * Correlation(residuals, i);
                    TLane change = rate * Correlation(slopes, i);
                    du[i] = TLane.MultiplySubtract(change, u[i], TLane.MultiplySubtract(pull, du[i], du[i]));
                    dv[i] = TLane.MultiplyAdd(change, v[i], TLane.MultiplyAdd(pull, dv[i], dv[i]));
                    u[i] = TLane.MultiplySubtract(pull, u[i], u[i]);
                    v[i] = TLane.MultiplyAdd(pull, v[i], v[i]);
                }
            }
        }
    }

    private void Residuals(ReadOnlySpan<TLane> u, ReadOnlySpan<TLane> v, Span<TLane> residuals)
    {
        for (int n = 0; n < residuals.Length; n++)
        {
            TLane sum = TLane.All(T.Zero) - TLane.All(_targets[n]);
            for (int i = 0; i < u.Length; i++)
            {
                sum = TLane.MultiplyAdd(TLane.All(_inputs[(n * u.Length) + i]), (u[i] * u[i]) - (v[i] * v[i]), sum);
            }

            residuals[n] = sum;
        }
    }

    private TLane Correlation(ReadOnlySpan<TLane> numbers, int feature)
    {
        var sum = TLane.All(T.Zero);
        int d = Features;
        for (int n = 0; n < numbers.Length; n++)
        {
            sum = TLane.MultiplyAdd(TLane.All(_inputs[(n * d) + feature]), numbers[n], sum);
        }

        return sum;
    }
}
