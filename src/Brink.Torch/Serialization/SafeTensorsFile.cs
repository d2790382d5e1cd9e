using System.Buffers.Binary;

namespace Brink.Torch.Serialization;

/// <summary>
/// Reads and writes the safetensors format (https://github.com/huggingface/safetensors): 8 bytes of header length
/// (little-endian), a JSON header, the tensors' bytes. Every claim of the header is checked before it is believed.
/// </summary>
public static class SafeTensorsFile
{
    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <returns>Its tensors in the order their data lie in the file, and its metadata (empty when it has none).</returns>
    /// <exception cref="FormatException">The file is not valid safetensors; the message is one line without the path.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static (IReadOnlyList<SafeTensor> Tensors, IReadOnlyDictionary<string, string> Metadata) Read(string path)
    {
        using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        (List<SafeTensorsHeader.Entry> entries, Dictionary<string, string> metadata) = ReadHeader(stream);
        List<SafeTensor> tensors = new(entries.Count);
        foreach (SafeTensorsHeader.Entry entry in entries)
        {
            long length = entry.End - entry.Begin;
            if (length > Array.MaxLength)
            {
                throw new FormatException($"tensor '{entry.Name}' takes {length} bytes; at most {Array.MaxLength} can be read");
            }

            byte[] data = GC.AllocateUninitializedArray<byte>((int)length);
            stream.ReadExactly(data);
            tensors.Add(new SafeTensor(entry.Name, entry.Type, entry.Shape, data));
        }

        return (tensors, metadata);
    }

    /// <summary>Writes a file, replacing one of that name. Not atomic: a store that must survive a kill writes elsewhere and renames.</summary>
    /// <param name="path">The file.</param>
    /// <param name="tensors">The tensors; names unique.</param>
    /// <param name="metadata">Text to keep with them, or null.</param>
    /// <exception cref="FormatException">A name, a shape or the length of some data is not valid.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(
        string path, IReadOnlyList<SafeTensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        SafeTensorsHeader.CheckTensors(tensors);
        using FileStream stream = new(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        Write(stream, tensors, metadata);
    }

    /// <summary>Writes to a stream.</summary>
    /// <param name="stream">A writable stream; not closed.</param>
    /// <param name="tensors">
    /// The tensors; names unique. Their data are laid out by falling element size, otherwise in the given order: with the
    /// header padded to 8 bytes this aligns every tensor, which readers that map the file and view it need.
    /// </param>
    /// <param name="metadata">Text to keep with them, or null.</param>
    /// <exception cref="FormatException">A name, a shape or the length of some data is not valid.</exception>
    public static void Write(
        Stream stream, IReadOnlyList<SafeTensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        SafeTensorsHeader.CheckTensors(tensors);
        SafeTensor[] ordered = [.. tensors.OrderByDescending(t => SafeTensorType.SizeOf(t.Type))];
        ReadOnlyMemory<byte> header = SafeTensorsHeader.Compose(ordered, metadata);
        byte[] start = new byte[8 + header.Length];
        BinaryPrimitives.WriteInt64LittleEndian(start, header.Length);
        header.Span.CopyTo(start.AsSpan(8));
        stream.Write(start);
        foreach (SafeTensor tensor in ordered)
        {
            stream.Write(tensor.Data.Span);
        }
    }

    private static (List<SafeTensorsHeader.Entry> Entries, Dictionary<string, string> Metadata) ReadHeader(FileStream stream)
    {
        long fileLength = stream.Length;
        if (fileLength < 8)
        {
            throw new FormatException($"the file holds {fileLength} bytes; a safetensors file begins with 8 bytes of header length");
        }

        Span<byte> lengthBytes = stackalloc byte[8];
        stream.ReadExactly(lengthBytes);
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(lengthBytes);
        if (length > SafeTensorsHeader.MaximumLength)
        {
            throw new FormatException(
                $"not a safetensors file: its first 8 bytes claim a header of {length} bytes (at most {SafeTensorsHeader.MaximumLength} are allowed)");
        }

        if ((long)length > fileLength - 8)
        {
            throw new FormatException(
                $"the file is truncated: its header should take {length} bytes, {fileLength - 8} are there");
        }

        byte[] header = new byte[(int)length];
        stream.ReadExactly(header);
        return SafeTensorsHeader.Parse(header, fileLength - 8 - (long)length);
    }
}
