using MathNet.Numerics.LinearAlgebra;

namespace Brink.Theory;

/// <summary>
/// The linear network f(W₁ … W_L) = ½‖W_L⋯W₁X − Y‖²_F, optionally divided by N (Crăciun and Ghoshdastidar, arXiv 2402.13108). W_l is d_l × d_{l−1};
/// the parameters are W₁, W₂, … one after the other, each row by row.
/// </summary>
public sealed class LinearNetwork : TheoryModel
{
    private readonly int[] _widths;
    private readonly double[] _inputs;
    private readonly double[] _targets;
    private readonly double _factor;

    /// <summary>Makes the network.</summary>
    /// <param name="widths">d₀, d₁, …, d_L, at least two, each at least 1; L is the depth.</param>
    /// <param name="inputs">X, d₀ × N.</param>
    /// <param name="targets">Y, d_L × N.</param>
    /// <param name="perSample">Divide by N.</param>
    /// <exception cref="BrinkException">Shapes do not agree, or a number is not finite.</exception>
    public LinearNetwork(IReadOnlyList<int> widths, double[,] inputs, double[,] targets, bool perSample = false)
    {
        ArgumentNullException.ThrowIfNull(widths);
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(targets);
        if (widths.Count < 2 || widths.Any(width => width < 1))
        {
            throw new BrinkException($"widths are {string.Join(",", widths)}; at least two are needed, input and output, each at least 1");
        }

        if (inputs.GetLength(0) != widths[0] || targets.GetLength(0) != widths[^1] || inputs.GetLength(1) != targets.GetLength(1) || inputs.GetLength(1) < 1)
        {
            throw new BrinkException(
                $"inputs are {inputs.GetLength(0)} × {inputs.GetLength(1)} and targets {targets.GetLength(0)} × {targets.GetLength(1)}; {widths[0]} × N and {widths[^1]} × N are needed");
        }

        if (!inputs.Cast<double>().Concat(targets.Cast<double>()).All(double.IsFinite))
        {
            throw new BrinkException("inputs and targets must be finite numbers");
        }

        _widths = [.. widths];
        _inputs = [.. inputs.Cast<double>()];
        _targets = [.. targets.Cast<double>()];
        Samples = inputs.GetLength(1);
        _factor = perSample ? 1.0 / Samples : 1;
        Dimension = Enumerable.Range(1, Depth).Sum(l => _widths[l] * _widths[l - 1]);
    }

    /// <summary>L, the number of layers.</summary>
    public int Depth => _widths.Length - 1;

    /// <summary>d₀ … d_L.</summary>
    public IReadOnlyList<int> Widths => _widths;

    /// <inheritdoc/>
    public override int Dimension { get; }

    /// <inheritdoc/>
    public override int Samples { get; }

    /// <summary>1, or 1/N: what ½‖·‖² is multiplied by.</summary>
    public double Factor => _factor;

    /// <summary>X, d₀ × N.</summary>
    public Matrix<double> Inputs => Matrix<double>.Build.DenseOfRowMajor(_widths[0], Samples, _inputs);

    /// <summary>Y, d_L × N.</summary>
    public Matrix<double> Targets => Matrix<double>.Build.DenseOfRowMajor(_widths[^1], Samples, _targets);

    /// <inheritdoc/>
    public override double Value(ReadOnlySpan<double> w)
    {
        double[][] layers = Forward(w, default, default, 1);
        return 0.5 * _factor * Square(layers[Depth]);
    }

    /// <inheritdoc/>
    public override void Gradient(ReadOnlySpan<double> w, Span<double> gradient) =>
        Backward(w, default, default, 1, Forward(w, default, default, 1), gradient);

    /// <inheritdoc/>
    public override void HessianVectorProduct(ReadOnlySpan<double> w, ReadOnlySpan<double> v, Span<double> product) =>
        Backward(w, v, default, 2, Forward(w, v, default, 2), product);

    /// <inheritdoc/>
    public override void GaussNewtonProduct(ReadOnlySpan<double> w, ReadOnlySpan<double> v, Span<double> product)
    {
        // How the outputs move along v, passed back as a residual is.
        double[][] layers = Forward(w, v, default, 2);
        layers[Depth] = layers[Depth][_targets.Length..];
        Backward(w, default, default, 1, layers, product);
    }

    /// <inheritdoc/>
    public override void ThirdDerivative(
        ReadOnlySpan<double> w, ReadOnlySpan<double> u, ReadOnlySpan<double> v, Span<double> derivative) =>
        Backward(w, u, v, 4, Forward(w, u, v, 4), derivative);

    /// <inheritdoc/>
    /// <remarks>No closed form is known but for networks of width one; follow the flow with an integrator.</remarks>
    public override double[] FlowLimit(ReadOnlySpan<double> start) => Scalar().FlowLimit(start);

    /// <inheritdoc/>
    public override double FlowLimitSharpness(ReadOnlySpan<double> start) => Scalar().FlowLimitSharpness(start);

    /// <summary>W_L⋯W₁X − Y, d_L × N row by row.</summary>
    /// <param name="w">The point.</param>
    public double[] Residual(ReadOnlySpan<double> w) => Forward(w, default, default, 1)[Depth];

