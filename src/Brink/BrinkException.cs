namespace Brink;

/// <summary>
/// Something a user can put right. The message is the whole report: one line that says what is wrong, where, and what
/// would be right.
/// </summary>
/// <param name="message">The line.</param>
/// <param name="inner">What led to it, for a debugger; users do not see it.</param>
public sealed class BrinkException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Whether waiting puts it right: another process is at work there.</summary>
    public bool IsTemporary { get; init; }

    /// <summary>Whether it ended because somebody asked for that, with Ctrl-C or SIGTERM, before there was anything to keep.</summary>
    public bool IsInterruption { get; init; }

    /// <summary>Whether another process, which failed first, tells the user: this one ends without a word.</summary>
    public bool IsToldElsewhere { get; init; }
}
