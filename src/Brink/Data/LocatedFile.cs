using System.Formats.Tar;
using System.IO.Compression;

namespace Brink.Data;

/// <summary>An official file found on this machine: plain, packed with gzip, or inside a .tar.gz archive.</summary>
/// <param name="Official">Which file it is.</param>
/// <param name="Path">The file on disk that holds it.</param>
/// <param name="Member">Whether <paramref name="Path"/> is an archive and the file a member of it.</param>
internal sealed record LocatedFile(OfficialFile Official, string Path, bool Member)
{
    /// <summary>How messages name it.</summary>
    public string Display => Member ? $"{Path}({Official.Name})" : Path;

    /// <summary>Reads the unpacked bytes. A file of the official length must have the official checksum.</summary>
    /// <param name="allowShortened">Whether a shorter file is left to the format to judge, or is an error.</param>
    /// <exception cref="BrinkException">Unreadable, truncated, too long, or of the wrong checksum.</exception>
    public FileContent Read(bool allowShortened)
    {
        byte[] content = ReadBytes();
        if (content.LongLength > Official.Length)
        {
            throw new BrinkException($"{Display}: too long: expected {Official.Length} bytes, found more");
        }

        if (content.LongLength < Official.Length)
        {
            if (!allowShortened)
            {
                throw new BrinkException($"{Display}: truncated: expected {Official.Length} bytes, found {content.LongLength}");
            }
        }
        else
        {
            Checksum found = Official.Content.Of(content);
            if (found != Official.Content)
            {
                throw new BrinkException($"{Display}: corrupt: expected {Official.Content}, found {found.Hex}");
            }
        }

        return new FileContent(Display, content);
    }

    private byte[] ReadBytes()
    {
        try
        {
            using FileStream file = File.OpenRead(Path);
            if (Member)
            {
                return ReadMember(file);
            }

            if (Path.EndsWith(".gz", StringComparison.Ordinal))
            {
                using var unpacked = new GZipStream(file, CompressionMode.Decompress);
                return ReadUpToOfficialLength(unpacked);
            }

            return ReadUpToOfficialLength(file);
        }
        catch (InvalidDataException failure)
        {
            throw new BrinkException(
                $"{Display}: expected a whole {(Member ? ".tar.gz archive" : "gzip file")}, found one that is truncated or corrupt",
                failure);
        }
        catch (EndOfStreamException failure)
        {
            throw new BrinkException($"{Display}: expected a whole .tar.gz archive, found one that is truncated", failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new BrinkException($"{Display}: cannot be read: {failure.Message}", failure);
        }
    }

    private byte[] ReadMember(FileStream file)
    {
        using var unpacked = new GZipStream(file, CompressionMode.Decompress);
        using var archive = new TarReader(unpacked);
        while (archive.GetNextEntry() is { } entry)
        {
            if (entry.DataStream is not null && System.IO.Path.GetFileName(entry.Name) == Official.Name)
            {
                return ReadUpToOfficialLength(entry.DataStream);
            }
        }

        throw new BrinkException($"{Path}: expected a member {Official.Name}, found none");
    }

    // One byte more than the official length is enough to know that a file is too long, whatever it unpacks to.
    private byte[] ReadUpToOfficialLength(Stream source)
    {
        byte[] buffer = new byte[Official.Length + 1];
        int read = source.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        Array.Resize(ref buffer, read);
        return buffer;
    }
}
