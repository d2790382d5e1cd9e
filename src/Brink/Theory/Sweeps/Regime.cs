using System.Runtime.InteropServices;

namespace Brink.Theory.Sweeps;

/// <summary>What an orbit of gradient descent has become; docs/theory.md gives the definitions with their thresholds.</summary>
public enum Regime : byte
{
    /// <summary>Not computed yet.</summary>
    None,

    /// <summary>At a stationary point, or still drawing towards one, below the edge: ηλ₁ &lt; 2 − δ.</summary>
    Converged,

    /// <summary>At the edge of stability: ηλ₁ within δ of 2, at rest or hovering.</summary>
    Edge,

    /// <summary>A cycle of two or more points.</summary>
    Periodic,

    /// <summary>Bounded, no cycle short enough to be seen, not chaotic: quasi-periodic, or a transient not over.</summary>
    Undecided,

    /// <summary>Bounded, and neighbouring orbits part exponentially.</summary>
    Chaotic,

    /// <summary>Past the limit, or no longer a number.</summary>
    Diverged,

    /// <summary>On an unstable stationary point or cycle, such as a saddle: only starts of measure zero stay there.</summary>
    Unstable,
}

/// <summary>What was found out about one orbit: 10 bytes, as they lie in cells.npy.</summary>
/// <param name="Regime">What it has become.</param>
/// <param name="Period">Length of its cycle, 1 for a point; 0 where it does not return to itself.</param>
/// <param name="Exponent">Largest Lyapunov exponent, per step; not a number for a diverged orbit.</param>
/// <param name="EdgeProduct">ηλ₁, the mean over the last steps where the orbit moves; not a number where it was not needed.</param>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public readonly record struct OrbitSummary(Regime Regime, byte Period, float Exponent, float EdgeProduct);
