using System.Buffers.Binary;
using System.Formats.Tar;
using System.IO.Compression;
using Brink.Data;

namespace Brink.Tests.Data;

/// <summary>A folder of a test's own, deleted after it.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public TemporaryFolder() => Path = Directory.CreateTempSubdirectory("brink-data-").FullName;

    public string Path { get; }

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public string Write(string name, byte[] content)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(this[name])!);
        File.WriteAllBytes(this[name], content);
        return this[name];
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

/// <summary>Makes small files in the very formats of the official ones.</summary>
internal static class Fixtures
{
    public static byte[] IdxImages(int count, int height = 28, int width = 28, int magic = 0x803)
    {
        byte[] file = new byte[16 + (count * height * width)];
        BinaryPrimitives.WriteInt32BigEndian(file, magic);
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(4), count);
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(8), height);
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(12), width);
        new Random(count).NextBytes(file.AsSpan(16));
        return file;
    }

    public static byte[] IdxLabels(params byte[] labels)
    {
        byte[] file = new byte[8 + labels.Length];
        BinaryPrimitives.WriteInt32BigEndian(file, 0x801);
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(4), labels.Length);
        labels.CopyTo(file.AsSpan(8));
        return file;
    }

    /// <summary>A file of the folder Official, which other programs wrote (the scripts lie beside).</summary>
    public static byte[] Resource(string name)
    {
        using Stream stream = typeof(Fixtures).Assembly.GetManifestResourceStream(name)!;
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }

    /// <summary>Labels 0, 1, …, 9, 0, 1, ….</summary>
    public static byte[] Cycle(int count) => [.. Enumerable.Range(0, count).Select(i => (byte)(i % 10))];

    public static byte[] CifarBatch(byte[] labels, int seed)
    {
        byte[] file = new byte[labels.Length * 3073];
        new Random(seed).NextBytes(file);
        for (int i = 0; i < labels.Length; i++)
        {
            file[i * 3073] = labels[i];
        }

        return file;
    }

    public static byte[] Gzip(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(content);
        }

        return packed.ToArray();
    }

    public static byte[] TarGzip(params (string Name, byte[] Content)[] members)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        using (var tar = new TarWriter(gzip))
        {
            foreach ((string name, byte[] content) in members)
            {
                tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content), ModificationTime = DateTimeOffset.UnixEpoch });
            }
        }

        return packed.ToArray();
    }

    public static SampleSelection First(long first, int? count) => new("first", first, count, 0);

    public static SampleSelection Drawn(int? count, ulong seed = 0) => new("stratified", 0, count, seed);

    /// <summary>The checksum a definition asks for.</summary>
    public static Checksum Sha256Of(byte[] content) => Checksum.Sha256(string.Empty).Of(content);
}
