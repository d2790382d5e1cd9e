namespace Brink;

/// <summary>
/// A failure that the user can act on: the message is one line that says what is wrong, where, and what would be
/// right. It reaches the user as it is; no stack trace goes with it.
/// </summary>
/// <param name="message">The one line.</param>
/// <param name="inner">What caused it, kept for logs.</param>
public sealed class BrinkException(string message, Exception? inner = null) : Exception(message, inner);
