namespace Brink.Data;

/// <summary>How much of a data set is on this machine.</summary>
public enum DataPresence
{
    /// <summary>None of its files.</summary>
    Absent,

    /// <summary>Some of its files.</summary>
    Partial,

    /// <summary>All of its files, not yet (or no longer) known to be the official ones.</summary>
    Present,

    /// <summary>All of its files; their checksums were found right and they have not changed since.</summary>
    Verified,
}

/// <summary>One row of <c>brink data list</c>.</summary>
/// <param name="Definition">The data set: name, shape, classes, splits, mirrors.</param>
/// <param name="Presence">How much of it is on this machine.</param>
/// <param name="Location">The folder of its first file at hand, or <see langword="null"/> where there is none.</param>
/// <param name="Bytes">What its files take on disk as they lie there.</param>
/// <param name="Missing">Names of the official files that are not at hand.</param>
public sealed record DataSetState(
    DataSetDefinition Definition,
    DataPresence Presence,
    string? Location,
    long Bytes,
    IReadOnlyList<string> Missing);

/// <summary>One file's outcome in <c>brink data verify</c>.</summary>
/// <param name="File">The official file.</param>
/// <param name="Path">Where it lies, or <see langword="null"/> where it is absent.</param>
/// <param name="Problem">What is wrong, in one line, or <see langword="null"/> where its checksum is right.</param>
public sealed record FileVerification(OfficialFile File, string? Path, string? Problem);
