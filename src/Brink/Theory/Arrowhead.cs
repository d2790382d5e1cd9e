namespace Brink.Theory;

/// <summary>The symmetric matrix [[a, b, c], [b, d, 0], [c, 0, e]].</summary>
/// <param name="Corner">a.</param>
/// <param name="First">b.</param>
/// <param name="Second">c.</param>
/// <param name="FirstDiagonal">d.</param>
/// <param name="SecondDiagonal">e.</param>
public readonly record struct Arrowhead(double Corner, double First, double Second, double FirstDiagonal, double SecondDiagonal)
{
    private const int MostNewtonSteps = 100;

    /// <summary>
    /// The largest eigenvalue, to rounding; NaN where an entry is not a finite number.
    /// </summary>
    /// <remarks>
    /// With p the larger of d and e, q its coupling, r and s the other's, λ = p + μ where μ ≥ 0 is the largest root of the secular equation
    /// μ + (p − a) − q²/μ − s²/(μ + p − r) = 0. The left side is increasing and concave there, and the larger eigenvalue of either 2 × 2
    /// block lies at or below the root (Cauchy's interlacing), so Newton's method from it rises to the root without fail.
    /// </remarks>
    public double LargestEigenvalue()
    {
        double scale = Math.Max(
            Math.Max(Math.Abs(Corner), Math.Max(Math.Abs(First), Math.Abs(Second))),
            Math.Max(Math.Abs(FirstDiagonal), Math.Abs(SecondDiagonal)));
        if (!double.IsFinite(scale) || scale == 0)
        {
            return scale == 0 ? 0 : double.NaN;
        }

        // A power of two: the division rounds nothing, and no square overflows or underflows that matters.
        double unit = Math.ScaleB(1, Math.Max(Math.ILogB(scale), -1022));
        double a = Corner / unit;
        (double p, double q, double r, double s) = FirstDiagonal >= SecondDiagonal
            ? (FirstDiagonal / unit, First / unit, SecondDiagonal / unit, Second / unit)
            : (SecondDiagonal / unit, Second / unit, FirstDiagonal / unit, First / unit);
        double gap = p - r;
        double mu = Math.Max(0, Math.Max(Excess(a - p, q), Excess(a - r, s) - gap));
        for (int step = 0; step < MostNewtonSteps && mu > 0; step++)
        {
            double pole = q / mu;
            double other = mu + gap > 0 ? s / (mu + gap) : 0;
            double value = mu + (p - a) - (pole * q) - (other * s);
            double next = mu - (value / (1 + (pole * pole) + (other * other)));
            if (!(next > mu * (1 + 1e-16)) || next == mu)
            {
                break;
            }

            mu = next;
        }

        return unit * (p + mu);
    }

    /// <summary>How far the larger eigenvalue of [[d, q], [q, 0]] lies above 0: δ/2 + hypot(δ/2, q), without cancellation.</summary>
    private static double Excess(double difference, double coupling)
    {
        double half = difference / 2;
        double root = double.Hypot(half, coupling);
        return half >= 0 ? half + root : root > half ? coupling / (root - half) * coupling : 0;
    }
}
