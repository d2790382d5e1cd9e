using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Brink.Torch;
using Brink.Torch.Serialization;
using FsCheck;
using FsCheck.Fluent;

namespace Brink.Experiments.Tests;

public sealed class SafeTensorsFileTests
{
    [Theory]
    [InlineData("fashion-mlp-mse", 6, 89610)]
    [InlineData("fashion-mlp6-kaiming-mse", 14, 130010)]
    [InlineData("cifar10-cnn-mse", 6, 30634)]
    public void Golden_start_weights_are_read_whole(string name, int count, long parameters)
    {
        string path = SharedFolder.Require($"golden/{name}.init.safetensors");
        (IReadOnlyList<SafeTensor> tensors, _) = SafeTensorsFile.Read(path);
        Assert.Equal(count, tensors.Count);
        Assert.Equal(parameters, tensors.Sum(t => t.Shape.Aggregate(1L, (a, b) => a * b)));
        Assert.All(tensors, t => Assert.Equal(ScalarType.Float64, t.Type));
        foreach (SafeTensor tensor in tensors)
        {
            // PyTorch's default start lies within 1/√fan-in of 0; Kaiming-normal weights are wider but of the same order.
            foreach (double w in MemoryMarshal.Cast<byte, double>(tensor.Data.Span))
            {
                Assert.InRange(w, -2.0, 2.0);
            }
        }
    }

    [Fact]
    public void Writing_golden_weights_again_gives_tensors_that_are_the_same()
    {
        string path = SharedFolder.Require("golden/cifar10-cnn-mse.init.safetensors");
        using TemporaryFolder folder = new();
        (IReadOnlyList<SafeTensor> tensors, IReadOnlyDictionary<string, string> metadata) = SafeTensorsFile.Read(path);
        SafeTensorsFile.Write(folder["again.safetensors"], tensors, metadata);
        (IReadOnlyList<SafeTensor> again, _) = SafeTensorsFile.Read(folder["again.safetensors"]);
        AssertSame(tensors, again);
    }

