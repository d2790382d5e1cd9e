namespace Brink.Data;

/// <summary>One file of a data set as its makers publish it.</summary>
/// <param name="Name">Its name unpacked, e.g. <c>train-images-idx3-ubyte</c> or <c>data_batch_1.bin</c>.</param>
/// <param name="Length">Its length unpacked, in bytes.</param>
/// <param name="Content">
/// Checksum of the unpacked bytes: packing anew, as Debian does, does not change it. <see langword="null"/> where none is
/// published; then the archive it comes out of is what is verified, and what came out of it is remembered by its SHA-256.
/// </param>
/// <param name="PackedName">The name it is published under where it is packed alone, e.g. with <c>.gz</c>.</param>
/// <param name="Packed">The published checksum of the packed file.</param>
public sealed record OfficialFile(
    string Name, long Length, Checksum? Content, string? PackedName = null, Checksum? Packed = null);

/// <summary>An archive (.tar.gz or .zip) that holds all files of a data set, as its makers publish it.</summary>
/// <param name="Name">Its file name.</param>
/// <param name="Published">Its published checksum.</param>
public sealed record OfficialArchive(string Name, Checksum Published);

/// <summary>A run of consecutive samples and the files they lie in.</summary>
/// <param name="First">Place of its first sample in the official order of the split.</param>
/// <param name="Count">Number of samples in the official files.</param>
/// <param name="Files">The files in the order that the format reads them (IDX: images, labels).</param>
public sealed record DataShard(int First, int Count, IReadOnlyList<OfficialFile> Files);

/// <summary>A split: <c>train</c> or <c>test</c>.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Shards">Its shards in the official order.</param>
public sealed record DataSplit(string Name, IReadOnlyList<DataShard> Shards)
{
    /// <summary>Number of samples in the official files.</summary>
    public int Count => Shards.Sum(shard => shard.Count);
}

/// <summary>
/// A data set of the catalogue: what it holds, in which official files, and where those are had. A new set is one more
/// value of this type, with a new <see cref="ImageFormat"/> or <see cref="DataMirror"/> only where its files need one.
/// </summary>
/// <param name="Traits">Name, shape, classes, statistics.</param>
/// <param name="Title">The set's full name.</param>
/// <param name="Format">Reads its files.</param>
/// <param name="Splits">Its splits.</param>
/// <param name="Mirrors">Where its files are had, in the order they are tried.</param>
/// <param name="Folders">Sub-folders that copies of the set commonly keep the files in.</param>
/// <param name="Archives">Archives that hold all files, plain or packed with gzip, in any folder.</param>
/// <param name="ClassNamesFile">A small file with one class name a line that goes with the set, or none.</param>
public sealed record DataSetDefinition(
    ImageSetTraits Traits,
    string Title,
    ImageFormat Format,
    IReadOnlyList<DataSplit> Splits,
    IReadOnlyList<DataMirror> Mirrors,
    IReadOnlyList<string> Folders,
    IReadOnlyList<OfficialArchive> Archives,
    string? ClassNamesFile = null)
{
    /// <summary>The name the command line knows it by.</summary>
    public string Name => Traits.Name;

    /// <summary>Every official file, train before test.</summary>
    public IEnumerable<OfficialFile> Files => Splits.SelectMany(s => s.Shards).SelectMany(s => s.Files);

    /// <summary>The split of that name.</summary>
    /// <param name="name"><c>train</c> or <c>test</c>.</param>
    /// <exception cref="BrinkException">There is none; the nearest is suggested.</exception>
    public DataSplit Split(string name) =>
        Splits.FirstOrDefault(s => s.Name == name)
        ?? throw NearestName.Unknown($"split of {Name}", name, [.. Splits.Select(s => s.Name)]);
}
