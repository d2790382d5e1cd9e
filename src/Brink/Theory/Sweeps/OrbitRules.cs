namespace Brink.Theory.Sweeps;

/// <summary>How long orbits are followed, and by what they are told apart.</summary>
public sealed record OrbitRules
{
    /// <summary>Steps before anything is measured.</summary>
    public int Steps { get; init; } = 10_000;

    /// <summary>Steps over which the Lyapunov exponent is measured, after <see cref="Steps"/>.</summary>
    public int Window { get; init; } = 2_000;

    /// <summary>The longest cycle looked for, at most 127. Twice as many steps follow the window and are kept.</summary>
    public int LongestPeriod { get; init; } = 64;

    /// <summary>Size of a variable beyond which an orbit has diverged.</summary>
    public double Limit { get; init; } = 1e6;

    /// <summary>Exponent above which an orbit is chaotic. A neutral orbit shows up to about ln(window)/window.</summary>
    public double ChaoticExponent { get; init; } = 0.01;

    /// <summary>δ: how far from 2 the product ηλ₁ may be at the edge.</summary>
    public double EdgeWidth { get; init; } = 0.05;

    /// <summary>
    /// Largest change, relative to 1 + the orbit's size, after which an orbit has come back; null takes 1e-9 in double and
    /// 1e-5 in single precision.
    /// </summary>
    public double? Recurrence { get; init; }

    /// <summary>Checks the ranges.</summary>
    /// <returns>The same rules.</returns>
    /// <exception cref="BrinkException">A number out of its range.</exception>
    public OrbitRules Check()
    {
        string? wrong = this switch
        {
            { Steps: < 0 } => $"steps is {Steps}; it must be at least 0",
            { Window: < 100 } => $"window is {Window}; it must be at least 100",
            { LongestPeriod: < 1 or > 127 } => $"longest period is {LongestPeriod}; it must be between 1 and 127",
            _ when !(Limit > 0) => $"limit is {Limit}; it must be positive",
            _ when !(ChaoticExponent > 0) => $"chaotic exponent is {ChaoticExponent}; it must be positive",
            _ when EdgeWidth is not (> 0 and < 2) => $"edge width is {EdgeWidth}; it must be between 0 and 2",
            _ when Recurrence is { } tolerance && !(tolerance > 0) => $"recurrence is {tolerance}; it must be positive",
            _ => null,
        };
        return wrong is null ? this : throw new BrinkException(wrong);
    }
}
