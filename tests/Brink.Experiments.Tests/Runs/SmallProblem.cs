using System.Buffers.Binary;

namespace Brink.Experiments.Tests.Runs;

/// <summary>A problem that trains in moments: a few images of noise with labels, in MNIST's own format, and a narrow network.</summary>
internal sealed class SmallProblem : IDisposable
{
    internal const int TrainImages = 96;
    private const int TestImages = 40;

    private readonly TemporaryFolder _folder = new();

    internal SmallProblem()
    {
        Write("train", TrainImages);
        Write("t10k", TestImages);
    }

    internal string this[string name] => _folder[name];

    /// <summary>A specification on these images; what the machine would decide is given, so that nothing is measured.</summary>
    internal Specification Specification(string method, string name) => new()
    {
        Data = "mnist",
        From = _folder.Path,
        Subset = "first",
        Count = TrainImages,
        Widths = [8, 8],
        Method = method,
        Iterations = 14,
        SharpnessEvery = 5,
        SharpnessTolerance = 1e-2,
        TestEvery = 7,
        Threads = 2,
        MicroBatch = 32,
        KeepGraph = "yes",
        CheckpointEvery = 3,
        Out = _folder[name],
    };

    public void Dispose() => _folder.Dispose();

    private void Write(string split, int count)
    {
        byte[] images = new byte[16 + (count * 784)];
        BinaryPrimitives.WriteInt32BigEndian(images, 0x803);
        BinaryPrimitives.WriteInt32BigEndian(images.AsSpan(4), count);
        BinaryPrimitives.WriteInt32BigEndian(images.AsSpan(8), 28);
        BinaryPrimitives.WriteInt32BigEndian(images.AsSpan(12), 28);
        new Random(count).NextBytes(images.AsSpan(16));
        File.WriteAllBytes(_folder[$"{split}-images-idx3-ubyte"], images);
        byte[] labels = new byte[8 + count];
        BinaryPrimitives.WriteInt32BigEndian(labels, 0x801);
        BinaryPrimitives.WriteInt32BigEndian(labels.AsSpan(4), count);
        for (int k = 0; k < count; k++)
        {
            labels[8 + k] = (byte)(k % 10);
        }

        File.WriteAllBytes(_folder[$"{split}-labels-idx1-ubyte"], labels);
    }
}
