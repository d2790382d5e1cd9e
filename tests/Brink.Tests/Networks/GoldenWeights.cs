using System.Buffers.Binary;
using System.Text.Json;

namespace Brink.Tests.Networks;

/// <summary>The reference start weights in <c>shared/golden</c>, read without the library under test.</summary>
internal static class GoldenWeights
{
    /// <summary>Names, shapes and raw float64 bytes of a file; skips the test where the folder is absent.</summary>
    internal static IReadOnlyList<(string Name, long[] Shape, byte[] Bytes)> Read(string file)
    {
        byte[] bytes = File.ReadAllBytes(Find(file));
        int header = checked((int)BinaryPrimitives.ReadInt64LittleEndian(bytes));
        using var document = JsonDocument.Parse(bytes.AsMemory(8, header));
        return
        [
            .. document.RootElement.EnumerateObject().Select(entry =>
            {
                Assert.Equal("F64", entry.Value.GetProperty("dtype").GetString());
                long[] shape = [.. entry.Value.GetProperty("shape").EnumerateArray().Select(length => length.GetInt64())];
                JsonElement offsets = entry.Value.GetProperty("data_offsets");
                return (entry.Name, shape, bytes[(8 + header + offsets[0].GetInt32())..(8 + header + offsets[1].GetInt32())]);
            }),
        ];
    }

    private static string Find(string file)
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string path = Path.Combine(folder.FullName, "shared", "golden", file);
            if (File.Exists(path))
            {
                return path;
            }
        }

        Assert.Skip($"the reference file shared/golden/{file} is not beside this checkout");
        return "";
    }
}
