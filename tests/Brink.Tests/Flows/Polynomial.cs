using Brink.Tests.Methods;

namespace Brink.Tests.Flows;

/// <summary>A term: its coefficient and the power of each variable.</summary>
internal sealed record Monomial(double Coefficient, params int[] Powers)
{
    internal double At(double[] w) => Powers.Select((power, i) => Math.Pow(w[i], power)).Aggregate(Coefficient, (a, b) => a * b);

    internal Monomial Derivative(int variable)
    {
        int[] lower = [.. Powers];
        double factor = lower[variable];
        lower[variable] = Math.Max(0, lower[variable] - 1);
        return new Monomial(Coefficient * factor, lower);
    }
}

/// <summary>A sum of monomials with derivatives of every order, differentiated term by term.</summary>
internal sealed class Polynomial(params Monomial[] terms) : ClosedForm
{
    /// <summary>
    /// ½s·x²y² + ½b·(y − y₀)² in (x, y): a valley whose curvature s·y² across the way grows along it.
    /// </summary>
    internal static Polynomial Valley(double s, double b, double end) => new(
        new(0.5 * s, 2, 2), new(0.5 * b, 0, 2), new(-b * end, 0, 1), new(0.5 * b * end * end, 0, 0));

    /// <summary>Two valleys in (x₁, y₁, x₂, y₂).</summary>
    internal static Polynomial TwoValleys((double S, double B, double End) one, (double S, double B, double End) two) => new(
        new(0.5 * one.S, 2, 2, 0, 0), new(0.5 * one.B, 0, 2, 0, 0), new(-one.B * one.End, 0, 1, 0, 0), new(0.5 * one.B * one.End * one.End, 0, 0, 0, 0),
        new(0.5 * two.S, 0, 0, 2, 2), new(0.5 * two.B, 0, 0, 0, 2), new(-two.B * two.End, 0, 0, 0, 1), new(0.5 * two.B * two.End * two.End, 0, 0, 0, 0));

    internal override double Value(double[] w) => terms.Sum(term => term.At(w));

    internal override double[] Gradient(double[] w) =>
        [.. Enumerable.Range(0, w.Length).Select(i => terms.Sum(term => term.Derivative(i).At(w)))];

    internal override double[] HessianTimes(double[] w, double[] v) =>
        [.. w.Select((_, i) => Sum(v.Length, j => v[j] * terms.Sum(term => term.Derivative(i).Derivative(j).At(w))))];

    internal override double[] ThirdDerivative(double[] w, double[] u, double[] v) =>
        [.. w.Select((_, i) => Sum(v.Length, j => v[j] * Sum(u.Length, k => u[k] * terms.Sum(term => term.Derivative(i).Derivative(j).Derivative(k).At(w)))))];

    private static double Sum(int count, Func<int, double> term) => Enumerable.Range(0, count).Sum(term);
}

/// <summary>A function of turned coordinates, f(Qᵀw).</summary>
internal sealed class Turned(ClosedForm form, double[][] q) : ClosedForm
{
    internal override double Value(double[] w) => form.Value(Into(w));

    internal override double[] Gradient(double[] w) => Out(form.Gradient(Into(w)));

    internal override double[] HessianTimes(double[] w, double[] v) => Out(form.HessianTimes(Into(w), Into(v)));

    internal override double[] ThirdDerivative(double[] w, double[] u, double[] v) =>
        Out(form.ThirdDerivative(Into(w), Into(u), Into(v)));

    internal double[] Out(double[] x) => [.. q.Select(row => Plain.Dot(row, x))];

    private double[] Into(double[] w) => [.. w.Select((_, j) => q.Select((row, i) => row[j] * w[i]).Sum())];
}
