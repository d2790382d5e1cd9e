using Brink.Theory;

namespace Brink.Cli.Terminal;

/// <summary>How a verdict table looks.</summary>
internal static class VerdictText
{
    /// <summary>The outcome in a word or two; what fails stands out.</summary>
    /// <param name="outcome">The outcome.</param>
    internal static string Of(VerdictOutcome outcome) => outcome switch
    {
        VerdictOutcome.Holds => "holds",
        VerdictOutcome.Fails => "FAILS",
        _ => "not applicable",
    };

    /// <summary>Writes the table, three lines a verdict.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="verdicts">The verdicts.</param>
    internal static void Write(TextWriter output, IEnumerable<Verdict> verdicts)
    {
        foreach (Verdict verdict in verdicts)
        {
            output.WriteLine($"{Of(verdict.Outcome),-14}  {verdict.Theorem}");
            output.WriteLine($"{string.Empty,-14}  claims    {verdict.Claim}");
            output.WriteLine(verdict.UnmetHypothesis is { } unmet
                ? $"{string.Empty,-14}  because   {unmet}"
                : $"{string.Empty,-14}  measured  {verdict.Measured}");
        }
    }
}
