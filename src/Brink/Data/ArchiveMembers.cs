using System.Formats.Tar;
using System.IO.Compression;

namespace Brink.Data;

/// <summary>The files inside an archive: .tar.gz or .zip, and in it files packed singly with gzip.</summary>
internal static class ArchiveMembers
{
    /// <summary>Whether a path names a zip archive.</summary>
    /// <param name="path">The archive.</param>
    public static bool IsZip(string path) => path.EndsWith(".zip", StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// Calls back for every file of the archive with its name (without folder, without <c>.gz</c>) and its unpacked content.
    /// </summary>
    /// <param name="path">The archive.</param>
    /// <param name="visit">The callback; the content is gone after it.</param>
    /// <exception cref="InvalidDataException">The archive is truncated or corrupt.</exception>
    public static void ForEach(string path, Action<string, Stream> visit)
    {
        using FileStream file = File.OpenRead(path);
        if (IsZip(path))
        {
            using var archive = new ZipArchive(file, ZipArchiveMode.Read);
            foreach (ZipArchiveEntry entry in archive.Entries.Where(entry => entry.Name.Length > 0))
            {
                using Stream content = entry.Open();
                Unpack(entry.Name, content, visit);
            }

            return;
        }

        using var unpacked = new TarBytes(file);
        using var reader = new TarReader(unpacked, leaveOpen: true);
        while (reader.GetNextEntry() is { } entry)
        {
            if (entry.DataStream is not null)
            {
                // A cut archive ends the member's stream early without a word.
                Unpack(Path.GetFileName(entry.Name), new WholeStream(entry.DataStream, entry.Length), visit);
            }
        }

        unpacked.ReadEnd();
    }

    private static void Unpack(string name, Stream content, Action<string, Stream> visit)
    {
        if (!name.EndsWith(".gz", StringComparison.Ordinal))
        {
            visit(name, content);
            return;
        }

        using var unpacked = new GZipStream(content, CompressionMode.Decompress);
        visit(name[..^3], unpacked);
    }
}
