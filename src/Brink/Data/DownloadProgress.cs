namespace Brink.Data;

/// <summary>How a download stands, or an event in it.</summary>
/// <param name="Source">The mirror's name.</param>
/// <param name="File">The file being transferred.</param>
/// <param name="Bytes">Bytes on disk so far, those of an earlier, interrupted download included.</param>
/// <param name="Total">Bytes in all, where known.</param>
/// <param name="Notice">One line for the user, e.g. that a mirror cannot be reached and the next is tried.</param>
public sealed record DownloadProgress(string Source, string File, long Bytes, long? Total, string? Notice = null);
