namespace Brink.Experiments;

/// <summary>
/// A run folder could not be written: disk full, folder gone, no permission. What was written before stays readable.
/// The message is one line, fit to be a run's reason.
/// </summary>
/// <param name="message">The line.</param>
/// <param name="inner">The system's error.</param>
public sealed class RunStoreException(string message, Exception? inner = null) : IOException(message, inner)
{
    private const int NoSpace = 28;       // ENOSPC; .NET gives the errno as HResult where it has no code of its own.
    private const int QuotaExceeded = 122; // EDQUOT

    /// <summary>The one line for a failure to write a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="error">What the system said.</param>
    internal static RunStoreException Writing(string path, Exception error)
    {
        string reason = error switch
        {
            IOException when (error.HResult & 0xFFFF) is NoSpace or 112 /* Windows: ERROR_DISK_FULL */ => "the disk is full",
            IOException when (error.HResult & 0xFFFF) == QuotaExceeded => "the disk quota is used up",
            UnauthorizedAccessException => "permission denied",
            _ => error.Message.ReplaceLineEndings(" "),
        };
        return new RunStoreException($"cannot write {path}: {reason}; what was written before is kept", error);
    }
}
