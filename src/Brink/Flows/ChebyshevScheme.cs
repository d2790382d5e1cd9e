namespace Brink.Flows;

/// <summary>
/// Coefficients of the damped second-order Runge–Kutta–Chebyshev method of s stages (Sommeijer, Shampine &amp; Verwer, RKC: an
/// explicit solver for parabolic PDEs, J. Comput. Appl. Math. 88, 1998, eqs. 2.2–2.8): its stability polynomial is
/// a_s + b_s T_s(w₀ + w₁z).
/// </summary>
internal sealed class ChebyshevScheme
{
    /// <summary>Fewest stages with order two.</summary>
    internal const int FewestStages = 2;

    /// <summary>The damping ε of the paper: every mode in the interval shrinks by about 5 % at least.</summary>
    private const double Damping = 2.0 / 13;

    /// <summary>Computes the coefficients.</summary>
    /// <param name="stages">s, at least 2.</param>
    internal ChebyshevScheme(int stages)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(stages, FewestStages);
        Stages = stages;
        double w0 = 1 + (Damping / ((double)stages * stages));
        double[] value = new double[stages + 1];
        double[] slope = new double[stages + 1];
        double[] second = new double[stages + 1];
        (value[0], value[1], slope[1]) = (1, w0, 1);
        for (int j = 2; j <= stages; j++)
        {
            value[j] = (2 * w0 * value[j - 1]) - value[j - 2];
            slope[j] = (2 * w0 * slope[j - 1]) - slope[j - 2] + (2 * value[j - 1]);
            second[j] = (2 * w0 * second[j - 1]) - second[j - 2] + (4 * slope[j - 1]);
        }

        double w1 = slope[stages] / second[stages];
        StabilityInterval = (1 + w0) / w1;
        double[] b = new double[stages + 1];
        for (int j = 2; j <= stages; j++)
        {
            b[j] = second[j] / (slope[j] * slope[j]);
        }

        (b[0], b[1]) = (b[2], 1 / w0);
        First = b[1] * w1;
        (Last, BeforeLast, Slope, StartSlope) = (new double[stages + 1], new double[stages + 1], new double[stages + 1], new double[stages + 1]);
        for (int j = 2; j <= stages; j++)
        {
            Last[j] = 2 * w0 * b[j] / b[j - 1];
            BeforeLast[j] = -b[j] / b[j - 2];
            Slope[j] = 2 * w1 * b[j] / b[j - 1];
            StartSlope[j] = -(1 - (b[j - 1] * value[j - 1])) * Slope[j];
        }
    }

    /// <summary>s.</summary>
    internal int Stages { get; }

    /// <summary>β(s): stable for h·ρ up to it; about 0.653 (s² − 1).</summary>
    internal double StabilityInterval { get; }

    /// <summary>μ̃₁: Y₁ = Y₀ + μ̃₁ h F₀.</summary>
    internal double First { get; }

    /// <summary>μ_j, the factor of Y_{j−1}.</summary>
    internal double[] Last { get; }

    /// <summary>ν_j, the factor of Y_{j−2}.</summary>
    internal double[] BeforeLast { get; }

    /// <summary>μ̃_j, the factor of h F_{j−1}.</summary>
    internal double[] Slope { get; }

    /// <summary>γ̃_j, the factor of h F₀.</summary>
    internal double[] StartSlope { get; }

    /// <summary>Fewest stages that are stable for h·ρ.</summary>
    /// <param name="product">h·ρ, not negative.</param>
    /// <returns>At least 2.</returns>
    internal static int StagesFor(double product) => Math.Max(FewestStages, 1 + (int)Math.Sqrt(1 + (1.54 * product)));

    /// <summary>The largest h·ρ for which <see cref="StagesFor"/> asks for no more than so many stages.</summary>
    /// <param name="stages">s, at least 2.</param>
    internal static double LargestProduct(int stages) => ((((double)stages * stages) - 1) / 1.54) * 0.999;
}
