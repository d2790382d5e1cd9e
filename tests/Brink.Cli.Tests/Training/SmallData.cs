using System.Buffers.Binary;
using Brink.Experiments.Tests;

namespace Brink.Cli.Tests.Training;

/// <summary>A folder with a few images of noise in MNIST's own format, and options for a network that trains on them in moments.</summary>
internal sealed class SmallData : IDisposable
{
    internal const int Images = 64;

    private readonly string _folder = Directory.CreateTempSubdirectory("brink-train-").FullName;

    internal SmallData()
    {
        byte[] images = new byte[16 + (Images * 784)];
        BinaryPrimitives.WriteInt32BigEndian(images, 0x803);
        BinaryPrimitives.WriteInt32BigEndian(images.AsSpan(4), Images);
        BinaryPrimitives.WriteInt32BigEndian(images.AsSpan(8), 28);
        BinaryPrimitives.WriteInt32BigEndian(images.AsSpan(12), 28);
        new Random(1).NextBytes(images.AsSpan(16));
        byte[] labels = [0, 0, 8, 1, 0, 0, 0, Images, .. Enumerable.Range(0, Images).Select(k => (byte)(k % 10))];
        foreach (string split in (string[])["train", "t10k"])
        {
            File.WriteAllBytes(this[$"{split}-images-idx3-ubyte"], images);
            File.WriteAllBytes(this[$"{split}-labels-idx1-ubyte"], labels);
        }
    }

    internal string Folder => _folder;

    internal string this[string name] => Path.Combine(_folder, name);

    /// <summary>A command line that trains; what the machine would decide is given, so that nothing is measured.</summary>
    internal string[] Train(string name, params string[] more) =>
    [
        "train", "--data", "mnist", "--from", _folder, "--subset", "first", "--count", $"{Images}", "--widths", "8",
        "--micro-batch", "32", "--keep-graph", "yes", "--threads", "2", "--test-every", "0", "--out", this[name], "--quiet", .. more,
    ];

    /// <summary>The same problem for <c>brink flow --central</c>.</summary>
    internal string[] CentralFlow(string name, params string[] more) =>
        ["flow", "--central", .. Train(name, ["--activation", "tanh", "--loss", "squared", "--sharpness-every", "0", .. more])[1..]];

    public void Dispose() => TemporaryFolder.Remove(_folder);
}
