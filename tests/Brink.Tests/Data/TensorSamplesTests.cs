using System.Runtime.InteropServices;
using System.Text;
using Brink.Data;
using Brink.Torch;
using Brink.Torch.Serialization;
using FsCheck;
using FsCheck.Fluent;

namespace Brink.Tests.Data;

public sealed class TensorSamplesTests : IDisposable
{
    private static readonly (string Descr, ScalarType Type, int Bytes)[] s_types =
        [("|u1", ScalarType.UInt8, 1), ("<i8", ScalarType.Int64, 8), ("<f4", ScalarType.Float32, 4), ("<f8", ScalarType.Float64, 8), ("<i2", ScalarType.Int16, 2)];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Bytes_that_numpy_saved_are_images_with_the_statistics_numpy_computes()
    {
        string inputs = _folder.Write("images.npy", Fixtures.Resource("images.npy"));
        string labels = _folder.Write("labels.npy", Fixtures.Resource("labels.npy"));
        var set = (ImageSet)new TensorSamples(inputs, labels).Load("train", SampleSelection.All);
        Assert.Equal((6, 3, 3, 2, 2), (set.Count, set.Classes, set.Channels, set.Height, set.Width));
        Assert.Equal(Enumerable.Range(0, 72).Select(i => (byte)i), set.Pixels.ToArray());
        Assert.Equal([0, 1, 2, 0, 1, 2], set.Labels);
        Assert.Equal(0.12352941176470589, set.Mean[0], 1e-15);
        Assert.Equal(0.08048774804617174, set.StandardDeviation[2], 1e-15);
    }

    [Fact]
    public void Numbers_that_numpy_saved_in_npz_are_standardised_with_numpys_mean_and_deviation()
    {
        var samples = new TensorSamples(_folder.Write("numbers.npz", Fixtures.Resource("numbers.npz")));
        SampleSet set = samples.Load("train", SampleSelection.All);
        Assert.Equal((8, 2, 1, 1, 5), (set.Count, set.Classes, set.Channels, set.Height, set.Width));
        Assert.Equal(2.879111374169588, set.Mean[0], 1e-14);
        Assert.Equal(1.574247411158371, set.StandardDeviation[0], 1e-14);
        double[] values = new double[10];
        set.CopyStandardised([7, 0], values);
        Assert.Equal((5.9868621826171875 - set.Mean[0]) / set.StandardDeviation[0], values[4]);
        float[] singles = new float[5];
        set.CopyStandardised([7], singles);
        Assert.Equal((5.9868621826171875f - (float)set.Mean[0]) / (float)set.StandardDeviation[0], singles[4]);

        // The test split is standardised by what the training samples measured.
        SampleSet test = samples.Load("test", SampleSelection.All, null, new Standardisation([1], [2]));
        Assert.Equal([1, 0], test.Labels);
        test.CopyStandardised([0], values);
        Assert.Equal(0, values[0]);
    }

    [Fact]
    public void Safetensors_of_every_legal_kind_of_input_and_label_are_read()
    {
        byte[] doubles = MemoryMarshal.AsBytes<double>([1, 2, 3, 4, 5, 6, 7, 8]).ToArray();
        string path = Save(new SafeTensor("inputs", ScalarType.Float64, [2, 2, 2], doubles), new SafeTensor("labels", ScalarType.Int8, [2], new byte[] { 1, 0 }));
        SampleSet set = new TensorSamples(path).Load("train", SampleSelection.All);
        Assert.Equal((1, 2, 2), (set.Channels, set.Height, set.Width));
        Assert.Equal(4.5, set.Mean[0], 1e-15);
        Assert.Equal([1, 0], set.Labels);
        Assert.Equal([1], new TensorSamples(path).Load("train", Fixtures.First(1, 1)).SampleIndices);
    }