    /// <summary>The Jacobian of the residual with respect to the parameters, d_L·N × P.</summary>
    /// <param name="w">The point.</param>
    public Matrix<double> Jacobian(ReadOnlySpan<double> w)
    {
        Matrix<double> jacobian = Matrix<double>.Build.Dense(_targets.Length, Dimension);
        double[] unit = new double[Dimension];
        for (int j = 0; j < Dimension; j++)
        {
            unit[j] = 1;
            double[] moved = Forward(w, unit, default, 2)[Depth];
            unit[j] = 0;
            for (int i = 0; i < _targets.Length; i++)
            {
                jacobian[i, j] = moved[_targets.Length + i];
            }
        }

        return jacobian;
    }

    /// <summary>X = I, the inputs where none are given.</summary>
    /// <param name="size">d₀ = N.</param>
    public static double[,] IdentityInputs(int size)
    {
        double[,] identity = new double[size, size];
        for (int i = 0; i < size; i++)
        {
            identity[i, i] = 1;
        }

        return identity;
    }

    /// <summary>A start whose numbers are normal and independent.</summary>
    /// <param name="deviation">Their standard deviation.</param>
    /// <param name="seed">Fixes them.</param>
    /// <returns>A vector of length P.</returns>
    public double[] RandomStart(double deviation, ulong seed) => NormalDraw.Vector(seed, Dimension, deviation);

    private ScalarNetwork Scalar() =>
        _widths.All(width => width == 1) && Samples == 1 && _inputs[0] == 1 && _targets[0] > 0
            ? new ScalarNetwork(Depth, _targets[0])
            : throw new BrinkException("the end of the gradient flow is known in closed form for linear networks of width one with x = 1 and y > 0 only; follow the flow with an integrator");

    // A matrix with derivatives lies as its components one after the other: the value, along u, along v, along both.

    private double[][] Forward(ReadOnlySpan<double> w, ReadOnlySpan<double> u, ReadOnlySpan<double> v, int components)
    {
        double[][] layers = new double[Depth + 1][];
        layers[0] = new double[_inputs.Length * components];
        _inputs.CopyTo(layers[0], 0);
        int place = 0;
        for (int l = 1; l <= Depth; l++)
        {
            int size = _widths[l] * _widths[l - 1];
            int columns = Samples;
            layers[l] = new double[_widths[l] * columns * components];
            for (int component = 0; component < components; component++)
            {
                for (int part = component; part >= 0; part = part == 0 ? -1 : (part - 1) & component)
                {
                    ReadOnlySpan<double> weights = Component(part, w, u, v);
                    if (!weights.IsEmpty)
                    {
                        RowMajor.Multiply(
                            weights.Slice(place, size), layers[l - 1].AsSpan((component ^ part) * _widths[l - 1] * columns),
                            layers[l].AsSpan(component * _widths[l] * columns), _widths[l], _widths[l - 1], columns);
                    }
                }
            }

            place += size;
        }

        for (int i = 0; i < _targets.Length; i++)
        {
            layers[Depth][i] -= _targets[i];
        }

        return layers;
    }

    private void Backward(
        ReadOnlySpan<double> w, ReadOnlySpan<double> u, ReadOnlySpan<double> v, int components, double[][] layers, Span<double> gradient)
    {
        int wanted = components - 1;
        int columns = Samples;
        double[] back = layers[Depth];
        int place = Dimension;
        gradient.Clear();
        for (int l = Depth; l >= 1; l--)
        {
            int size = _widths[l] * _widths[l - 1];
            place -= size;
            double[] next = new double[_widths[l - 1] * columns * components];
            for (int part = wanted; part >= 0; part = part == 0 ? -1 : (part - 1) & wanted)
            {
                RowMajor.MultiplyTransposed(
                    back.AsSpan(part * _widths[l] * columns), layers[l - 1].AsSpan((wanted ^ part) * _widths[l - 1] * columns),
                    gradient.Slice(place, size), _widths[l], columns, _widths[l - 1]);
            }

            for (int component = 0; component < components; component++)
            {
                for (int part = component; part >= 0; part = part == 0 ? -1 : (part - 1) & component)
                {
                    ReadOnlySpan<double> weights = Component(part, w, u, v);
                    if (!weights.IsEmpty)
                    {
                        RowMajor.TransposedMultiply(
                            weights.Slice(place, size), back.AsSpan((component ^ part) * _widths[l] * columns),
                            next.AsSpan(component * _widths[l - 1] * columns), _widths[l - 1], _widths[l], columns);
                    }
                }
            }

            back = next;
        }

        for (int i = 0; i < gradient.Length; i++)
        {
            gradient[i] *= _factor;
        }
    }

    private static ReadOnlySpan<double> Component(int part, ReadOnlySpan<double> w, ReadOnlySpan<double> u, ReadOnlySpan<double> v) =>
        part switch { 0 => w, 1 => u, 2 => v, _ => default };

    private static double Square(double[] numbers)
    {
        double sum = 0;
        foreach (double number in numbers)
        {
            sum += number * number;
        }

        return sum;
    }
}
