using System.IO.Compression;

namespace Brink.Data;

/// <summary>An official file found on this machine: plain, packed with gzip, or inside an archive.</summary>
/// <param name="Official">Which file it is.</param>
/// <param name="Path">The file on disk that holds it.</param>
/// <param name="Archive">The published checksum of <paramref name="Path"/> where it is an archive and the file a member of it; else null.</param>
internal sealed record LocatedFile(OfficialFile Official, string Path, Checksum? Archive = null)
{
    private bool Member => Archive is not null;

    /// <summary>How messages name it.</summary>
    public string Display => Member ? $"{Path}({Official.Name})" : Path;

    /// <summary>
    /// Reads the unpacked bytes. A file of the official length must have the official checksum; where none is published, the
    /// archive it lies in must have its own, and a plain file is left to the format to judge.
    /// </summary>
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
        else if (Official.Content is { } published)
        {
            RequireSame(Display, published, published.Of(content));
        }
        else if (Archive is not null)
        {
            using FileStream archive = File.OpenRead(Path);
            RequireSame(Path, Archive, Archive.OfAsync(archive).GetAwaiter().GetResult());
        }

        return new FileContent(Display, content);
    }

    private static void RequireSame(string what, Checksum published, Checksum found)
    {
        if (found != published)
        {
            throw new BrinkException($"{what}: corrupt: expected {published}, found {found.Hex}");
        }
    }

    private byte[] ReadBytes()
    {
        try
        {
            if (Member)
            {
                return ReadMember();
            }

            using FileStream file = File.OpenRead(Path);
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
                $"{Display}: expected a whole {(Member ? Kind : "gzip file")}, found one that is truncated or corrupt",
                failure);
        }
        catch (EndOfStreamException failure)
        {
            throw new BrinkException($"{Display}: expected a whole {Kind}, found one that is truncated", failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new BrinkException($"{Display}: cannot be read: {failure.Message}", failure);
        }
    }

    private string Kind => ArchiveMembers.IsZip(Path) ? ".zip archive" : ".tar.gz archive";

    private byte[] ReadMember()
    {
        byte[]? content = null;
        ArchiveMembers.ForEach(Path, (member, stream) => content ??= member == Official.Name ? ReadUpToOfficialLength(stream) : null);
        return content ?? throw new BrinkException($"{Path}: expected a member {Official.Name}, found none");
    }

    // One byte beyond the official length is enough to know that a file is too long, whatever it unpacks to. The buffer grows
    // where the length is not known, so that a shortened copy does not cost what the whole set would.
    private byte[] ReadUpToOfficialLength(Stream source)
    {
        byte[] buffer = new byte[Math.Min(Official.Length, source is FileStream plain ? plain.Length : 1 << 20)];
        int read = 0;
        while (true)
        {
            read += source.ReadAtLeast(buffer.AsSpan(read), buffer.Length - read, throwOnEndOfStream: false);
            if (read < buffer.Length)
            {
                Array.Resize(ref buffer, read);
                return buffer;
            }

            int next = source.ReadByte();
            if (next < 0)
            {
                return buffer;
            }

            Array.Resize(ref buffer, buffer.Length == Official.Length ? buffer.Length + 1 : (int)Math.Min(Official.Length, Math.Max(1 << 20, 2L * buffer.Length)));
            buffer[read++] = (byte)next;
            if (buffer.Length > Official.Length)
            {
                return buffer;
            }
        }
    }
}