    [Fact]
    public void Npy_files_are_read_back_as_written_whatever_type_shape_and_version() =>
        Prop.ForAll(Arb.From(Gen.Choose(0, int.MaxValue)), Arb.From(Gen.Choose(1, 3)), (seed, version) =>
        {
            var random = new Random(seed);
            (string descr, ScalarType type, int bytes) = s_types[random.Next(s_types.Length)];
            long[] shape = [.. Enumerable.Range(0, random.Next(5)).Select(_ => (long)random.Next(1, 5))];
            byte[] data = new byte[shape.Aggregate(1L, (product, size) => product * size) * bytes];
            random.NextBytes(data);
            SafeTensor read = NpyFormat.Read("x", Npy(descr, shape, data, version));
            return read.Type == type && read.Shape.SequenceEqual(shape) && read.Data.Span.SequenceEqual(data);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Files_cut_at_any_byte_are_refused_in_one_line()
    {
        byte[] npy = Fixtures.Resource("images.npy");
        string labels = _folder.Write("labels.npy", Fixtures.Resource("labels.npy"));
        for (int length = 0; length < npy.Length; length++)
        {
            Refused(_folder.Write("images.npy", npy[..length]), labels);
        }

        byte[] npz = Fixtures.Resource("numbers.npz");
        for (int length = 0; length < npz.Length; length++)
        {
            Refused(_folder.Write("numbers.npz", npz[..length]));
        }

        string path = Save(Bytes("inputs", 2, 4), Bytes("labels", 2));
        byte[] whole = File.ReadAllBytes(path);
        for (int length = 0; length < whole.Length; length++)
        {
            Refused(_folder.Write("samples.safetensors", whole[..length]));
        }
    }

    [Fact]
    public void An_npz_with_any_byte_changed_is_read_or_refused_but_never_crashes()
    {
        byte[] npz = Fixtures.Resource("numbers.npz");
        for (int at = 0; at < npz.Length; at++)
        {
            byte[] changed = [.. npz];
            changed[at] ^= 0x55;
            try
            {
                new TensorSamples(_folder.Write("numbers.npz", changed)).Load("train", SampleSelection.All);
            }
            catch (BrinkException refused)
            {
                Assert.DoesNotContain('\n', refused.Message);
            }
        }
    }

    [Fact]
    public void Arrays_that_do_not_make_samples_are_refused_with_what_would()
    {
        SafeTensor labels = new("labels", ScalarType.UInt8, [2], new byte[] { 0, 1 });
        Assert.Contains("expected the arrays inputs and labels, found no labels", Refused(Save(Bytes("inputs", 2, 4))));
        Assert.Contains("expected inputs as N×D, N×H×W or N×C×H×W of UInt8, Float32 or Float64, found 2 of UInt8", Refused(Save(Bytes("inputs", 2), labels)));
        Assert.Contains("expected 3 labels as inputs has samples, found 2", Refused(Save(Bytes("inputs", 3, 4), labels)));
        Assert.Contains("labels are real numbers; expected whole numbers", Refused(Save(Bytes("inputs", 2, 4), new SafeTensor("labels", ScalarType.Float32, [2, 1], new byte[8]))));
        Assert.Contains("expected at least two classes, found only label 0", Refused(Save(Bytes("inputs", 2, 4), Bytes("labels", 2))));
        Assert.Contains("expected every label from 0 to 2 among the labels, found no 1", Refused(Save(Bytes("inputs", 2, 4), labels with { Data = new byte[] { 0, 2 } })));
        Assert.Contains("expected labels from 0 to at most 1000000, found -1 at sample 1", Refused(Save(Bytes("inputs", 2, 4), labels with { Type = ScalarType.Int8, Data = new byte[] { 0, 255 } })));
        Assert.Contains("expected test_labels from 0 to 1, found 7 at sample 0", Refused(Save(Bytes("inputs", 2, 4), labels, Bytes("test_inputs", 1, 4), new SafeTensor("test_labels", ScalarType.UInt8, [1], new byte[] { 7 }))));
        Assert.Contains("expected test_inputs as N×4 of UInt8 as inputs are, found 1×5", Refused(Save(Bytes("inputs", 2, 4), labels, Bytes("test_inputs", 1, 5), Bytes("test_labels", 1))));
        byte[] nan = MemoryMarshal.AsBytes<float>([1, 2, 3, float.NaN]).ToArray();
        Assert.Contains("expected finite inputs, found NaN in sample 1 of train", Refused(Save(new SafeTensor("inputs", ScalarType.Float32, [2, 2], nan), labels)));
        Assert.Contains("in Fortran order", Refused(_folder.Write("images.npy", Fixtures.Resource("fortran.npy")), _folder.Write("labels.npy", Fixtures.Resource("labels.npy"))));
        Assert.Contains("its elements are '>f4'", Refused(_folder.Write("images.npy", Npy(">f4", [1], new byte[4], 1)), "labels.npy"));
        Assert.Contains("name that of the labels with labels", Refused(_folder["images.npy"]));
        Assert.Contains("expected a .safetensors, .npz or .npy file", Refused(_folder.Write("a.csv", [])));
        Assert.Contains("nowhere.npz", Refused(_folder["nowhere.npz"]));
    }

    private static SafeTensor Bytes(string name, params long[] shape) =>
        new(name, ScalarType.UInt8, shape, new byte[shape.Aggregate(1L, (product, size) => product * size)]);

    private static byte[] Npy(string descr, long[] shape, byte[] data, int version)
    {
        string sizes = shape.Length == 1 ? $"({shape[0]},)" : $"({string.Join(", ", shape)})";
        byte[] header = Encoding.ASCII.GetBytes($"{{'descr': '{descr}', 'fortran_order': False, 'shape': {sizes}, }}\n");
        byte[] length = version == 1 ? BitConverter.GetBytes((ushort)header.Length) : BitConverter.GetBytes(header.Length);
        return [0x93, .. "NUMPY"u8, (byte)version, 0, .. length, .. header, .. data];
    }

    private static string Refused(string path, string? labels = null)
    {
        string message = Assert.Throws<BrinkException>(() => new TensorSamples(path, labels).Load("train", SampleSelection.All)).Message;
        Assert.DoesNotContain('\n', message);
        Assert.Contains(Path.GetDirectoryName(path)!, message);
        return message;
    }

    private string Save(params SafeTensor[] tensors)
    {
        SafeTensorsFile.Write(_folder["samples.safetensors"], tensors);
        return _folder["samples.safetensors"];
    }
}
