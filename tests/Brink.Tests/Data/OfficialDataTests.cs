using System.Text.Json;
using Brink.Data;

namespace Brink.Tests.Data;

/// <summary>The official files as they lie on this machine; skipped, with a word, where they do not.</summary>
public sealed class OfficialDataTests
{
    private static SampleSelection First(long first, int? count) => new("first", first, count, 0);

    private static string SharedFolder()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string shared = Path.Combine(folder.FullName, "shared");
            if (Directory.Exists(Path.Combine(shared, "golden")))
            {
                return shared;
            }
        }

        Assert.Skip("no folder shared/ beside the repository");
        return string.Empty;
    }

    private static DataStore StoreWithFashion()
    {
        var store = new DataStore(Path.Combine(Path.GetTempPath(), "brink-no-data"));
        if (!store.Has("fashion-mnist", "train") || !store.Has("fashion-mnist", "test"))
        {
            Assert.Skip("Debian's dataset-fashion-mnist is not installed");
        }

        return store;
    }

    [Fact]
    public void Fashion_mnist_of_the_debian_package_has_the_official_shape_labels_and_statistics()
    {
        ImageSet train = StoreWithFashion().Load("fashion-mnist", "train", SampleSelection.All);

        Assert.Equal((60_000, 10, 1, 28, 28), (train.Count, train.Classes, train.Channels, train.Height, train.Width));
        // The set is balanced, and opens with an ankle boot, two tops and a dress.
        Assert.All(train.Labels.GroupBy(label => label), group => Assert.Equal(6_000, group.Count()));
        Assert.Equal([9, 0, 0, 3], train.Labels[..4]);
        Assert.Equal("Ankle boot", train.ClassNames![9]);

        double sum = 0;
        double squares = 0;
        foreach (byte pixel in train.Pixels)
        {
            sum += pixel / 255.0;
            squares += pixel / 255.0 * (pixel / 255.0);
        }

        double mean = sum / train.Pixels.Length;
        Assert.Equal(0.2860, mean, 4);
        Assert.Equal(0.3530, Math.Sqrt((squares / train.Pixels.Length) - (mean * mean)), 4);
    }

    [Fact]
    public void The_statistics_and_samples_are_those_of_the_golden_trajectories()
    {
        string golden = Path.Combine(SharedFolder(), "golden", "fashion-mlp-mse.json");
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(golden));
        JsonElement root = document.RootElement;
        ImageSet set = StoreWithFashion().Load(
            root.GetProperty("dataset").GetString()!,
            root.GetProperty("split").GetString()!,
            First(root.GetProperty("first").GetInt64(), root.GetProperty("count").GetInt32()));

        Assert.Equal(1_000, set.Count);
        Assert.Equal(Enumerable.Range(0, 1_000), set.SampleIndices);
        JsonElement normalise = root.GetProperty("normalise");
        Assert.Equal(normalise.GetProperty("mean").EnumerateArray().Select(e => e.GetDouble()), set.Mean);
        Assert.Equal(normalise.GetProperty("std").EnumerateArray().Select(e => e.GetDouble()), set.StandardDeviation);

        // Standardised pixels against the formula itself, in both precisions, bit for bit.
        double[] inputs = new double[2 * 784];
        float[] singles = new float[2 * 784];
        set.CopyStandardised([7, 999], inputs);
        set.CopyStandardised([7, 999], singles);
        for (int i = 0; i < 784; i++)
        {
            Assert.Equal(((set.PixelsOf(7)[i] / 255.0) - 0.2860) / 0.3530, inputs[i]);
            Assert.Equal(((set.PixelsOf(999)[i] / 255.0) - 0.2860) / 0.3530, inputs[784 + i]);
            Assert.Equal(((set.PixelsOf(7)[i] / 255f) - 0.2860f) / 0.3530f, singles[i]);
        }
    }

    [Theory]
    [InlineData("train", "data_batch_1.bin")]
    [InlineData("test", "test_batch.bin")]
    public void Cifar10_samples_come_out_of_a_copy_that_holds_only_some_batches(string split, string file)
    {
        string data = Path.Combine(SharedFolder(), "data");
        var store = new DataStore(Path.Combine(Path.GetTempPath(), "brink-no-data"));
        byte[] batch = File.ReadAllBytes(Path.Combine(data, "cifar-10-batches-bin", file));

        // The folder's parent and the folder itself will both do.
        foreach (string from in new[] { data, Path.Combine(data, "cifar-10-batches-bin") })
        {
            ImageSet set = store.Load("cifar10", split, First(100, 400), from);
            Assert.Equal((400, 3, 32, 32, 10), (set.Count, set.Channels, set.Height, set.Width, set.Classes));
            Assert.Equal(batch[(100 * 3073)..][1..3073], set.PixelsOf(0).ToArray());
            Assert.Equal(batch[499 * 3073], set.Labels[399]);
            Assert.Equal("truck", set.ClassNames![9]);
        }

        Assert.Equal(split == "test", store.Has("cifar10", split, data));
    }

    [Fact]
    public void Cifar10_samples_in_absent_batches_are_refused_naming_the_file_and_what_is_at_hand()
    {
        string data = Path.Combine(SharedFolder(), "data");
        var store = new DataStore(Path.Combine(Path.GetTempPath(), "brink-no-data"));

        string byPlace = Assert.Throws<BrinkException>(() => store.Load("cifar10", "train", First(9_990, 20), data)).Message;
        Assert.Contains("samples 10000 to 10009 lie in data_batch_2.bin", byPlace, StringComparison.Ordinal);
        Assert.Contains("at hand are samples 0 to 9999", byPlace, StringComparison.Ordinal);

        string drawn = Assert.Throws<BrinkException>(
            () => store.Load("cifar10", "train", new SampleSelection("stratified", 0, 5_000, 0), data)).Message;
        Assert.Contains("needs data_batch_2.bin", drawn, StringComparison.Ordinal);
        Assert.Contains("subset 'first'", drawn, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stratified_draw_of_fashion_mnist_is_balanced_and_repeatable()
    {
        DataStore store = StoreWithFashion();
        ImageSet one = store.Load("fashion-mnist", "train", new SampleSelection("stratified", 0, 5_000, 3));
        ImageSet other = store.Load("fashion-mnist", "train", new SampleSelection("stratified", 0, 5_000, 3));

        Assert.All(one.Labels.GroupBy(label => label), group => Assert.Equal(500, group.Count()));
        Assert.Equal(one.SampleIndices, other.SampleIndices);
        Assert.True(one.Pixels.SequenceEqual(other.Pixels));
    }
}
