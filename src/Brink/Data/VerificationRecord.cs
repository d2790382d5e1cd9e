using System.Text.Json;

namespace Brink.Data;

/// <summary>
/// Remembers which files had the right checksum, with the length and the time of change they had then, in
/// <c>verified.json</c> of the set's folder: lists then need not read hundreds of megabytes to say "verified".
/// </summary>
internal sealed class VerificationRecord
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
    private readonly string _path;
    private readonly Dictionary<string, Entry> _entries;

    /// <summary>Opens the record of a set.</summary>
    /// <param name="folder">The set's folder in the data directory; it need not exist.</param>
    public VerificationRecord(string folder)
    {
        _path = Path.Combine(folder, "verified.json");
        _entries = Read(_path);
    }

    /// <summary>Whether a file was verified and has not changed since.</summary>
    /// <param name="file">The file where it was found.</param>
    public bool Holds(LocatedFile file) =>
        file.Official.Content is not null && _entries.TryGetValue(Key(file), out Entry? entry) && entry == EntryOf(file);

    /// <summary>Notes that a file's checksum was found right.</summary>
    /// <param name="file">The file where it was found.</param>
    public void Add(LocatedFile file) => _entries[Key(file)] = EntryOf(file);

    /// <summary>Notes that a file's checksum was found wrong. What it should be stays known.</summary>
    /// <param name="file">The file where it was found.</param>
    public void Doubt(LocatedFile file)
    {
        if (_entries.TryGetValue(Key(file), out Entry? entry))
        {
            _entries[Key(file)] = entry with { Modified = default };
        }
    }

    /// <summary>The SHA-256 a file had when it was taken from a verified archive; null where it was not.</summary>
    /// <param name="path">The file.</param>
    public Checksum? ChecksumOf(string path) =>
        _entries.TryGetValue(path, out Entry? entry) && entry.Checksum.Split(' ') is ["SHA256", { } hex] ? Checksum.Sha256(hex) : null;

    /// <summary>Writes the record. Where that fails nothing is lost but the time of verifying again.</summary>
    public void Save()
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
            File.WriteAllText(_path + ".part", JsonSerializer.Serialize(_entries, Indented));
            File.Move(_path + ".part", _path, overwrite: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // A read-only data directory is a fair place to read from.
        }
    }

    private static string Key(LocatedFile file) => file.Display;

    private static Entry EntryOf(LocatedFile file)
    {
        var info = new FileInfo(file.Path);
        return new Entry(info.Length, info.LastWriteTimeUtc, file.Official.Content?.ToString() ?? string.Empty);
    }

    private static Dictionary<string, Entry> Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, Entry>>(File.ReadAllText(path)) ?? [];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or JsonException)
        {
            // Absent or damaged: the files are verified anew.
            return [];
        }
    }

    private sealed record Entry(long Length, DateTime Modified, string Checksum);
}
