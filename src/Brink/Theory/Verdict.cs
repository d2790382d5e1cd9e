namespace Brink.Theory;

/// <summary>What a measurement says of a theorem.</summary>
public enum VerdictOutcome
{
    /// <summary>The hypotheses were met and the claim was measured to be so.</summary>
    Holds,

    /// <summary>The hypotheses were met and the claim was measured not to be so.</summary>
    Fails,

    /// <summary>A hypothesis was not met, so the measurement says nothing of the theorem.</summary>
    NotApplicable,
}

/// <summary>One line of a verdict table: theorem → what it claims → what was measured → what follows.</summary>
/// <param name="Theorem">Its name and source.</param>
/// <param name="Claim">What it claims.</param>
/// <param name="Measured">What was measured.</param>
/// <param name="Outcome">What follows.</param>
/// <param name="UnmetHypothesis">The hypothesis that was not met; only with <see cref="VerdictOutcome.NotApplicable"/>.</param>
public sealed record Verdict(string Theorem, string Claim, string Measured, VerdictOutcome Outcome, string? UnmetHypothesis)
{
    /// <summary>Judges a claim, hypotheses first: where one is not met the claim is not even looked at.</summary>
    /// <param name="theorem">Name and source.</param>
    /// <param name="claim">What it claims.</param>
    /// <param name="unmet">The first hypothesis that is not met, or null.</param>
    /// <param name="measured">What was measured, in words; asked for only where the hypotheses are met.</param>
    /// <param name="holds">Whether the claim was measured to be so; asked for only where the hypotheses are met.</param>
    /// <returns>The verdict.</returns>
    public static Verdict Of(string theorem, string claim, string? unmet, Func<string> measured, Func<bool> holds)
    {
        ArgumentNullException.ThrowIfNull(measured);
        ArgumentNullException.ThrowIfNull(holds);
        return unmet is not null
            ? new Verdict(theorem, claim, "–", VerdictOutcome.NotApplicable, unmet)
            : new Verdict(theorem, claim, measured(), holds() ? VerdictOutcome.Holds : VerdictOutcome.Fails, null);
    }
}