    [Fact]
    public void The_layout_is_the_documented_one_byte_for_byte()
    {
        using MemoryStream stream = new();
        SafeTensorsFile.Write(
            stream,
            [
                new SafeTensor("flag", ScalarType.Bool, [3], new byte[] { 1, 0, 1 }),
                new SafeTensor("w", ScalarType.Float32, [1, 2], Bytes([1.5f, -2f])),
                new SafeTensor("n", ScalarType.Int64, [], Bytes([7L])),
            ],
            new Dictionary<string, string>(StringComparer.Ordinal) { ["k"] = "v" });
        byte[] bytes = stream.ToArray();
        long length = BinaryPrimitives.ReadInt64LittleEndian(bytes);
        Assert.Equal(0, length % 8);
        string header = Encoding.UTF8.GetString(bytes, 8, (int)length);
        Assert.Equal(
            """{"__metadata__":{"k":"v"},"n":{"dtype":"I64","shape":[],"data_offsets":[0,8]},"w":{"dtype":"F32","shape":[1,2],"data_offsets":[8,16]},"flag":{"dtype":"BOOL","shape":[3],"data_offsets":[16,19]}}""",
            header.TrimEnd(' '));
        Assert.Equal(7L, BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(8 + (int)length)));
        Assert.Equal(1.5f, BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(16 + (int)length)));
        Assert.Equal(new byte[] { 1, 0, 1 }, bytes[(24 + (int)length)..]);
    }

    [Fact]
    public void Python_reads_by_hand_what_was_written()
    {
        using TemporaryFolder folder = new();
        string path = folder["x.safetensors"];
        SafeTensorsFile.Write(path, [
            new SafeTensor("0.weight", ScalarType.Float64, [2, 2], Bytes([1.0, 2.0, 3.0, 0.1])),
            new SafeTensor("0.bias", ScalarType.Float32, [2], Bytes([0.5f, -0.25f]))]);
        const string Script = """
            import json, struct, sys
            b = open(sys.argv[1], 'rb').read()
            n, = struct.unpack('<Q', b[:8])
            h = json.loads(b[8:8 + n])
            sizes = {'F64': 'd', 'F32': 'f'}
            end = 0
            out = {}
            for name, e in sorted((x for x in h.items() if x[0] != '__metadata__'), key=lambda x: x[1]['data_offsets']):
                begin, stop = e['data_offsets']
                assert begin == end
                end = stop
                data = b[8 + n + begin:8 + n + stop]
                code = sizes[e['dtype']]
                out[name] = list(struct.unpack('<%d%s' % (len(data) // struct.calcsize(code), code), data))
            assert 8 + n + end == len(b)
            print(json.dumps(out))
            """;
        string? output = Python(Script, path);
        Assert.SkipWhen(output is null, "python3 is not installed");
        using JsonDocument json = JsonDocument.Parse(output!);
        Assert.Equal("[1.0, 2.0, 3.0, 0.1]", json.RootElement.GetProperty("0.weight").GetRawText());
        Assert.Equal("[0.5, -0.25]", json.RootElement.GetProperty("0.bias").GetRawText());
    }

    [Fact]
    public void Any_tensors_come_back_as_they_were_written()
    {
        Gen<SafeTensor> tensor =
            from type in Gen.Elements(Enum.GetValues<ScalarType>())
            from rank in Gen.Choose(0, 4)
            from shape in Gen.Choose(0, 4).Select(n => (long)n).ArrayOf(rank)
            from fill in Gen.Choose(0, 255)
            select new SafeTensor(
                "", type, shape, Enumerable.Repeat((byte)fill, (int)(shape.Aggregate(1L, (a, b) => a * b) * Size(type))).ToArray());
        Gen<SafeTensor[]> file = tensor.ArrayOf().Select(all => all.Select((t, i) => t with { Name = $"{i}.wé\"\\ight" }).ToArray());
        using TemporaryFolder folder = new();
        Prop.ForAll(file.ToArbitrary(), tensors =>
        {
            SafeTensorsFile.Write(folder["x"], tensors);
            (IReadOnlyList<SafeTensor> again, _) = SafeTensorsFile.Read(folder["x"]);
            AssertSame(tensors.OrderBy(t => t.Name, StringComparer.Ordinal), again.OrderBy(t => t.Name, StringComparer.Ordinal));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_file_cut_anywhere_is_refused_in_one_line()
    {
        using TemporaryFolder folder = new();
        SafeTensorsFile.Write(folder["whole"], [new SafeTensor("w", ScalarType.Float64, [4], new byte[32])]);
        byte[] whole = File.ReadAllBytes(folder["whole"]);
        for (int length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(folder["cut"], whole[..length]);
            FormatException error = Assert.Throws<FormatException>(() => SafeTensorsFile.Read(folder["cut"]));
            Assert.DoesNotContain('\n', error.Message);
        }
    }

    [Theory]
    [InlineData("""{"w":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},"v":{"dtype":"F64","shape":[1],"data_offsets":[4,12]}}""", 12, "overlap")]
    [InlineData("""{"w":{"dtype":"F64","shape":[1],"data_offsets":[8,16]}}""", 16, "belong to no tensor")]
    [InlineData("""{"w":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}""", 9, "1 bytes after the last tensor")]
    [InlineData("""{"w":{"dtype":"F64","shape":[2],"data_offsets":[0,8]}}""", 8, "takes 16 bytes, but its data_offsets hold 8")]
    [InlineData("""{"w":{"dtype":"F64","shape":[9223372036854775807,2],"data_offsets":[0,8]}}""", 8, "more than any file can hold")]
    [InlineData("""{"w":{"dtype":"F64","shape":[-1],"data_offsets":[0,8]}}""", 8, "not a whole number ≥ 0")]
    [InlineData("""{"w":{"dtype":"F8","shape":[1],"data_offsets":[0,8]}}""", 8, "known are F64")]
    [InlineData("""{"w":{"shape":[1],"data_offsets":[0,8]}}""", 8, "lacks its dtype")]
    [InlineData("""{"w":{"dtype":"F64","shape":[1],"data_offsets":[8,0]}}""", 8, "begin ≤ end")]
    [InlineData("""{"":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}""", 8, "name is empty")]
    [InlineData("""{"w":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},"w":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}""", 8, "not valid JSON")]
    [InlineData("""{"__metadata__":{"a":1}}""", 0, "not a string")]
    [InlineData("[]", 0, "not a JSON object")]
    [InlineData("{", 0, "not valid JSON")]
    public void A_header_that_lies_is_refused(string header, int dataLength, string expected)
    {
        using TemporaryFolder folder = new();
        byte[] text = Encoding.UTF8.GetBytes(header);
        byte[] bytes = new byte[8 + text.Length + dataLength];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, text.Length);
        text.CopyTo(bytes, 8);
        File.WriteAllBytes(folder["x"], bytes);
        FormatException error = Assert.Throws<FormatException>(() => SafeTensorsFile.Read(folder["x"]));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void A_claim_of_a_huge_header_allocates_nothing()
    {
        using TemporaryFolder folder = new();
        File.WriteAllBytes(folder["x"], [.. "PK\u0003\u0004zip!zip!"u8]);
        FormatException error = Assert.Throws<FormatException>(() => SafeTensorsFile.Read(folder["x"]));
        Assert.StartsWith("not a safetensors file", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Data_of_the_wrong_length_and_names_given_twice_are_not_written()
    {
        using MemoryStream stream = new();
        SafeTensor w = new("w", ScalarType.Float32, [2], new byte[8]);
        Assert.Throws<FormatException>(() => SafeTensorsFile.Write(stream, [w with { Shape = [3] }]));
        Assert.Throws<FormatException>(() => SafeTensorsFile.Write(stream, [w, w]));
        Assert.Throws<FormatException>(() => SafeTensorsFile.Write(stream, [w with { Name = "__metadata__" }]));
        Assert.Equal(0, stream.Length);
    }

    private static int Size(ScalarType type) => type switch
    {
        ScalarType.Float64 or ScalarType.Int64 => 8,
        ScalarType.Float32 or ScalarType.Int32 => 4,
        ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Int16 => 2,
        _ => 1,
    };

    private static byte[] Bytes<T>(T[] values)
        where T : struct => MemoryMarshal.AsBytes(values.AsSpan()).ToArray();

    private static void AssertSame(IEnumerable<SafeTensor> expected, IEnumerable<SafeTensor> actual) =>
        Assert.Equal(expected.Select(Describe), actual.Select(Describe));

    private static string Describe(SafeTensor t) =>
        $"{t.Name} {t.Type} [{string.Join(",", t.Shape)}] {Convert.ToHexString(t.Data.Span)}";

    private static string? Python(string script, string argument)
    {
        try
        {
            ProcessStartInfo start = new("python3") { UseShellExecute = false, RedirectStandardOutput = true, ArgumentList = { "-c", script, argument } };
            using Process process = Process.Start(start)!;
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.Equal(0, process.ExitCode);
            return output;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
