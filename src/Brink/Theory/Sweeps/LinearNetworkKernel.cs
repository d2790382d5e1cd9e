using System.Numerics;

namespace Brink.Theory.Sweeps;

/// <summary>
/// Gradient descent on the linear network ½‖W_L⋯W₁ − diag(σ)‖² of square layers (Crăciun and Ghoshdastidar, arXiv 2402.13108, with
/// X = I). Variables W₁, W₂, … row by row; parameters η, σ₁ … σ_n.
/// </summary>
/// <typeparam name="TLane">What is computed with.</typeparam>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="depth">L, at least 1.</param>
/// <param name="width">n, at least 1.</param>
/// <param name="parameters">Numbers a start: 1 + n, or more, the rest unused.</param>
internal readonly struct LinearNetworkKernel<TLane, T>(int depth, int width, int parameters) : ISweepKernel<TLane, T>
    where TLane : unmanaged, ILane<TLane, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int _depth = depth;
    private readonly int _width = width;
    private readonly int _parameters = parameters;

    private int Layer => _width * _width;

    /// <inheritdoc/>
    public void Advance(Span<TLane> state, ReadOnlySpan<TLane> parameters, int steps)
    {
        // The products W_l⋯W₁ from l = 1, and the two matrices that take turns on the way back.
        Span<TLane> products = stackalloc TLane[_depth * Layer];
        Span<TLane> back = stackalloc TLane[Layer];
        Span<TLane> next = stackalloc TLane[Layer];
        for (int k = 0; k < steps; k++)
        {
            for (int group = 0; group * _depth * Layer < state.Length; group++)
            {
                Span<TLane> w = state.Slice(group * _depth * Layer, _depth * Layer);
                ReadOnlySpan<TLane> theta = parameters.Slice(group * _parameters, _parameters);
                Forward(w, products);
                Residual(products[^Layer..], theta, back);
                for (int l = _depth - 1; l >= 0; l--)
                {
                    Span<TLane> layer = w.Slice(l * Layer, Layer);
                    if (l == 0)
                    {
                        for (int i = 0; i < layer.Length; i++)
                        {
                            layer[i] -= back[i];
                        }

                        continue;
                    }

                    TransposedTimes(layer, back, next);
                    SubtractTimesTransposed(back, products.Slice((l - 1) * Layer, Layer), layer);
                    next.CopyTo(back);
                }
            }
        }
    }

    /// <inheritdoc/>
    public void AdvanceTangent(Span<TLane> state, Span<TLane> tangent, ReadOnlySpan<TLane> parameters, int steps)
    {
        Span<TLane> products = stackalloc TLane[_depth * Layer];
        Span<TLane> slopes = stackalloc TLane[_depth * Layer];
        Span<TLane> back = stackalloc TLane[Layer];
        Span<TLane> next = stackalloc TLane[Layer];
        Span<TLane> backSlope = stackalloc TLane[Layer];
        Span<TLane> nextSlope = stackalloc TLane[Layer];
        for (int k = 0; k < steps; k++)
        {
            for (int group = 0; group * _depth * Layer < state.Length; group++)
            {
                Span<TLane> w = state.Slice(group * _depth * Layer, _depth * Layer);
                Span<TLane> v = tangent.Slice(group * _depth * Layer, _depth * Layer);
                ReadOnlySpan<TLane> theta = parameters.Slice(group * _parameters, _parameters);
                Forward(w, products);
                ForwardSlopes(w, v, products, slopes, next);
                Residual(products[^Layer..], theta, back);
                for (int i = 0; i < Layer; i++)
                {
                    backSlope[i] = theta[0] * slopes[((_depth - 1) * Layer) + i];
                }

                for (int l = _depth - 1; l >= 0; l--)
                {
                    Span<TLane> layer = w.Slice(l * Layer, Layer);
                    Span<TLane> along = v.Slice(l * Layer, Layer);
                    if (l == 0)
                    {
                        for (int i = 0; i < layer.Length; i++)
                        {
                            layer[i] -= back[i];
                            along[i] -= backSlope[i];
                        }

                        continue;
                    }

                    TransposedTimes(layer, backSlope, nextSlope);
                    AddTransposedTimes(along, back, nextSlope);
                    TransposedTimes(layer, back, next);
                    SubtractTimesTransposed(back, slopes.Slice((l - 1) * Layer, Layer), along);
                    SubtractTimesTransposed(backSlope, products.Slice((l - 1) * Layer, Layer), along);
                    SubtractTimesTransposed(back, products.Slice((l - 1) * Layer, Layer), layer);
                    next.CopyTo(back);
                    nextSlope.CopyTo(backSlope);
                }
            }
        }
    }

    private void Forward(ReadOnlySpan<TLane> w, Span<TLane> products)
    {
        w[..Layer].CopyTo(products);
        for (int l = 1; l < _depth; l++)
        {
            Times(w.Slice(l * Layer, Layer), products.Slice((l - 1) * Layer, Layer), products.Slice(l * Layer, Layer));
        }
    }

    private void ForwardSlopes(ReadOnlySpan<TLane> w, ReadOnlySpan<TLane> v, ReadOnlySpan<TLane> products, Span<TLane> slopes, Span<TLane> room)
    {
        v[..Layer].CopyTo(slopes);
        for (int l = 1; l < _depth; l++)
        {
            Span<TLane> slope = slopes.Slice(l * Layer, Layer);
            Times(w.Slice(l * Layer, Layer), slopes.Slice((l - 1) * Layer, Layer), slope);
            Times(v.Slice(l * Layer, Layer), products.Slice((l - 1) * Layer, Layer), room);
            for (int i = 0; i < slope.Length; i++)
            {
                slope[i] += room[i];
            }
        }
    }

    /// <summary>η(W_L⋯W₁ − diag(σ)).</summary>
    private void Residual(ReadOnlySpan<TLane> product, ReadOnlySpan<TLane> theta, Span<TLane> residual)
    {
        for (int i = 0; i < product.Length; i++)
        {
            bool diagonal = i % (_width + 1) == 0;
            residual[i] = theta[0] * (diagonal ? product[i] - theta[1 + (i / (_width + 1))] : product[i]);
        }
    }

    /// <summary>C = AB.</summary>
    private void Times(ReadOnlySpan<TLane> a, ReadOnlySpan<TLane> b, Span<TLane> c)
    {
        for (int i = 0; i < _width; i++)
        {
            for (int j = 0; j < _width; j++)
            {
                TLane sum = a[i * _width] * b[j];
                for (int k = 1; k < _width; k++)
                {
                    sum = TLane.MultiplyAdd(a[(i * _width) + k], b[(k * _width) + j], sum);
                }

                c[(i * _width) + j] = sum;
            }
        }
    }

    /// <summary>C = AᵀB.</summary>
    private void TransposedTimes(ReadOnlySpan<TLane> a, ReadOnlySpan<TLane> b, Span<TLane> c)
    {
        c.Fill(TLane.All(T.Zero));
        AddTransposedTimes(a, b, c);
    }

    /// <summary>C += AᵀB.</summary>
    private void AddTransposedTimes(ReadOnlySpan<TLane> a, ReadOnlySpan<TLane> b, Span<TLane> c)
    {
        for (int k = 0; k < _width; k++)
        {
            for (int i = 0; i < _width; i++)
            {
                for (int j = 0; j < _width; j++)
                {
                    c[(i * _width) + j] = TLane.MultiplyAdd(a[(k * _width) + i], b[(k * _width) + j], c[(i * _width) + j]);
                }
            }
        }
    }

    /// <summary>C −= ABᵀ.</summary>
    private void SubtractTimesTransposed(ReadOnlySpan<TLane> a, ReadOnlySpan<TLane> b, Span<TLane> c)
    {
        for (int i = 0; i < _width; i++)
        {
            for (int j = 0; j < _width; j++)
            {
                for (int k = 0; k < _width; k++)
                {
                    c[(i * _width) + j] = TLane.MultiplySubtract(a[(i * _width) + k], b[(j * _width) + k], c[(i * _width) + j]);
                }
            }
        }
    }
}
