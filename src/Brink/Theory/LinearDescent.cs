namespace Brink.Theory;

/// <summary>Gradient descent on a linear network in place, in memory of its own: one instance serves one thread.</summary>
internal sealed class LinearDescent
{
    private readonly LinearNetwork _network;
    private readonly double[] _inputs;
    private readonly double[] _targets;
    private readonly double[][] _outputs;
    private readonly double[] _gradient;
    private double[] _back;
    private double[] _next;

    /// <summary>Sets up.</summary>
    /// <param name="network">f.</param>
    internal LinearDescent(LinearNetwork network)
    {
        _network = network;
        _inputs = network.Inputs.ToRowMajorArray();
        _targets = network.Targets.ToRowMajorArray();
        _outputs = [.. network.Widths.Skip(1).Select(width => new double[width * network.Samples])];
        _gradient = new double[network.Dimension];
        _back = new double[network.Widths.Max() * network.Samples];
        _next = new double[_back.Length];
    }

    /// <summary>f and ‖∇f‖ at a point and, in place, w − η∇f(w).</summary>
    /// <param name="w">The point, moved.</param>
    /// <param name="stepSize">η.</param>
    /// <returns>Loss and gradient norm before the step.</returns>
    internal (double Loss, double GradientNorm) Step(Span<double> w, double stepSize)
    {
        double loss = Forward(w);
        Backward(w);
        double square = 0;
        for (int i = 0; i < _gradient.Length; i++)
        {
            square += _gradient[i] * _gradient[i];
            w[i] -= stepSize * _gradient[i];
        }

        return (loss, Math.Sqrt(square));
    }

    /// <summary>All layers' outputs, and the residual to pass back.</summary>
    private double Forward(ReadOnlySpan<double> w)
    {
        IReadOnlyList<int> widths = _network.Widths;
        int place = 0;
        double[] before = _inputs;
        for (int l = 1; l < widths.Count; l++)
        {
            int size = widths[l] * widths[l - 1];
            double[] output = _outputs[l - 1];
            Array.Clear(output);
            RowMajor.Multiply(w.Slice(place, size), before, output, widths[l], widths[l - 1], _network.Samples);
            before = output;
            place += size;
        }

        double loss = 0;
        for (int i = 0; i < _targets.Length; i++)
        {
            double residual = before[i] - _targets[i];
            loss += residual * residual;
            _back[i] = _network.Factor * residual;
        }

        return 0.5 * _network.Factor * loss;
    }

    private void Backward(ReadOnlySpan<double> w)
    {
        IReadOnlyList<int> widths = _network.Widths;
        int samples = _network.Samples;
        int place = _gradient.Length;
        Array.Clear(_gradient);
        for (int l = widths.Count - 1; l >= 1; l--)
        {
            int size = widths[l] * widths[l - 1];
            place -= size;
            double[] into = l == 1 ? _inputs : _outputs[l - 2];
            RowMajor.MultiplyTransposed(_back, into, _gradient.AsSpan(place, size), widths[l], samples, widths[l - 1]);
            if (l > 1)
            {
                Array.Clear(_next);
                RowMajor.TransposedMultiply(w.Slice(place, size), _back, _next, widths[l - 1], widths[l], samples);
                (_back, _next) = (_next, _back);
            }
        }
    }
}
