namespace Brink.Tests.Curvature;

/// <summary>
/// A number with its exact first and second derivatives with respect to P parameters (forward mode, second order): an
/// independent route to the dense Hessian of a tiny network. Absent arrays are zeros.
/// </summary>
internal sealed class Jet
{
    private Jet(double value, double[]? gradient, double[,]? hessian) => (Value, Gradient, Hessian) = (value, gradient, hessian);

    internal double Value { get; }

    internal double[]? Gradient { get; }

    internal double[,]? Hessian { get; }

    public static implicit operator Jet(double constant) => new(constant, null, null);

    public static Jet operator +(Jet a, Jet b) => Dot([a, b], [1, 1]);

    public static Jet operator -(Jet a, Jet b) => Dot([a, b], [1, -1]);

    public static Jet operator *(Jet a, Jet b) => Dot([a], [b]);

    public static Jet operator /(Jet a, Jet b) => a * b.Apply(1 / b.Value, -1 / (b.Value * b.Value), 2 / Math.Pow(b.Value, 3));

    /// <summary>The parameters themselves.</summary>
    internal static Jet[] Parameters(double[] values) => [.. values.Select((value, k) =>
    {
        double[] unit = new double[values.Length];
        unit[k] = 1;
        return new Jet(value, unit, null);
    })];

    /// <summary>Σ aᵢbᵢ.</summary>
    internal static Jet Dot(IReadOnlyList<Jet> a, IReadOnlyList<Jet> b)
    {
        int p = a.Concat(b).Select(jet => jet.Gradient?.Length).FirstOrDefault(length => length is not null) ?? 0;
        double value = 0;
        double[] gradient = new double[p];
        double[,] hessian = new double[p, p];
        for (int k = 0; k < a.Count; k++)
        {
            value += a[k].Value * b[k].Value;
            Add(gradient, hessian, a[k], b[k].Value);
            Add(gradient, hessian, b[k], a[k].Value);
            if (a[k].Gradient is { } left && b[k].Gradient is { } right)
            {
                for (int i = 0; i < p; i++)
                {
                    for (int j = 0; j < p; j++)
                    {
                        hessian[i, j] += (left[i] * right[j]) + (right[i] * left[j]);
                    }
                }
            }
        }

        return p == 0 ? value : new Jet(value, gradient, hessian);
    }

    internal static Jet Sum(IReadOnlyList<Jet> jets) => Dot(jets, [.. jets.Select(_ => (Jet)1)]);

    internal Jet Exp() => Apply(Math.Exp(Value), Math.Exp(Value), Math.Exp(Value));

    internal Jet Log() => Apply(Math.Log(Value), 1 / Value, -1 / (Value * Value));

    internal Jet Power(double e) => Apply(Math.Pow(Value, e), e * Math.Pow(Value, e - 1), e * (e - 1) * Math.Pow(Value, e - 2));

    internal Jet Tanh()
    {
        double t = Math.Tanh(Value);
        return Apply(t, 1 - (t * t), -2 * t * (1 - (t * t)));
    }

    internal Jet Relu() => Value > 0 ? this : 0;

    private static void Add(double[] gradient, double[,] hessian, Jet jet, double factor)
    {
        for (int i = 0; jet.Gradient is not null && i < gradient.Length; i++)
        {
            gradient[i] += factor * jet.Gradient[i];
            for (int j = 0; jet.Hessian is not null && j < gradient.Length; j++)
            {
                hessian[i, j] += factor * jet.Hessian[i, j];
            }
        }
    }

    /// <summary>f of this, given f, f′ and f″ here.</summary>
    private Jet Apply(double f, double first, double second)
    {
        if (Gradient is null)
        {
            return f;
        }

        int p = Gradient.Length;
        double[] gradient = new double[p];
        double[,] hessian = new double[p, p];
        Add(gradient, hessian, this, first);
        for (int i = 0; i < p; i++)
        {
            for (int j = 0; j < p; j++)
            {
                hessian[i, j] += second * Gradient[i] * Gradient[j];
            }
        }

        return new Jet(f, gradient, hessian);
    }
}
