using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace Brink.Torch.Serialization;

/// <summary>
/// The JSON header of a safetensors file: <c>{"__metadata__": {…}, "name": {"dtype", "shape", "data_offsets"}, …}</c>.
/// Offsets count from the first byte after the header; together they must cover the data without a gap or an overlap.
/// </summary>
internal static class SafeTensorsHeader
{
    /// <summary>The largest header read, in bytes; the bound of the format's own library, against files that claim more.</summary>
    internal const long MaximumLength = 100_000_000;

    private const string MetadataName = "__metadata__";

    /// <summary>Where a tensor lies: bytes [Begin, End) of the data section.</summary>
    internal readonly record struct Entry(string Name, ScalarType Type, long[] Shape, long Begin, long End);

    /// <summary>Reads a header and checks it against the length of the data that follows it.</summary>
    /// <param name="json">The header's bytes.</param>
    /// <param name="dataLength">Bytes that follow the header.</param>
    /// <returns>The entries in the order of their data, and the metadata.</returns>
    /// <exception cref="FormatException">Anything is not as the format demands; one line that says what.</exception>
    internal static (List<Entry> Entries, Dictionary<string, string> Metadata) Parse(ReadOnlyMemory<byte> json, long dataLength)
    {
        List<Entry> entries = [];
        Dictionary<string, string> metadata = [];
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 8 });
        }
        catch (JsonException error)
        {
            throw new FormatException($"the header is not valid JSON: {error.Message.ReplaceLineEndings(" ")}", error);
        }

        using (document)
        {
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw new FormatException("the header is not a JSON object");
            }

            foreach (JsonProperty property in document.RootElement.EnumerateObject())
            {
                if (property.Name == MetadataName)
                {
                    ReadMetadata(property.Value, metadata);
                }
                else
                {
                    entries.Add(ReadEntry(property));
                }
            }
        }

        entries.Sort((a, b) => a.Begin != b.Begin ? a.Begin.CompareTo(b.Begin) : a.End.CompareTo(b.End));
        CheckCover(entries, dataLength);
        return (entries, metadata);
    }

    /// <summary>Writes a header, padded with spaces so that the data after it begins at a multiple of 8 bytes.</summary>
    /// <param name="tensors">The tensors in the order of their data.</param>
    /// <param name="metadata">Text to keep with them.</param>
    /// <returns>The header's bytes, padding included, the 8 length bytes not.</returns>
    internal static ReadOnlyMemory<byte> Compose(
        IReadOnlyList<SafeTensor> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter writer = new(buffer))
        {
            writer.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                writer.WriteStartObject(MetadataName);
                foreach ((string key, string value) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
                {
                    writer.WriteString(key, value);
                }

                writer.WriteEndObject();
            }

            long offset = 0;
            foreach (SafeTensor tensor in tensors)
            {
                writer.WriteStartObject(tensor.Name);
                writer.WriteString("dtype", SafeTensorType.NameOf(tensor.Type));
                writer.WriteStartArray("shape");
                foreach (long size in tensor.Shape)
                {
                    writer.WriteNumberValue(size);
                }

                writer.WriteEndArray();
                writer.WriteStartArray("data_offsets");
                writer.WriteNumberValue(offset);
                offset += tensor.Data.Length;
                writer.WriteNumberValue(offset);
                writer.WriteEndArray();
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        }

        int padding = (8 - (buffer.WrittenCount % 8)) % 8;
        buffer.GetSpan(padding)[..padding].Fill((byte)' ');
        buffer.Advance(padding);
        if (buffer.WrittenCount > MaximumLength)
        {
            throw new FormatException(
                $"the header would take {buffer.WrittenCount} bytes; the format allows {MaximumLength}");
        }

        return buffer.WrittenMemory;
    }

    /// <summary>Checks what a writer was given: names, sizes and lengths.</summary>
    /// <exception cref="FormatException">A name is empty, reserved or given twice, or a shape and its data do not agree.</exception>
    internal static void CheckTensors(IEnumerable<SafeTensor> tensors)
    {
        HashSet<string> names = new(StringComparer.Ordinal);
        foreach (SafeTensor tensor in tensors)
        {
            CheckName(tensor.Name);
            if (!names.Add(tensor.Name))
            {
                throw new FormatException($"two tensors are named '{tensor.Name}'");
            }

            long bytes = ByteCount(tensor.Name, tensor.Type, tensor.Shape);
            if (bytes != tensor.Data.Length)
            {
                throw new FormatException(
                    $"tensor '{tensor.Name}' of shape {Describe(tensor.Shape)} takes {bytes} bytes, but {tensor.Data.Length} were given");
            }
        }
    }

    private static void CheckName(string name)
    {
        if (name.Length == 0)
        {
            throw new FormatException("a tensor's name is empty");
        }

        if (name == MetadataName)
        {
            throw new FormatException($"a tensor cannot be named '{MetadataName}': the format reserves that name");
        }
    }

    private static void ReadMetadata(JsonElement element, Dictionary<string, string> metadata)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException($"'{MetadataName}' is not an object of strings");
        }

        foreach (JsonProperty pair in element.EnumerateObject())
        {
            if (pair.Value.ValueKind != JsonValueKind.String)
            {
                throw new FormatException($"'{MetadataName}' holds '{pair.Name}', which is not a string");
            }

            metadata[pair.Name] = pair.Value.GetString()!;
        }
    }

    private static Entry ReadEntry(JsonProperty property)
    {
        string name = property.Name;
        CheckName(name);
        if (property.Value.ValueKind != JsonValueKind.Object
            || !property.Value.TryGetProperty("dtype", out JsonElement dtype)
            || dtype.ValueKind != JsonValueKind.String
            || !property.Value.TryGetProperty("shape", out JsonElement shapeElement)
            || !property.Value.TryGetProperty("data_offsets", out JsonElement offsetsElement))
        {
            throw new FormatException($"tensor '{name}' lacks its dtype, shape or data_offsets");
        }

        if (!SafeTensorType.TryParse(dtype.GetString()!, out ScalarType? type))
        {
            throw new FormatException(
                $"tensor '{name}' has the element type '{dtype.GetString()}'; known are {SafeTensorType.Names}");
        }

        long[] shape = ReadIntegers(name, "shape", shapeElement);
        long[] offsets = ReadIntegers(name, "data_offsets", offsetsElement);
        if (offsets.Length != 2 || offsets[1] < offsets[0])
        {
            throw new FormatException($"tensor '{name}' has the data_offsets {Describe(offsets)}; they must be [begin, end] with begin ≤ end");
        }

        long bytes = ByteCount(name, type.Value, shape);
        if (offsets[1] - offsets[0] != bytes)
        {
            throw new FormatException(
                $"tensor '{name}' of shape {Describe(shape)} takes {bytes} bytes, but its data_offsets hold {offsets[1] - offsets[0]}");
        }

        return new Entry(name, type.Value, shape, offsets[0], offsets[1]);
    }

    private static long[] ReadIntegers(string name, string field, JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            long[] values = new long[element.GetArrayLength()];
            for (int i = 0; i < values.Length; i++)
            {
                if (element[i].ValueKind != JsonValueKind.Number || !element[i].TryGetInt64(out values[i]) || values[i] < 0)
                {
                    throw new FormatException($"tensor '{name}': {field} holds {element[i].GetRawText()}, which is not a whole number ≥ 0");
                }
            }

            return values;
        }

        throw new FormatException($"tensor '{name}': {field} is not an array of whole numbers");
    }

    private static long ByteCount(string name, ScalarType type, long[] shape)
    {
        try
        {
            long count = SafeTensorType.SizeOf(type);
            foreach (long size in shape)
            {
                if (size < 0)
                {
                    throw new FormatException($"tensor '{name}' has a negative size in its shape {Describe(shape)}");
                }

                count = checked(count * size);
            }

            return count;
        }
        catch (OverflowException error)
        {
            throw new FormatException($"tensor '{name}' has the shape {Describe(shape)}, more than any file can hold", error);
        }
    }

    private static void CheckCover(List<Entry> entries, long dataLength)
    {
        long end = 0;
        string before = "";
        foreach (Entry entry in entries)
        {
            if (entry.Begin < end)
            {
                throw new FormatException($"the data of tensors '{before}' and '{entry.Name}' overlap");
            }

            if (entry.Begin > end)
            {
                throw new FormatException($"{entry.Begin - end} bytes before the data of tensor '{entry.Name}' belong to no tensor");
            }

            end = entry.End;
            before = entry.Name;
        }

        if (end > dataLength)
        {
            throw new FormatException($"the file is truncated: its header promises {end} bytes of data, {dataLength} are there");
        }

        if (end < dataLength)
        {
            throw new FormatException($"{dataLength - end} bytes after the last tensor belong to no tensor");
        }
    }

    private static string Describe(long[] values) =>
        "[" + string.Join(", ", values.Select(v => v.ToString(CultureInfo.InvariantCulture))) + "]";
}
