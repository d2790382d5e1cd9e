using System.IO.Compression;
using System.Runtime.InteropServices;
using Brink.Torch;
using Brink.Torch.Serialization;

namespace Brink.Data;

/// <summary>
/// Samples in arrays: a safetensors or npz file with <c>inputs</c> and <c>labels</c> (and <c>test_inputs</c>,
/// <c>test_labels</c>), or an npy file of inputs and another of labels. Inputs are N×D, N×H×W or N×C×H×W; bytes are pixels and
/// divided by 255, float32 and float64 are taken as they are. N×D is one channel. Labels are whole numbers from 0.
/// </summary>
public sealed class TensorSamples : OwnSamples
{
    private readonly Dictionary<string, (SafeTensor Inputs, int[] Labels)> _splits = [];
    private readonly int _classes;

    /// <summary>Reads the arrays.</summary>
    /// <param name="path">A .safetensors, .npz or .npy file.</param>
    /// <param name="labels">A .npy file of labels, where <paramref name="path"/> is one of inputs; else null.</param>
    /// <exception cref="BrinkException">A file or an array is absent, truncated, or not of these kinds; one line.</exception>
    public TensorSamples(string path, string? labels = null)
    {
        Place = path;
        bool plain = Path.GetExtension(path) == ".npy";
        if (plain != labels is not null)
        {
            throw new BrinkException(
                plain ? $"{path}: an npy file holds one array: name that of the labels with labels" : $"{path}: labels names an npy file beside an npy file of inputs; in {Path.GetExtension(path)} they are the array 'labels'");
        }

        Dictionary<string, SafeTensor> arrays = Arrays(path).Concat(labels is null ? [] : Arrays(labels, "labels")).ToDictionary(array => array.Name);
        Add("train", arrays, "inputs", "labels");
        _classes = _splits["train"].Labels.Max() + 1;
        if (arrays.ContainsKey("test_inputs") || arrays.ContainsKey("test_labels"))
        {
            Add("test", arrays, "test_inputs", "test_labels");
        }

        Check();
    }

    /// <inheritdoc/>
    public override string Place { get; }

    /// <inheritdoc/>
    private protected override IReadOnlyList<string>? ClassNames => null;

    /// <inheritdoc/>
    public override bool Has(string split) => _splits.ContainsKey(split);

    /// <inheritdoc/>
    private protected override int KnownClasses() => _classes;

    /// <inheritdoc/>
    private protected override int[] LabelsOf(string split) => _splits[split].Labels;

    /// <inheritdoc/>
    private protected override SampleSet Read(string split, int[] places, int[] labels, OwnTraits traits)
    {
        SafeTensor inputs = _splits[split].Inputs;
        ReadOnlySpan<byte> data = inputs.Data.Span;
        return inputs.Type switch
        {
            ScalarType.Float32 => Numbers(MemoryMarshal.Cast<byte, float>(data), split, places, labels, traits),
            ScalarType.Float64 => Numbers(MemoryMarshal.Cast<byte, double>(data), split, places, labels, traits),
            _ => Pixels(data, split, places, labels, traits),
        };
    }

    private ImageSet Pixels(ReadOnlySpan<byte> data, string split, int[] places, int[] labels, OwnTraits traits)
    {
        (int c, int h, int w) shape = ShapeOf(_splits[split].Inputs);
        byte[] pixels = Gather(data, places, shape.c * shape.h * shape.w);
        ImageSetTraits known = TraitsOf("tensors", traits, shape, () => Standardisation.OfPixels(pixels, shape.c, shape.h * shape.w, Place), Place);
        return new ImageSet(known, split, pixels, labels, places);
    }

    private NumberSet<T> Numbers<T>(ReadOnlySpan<T> data, string split, int[] places, int[] labels, OwnTraits traits)
        where T : struct, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        (int c, int h, int w) shape = ShapeOf(_splits[split].Inputs);
        T[] values = Gather(data, places, shape.c * shape.h * shape.w);
        int wrong = Array.FindIndex(values, value => !T.IsFinite(value));
        if (wrong >= 0)
        {
            throw new BrinkException($"{Place}: expected finite inputs, found {values[wrong]} in sample {places[wrong / (shape.c * shape.h * shape.w)]} of {split}");
        }

        ImageSetTraits known = TraitsOf("tensors", traits, shape, () => Standardisation.OfNumbers<T>(values, shape.c, shape.h * shape.w, Place), Place);
        return new NumberSet<T>(known, split, values, labels, places);
    }

    private static T[] Gather<T>(ReadOnlySpan<T> data, int[] places, int length)
    {
        T[] gathered = new T[places.Length * length];
        for (int n = 0; n < places.Length; n++)
        {
            data.Slice(places[n] * length, length).CopyTo(gathered.AsSpan(n * length));
        }

        return gathered;
    }

    private static (int C, int H, int W) ShapeOf(SafeTensor inputs) => inputs.Shape switch
    {
        [_, var d] => (1, 1, (int)d),
        [_, var h, var w] => (1, (int)h, (int)w),
        [_, var c, var h, var w] => ((int)c, (int)h, (int)w),
        _ => throw new InvalidOperationException("checked when it was read"),
    };

    private void Add(string split, Dictionary<string, SafeTensor> arrays, string inputsName, string labelsName)
    {
        string[] absent = [.. new[] { inputsName, labelsName }.Where(name => !arrays.ContainsKey(name))];
        if (absent.Length > 0)
        {
            throw new BrinkException($"{Place}: expected the arrays {inputsName} and {labelsName}, found no {string.Join(" and no ", absent)}");
        }

        SafeTensor inputs = arrays[inputsName];
        SafeTensor labels = arrays[labelsName];
        if (inputs.Shape.Length is < 2 or > 4 || inputs.Shape.Contains(0) || inputs.Type is not (ScalarType.UInt8 or ScalarType.Float32 or ScalarType.Float64))
        {
            throw new BrinkException(
                $"{Place}: expected {inputsName} as N×D, N×H×W or N×C×H×W of UInt8, Float32 or Float64, found {(inputs.Shape.Length == 0 ? "a scalar" : string.Join('×', inputs.Shape))} of {inputs.Type}");
        }

        long samples = inputs.Shape[0];
        if (labels.Type is ScalarType.Float32 or ScalarType.Float64)
        {
            throw new BrinkException($"{Place}: {labelsName} are real numbers; expected whole numbers, the classes from 0 (real-valued targets are not trained on)");
        }

        if (labels.Shape is not ([_] or [_, 1]) || labels.Shape[0] != samples)
        {
            throw new BrinkException($"{Place}: expected {samples} {labelsName} as {inputsName} has samples, found {(labels.Shape.Length == 0 ? "a scalar" : string.Join('×', labels.Shape))}");
        }

        _splits[split] = (inputs, WholeNumbers(labels, labelsName));
    }

    private int[] WholeNumbers(SafeTensor labels, string name)
    {
        ReadOnlySpan<byte> data = labels.Data.Span;
        long[] values = labels.Type switch
        {
            ScalarType.UInt8 => Widen<byte>(data),
            ScalarType.Int8 => Widen<sbyte>(data),
            ScalarType.Int16 => Widen<short>(data),
            ScalarType.Int32 => Widen<int>(data),
            ScalarType.Int64 => Widen<long>(data),
            _ => throw new BrinkException($"{Place}: expected {name} of UInt8, Int8, Int16, Int32 or Int64, found {labels.Type}"),
        };
        int wrong = Array.FindIndex(values, value => value is < 0 or > 1_000_000);
        return wrong < 0
            ? [.. values.Select(value => (int)value)]
            : throw new BrinkException($"{Place}: expected {name} from 0 to at most 1000000, found {values[wrong]} at sample {wrong}");
    }

    private static long[] Widen<T>(ReadOnlySpan<byte> data)
        where T : struct, System.Numerics.INumberBase<T>
    {
        ReadOnlySpan<T> stored = MemoryMarshal.Cast<byte, T>(data);
        long[] values = new long[stored.Length];
        for (int n = 0; n < values.Length; n++)
        {
            values[n] = long.CreateChecked(stored[n]);
        }

        return values;
    }

    private void Check()
    {
        bool[] seen = new bool[_classes];
        foreach (int label in _splits["train"].Labels)
        {
            seen[label] = true;
        }

        int empty = Array.IndexOf(seen, false);
        if (_classes < 2 || empty >= 0)
        {
            throw new BrinkException(
                empty >= 0
                    ? $"{Place}: expected every label from 0 to {_classes - 1} among the labels, found no {empty}"
                    : $"{Place}: expected at least two classes, found only label 0");
        }

        if (!_splits.TryGetValue("test", out (SafeTensor Inputs, int[] Labels) test))
        {
            return;
        }

        SafeTensor train = _splits["train"].Inputs;
        if (!test.Inputs.Shape.AsSpan(1).SequenceEqual(train.Shape.AsSpan(1)) || test.Inputs.Type != train.Type)
        {
            throw new BrinkException(
                $"{Place}: expected test_inputs as N×{string.Join('×', train.Shape[1..])} of {train.Type} as inputs are, found {string.Join('×', test.Inputs.Shape)} of {test.Inputs.Type}");
        }

        int beyond = Array.FindIndex(test.Labels, label => label >= _classes);
        if (beyond >= 0)
        {
            throw new BrinkException($"{Place}: expected test_labels from 0 to {_classes - 1}, found {test.Labels[beyond]} at sample {beyond}");
        }
    }

    private static IReadOnlyList<SafeTensor> Arrays(string path, string plainName = "inputs")
    {
        try
        {
            switch (Path.GetExtension(path))
            {
                case ".safetensors":
                    return SafeTensorsFile.Read(path).Tensors;
                case ".npy":
                    return [NpyFormat.Read(plainName, File.ReadAllBytes(path))];
                case ".npz":
                    using (ZipArchive archive = ZipFile.OpenRead(path))
                    {
                        return [.. archive.Entries.Select(Member)];
                    }

                default:
                    throw new BrinkException($"{path}: expected a .safetensors, .npz or .npy file");
            }
        }
        catch (Exception failure) when (failure is FormatException or InvalidDataException or IOException or UnauthorizedAccessException)
        {
            string reason = failure.Message.ReplaceLineEndings(" ");
            throw new BrinkException(reason.Contains(path, StringComparison.Ordinal) ? reason : $"{path}: {reason}", failure);
        }
    }

    private static SafeTensor Member(ZipArchiveEntry entry)
    {
        byte[] content = new byte[entry.Length <= Array.MaxLength ? entry.Length : throw new FormatException($"{entry.Name} is larger than 2 GB")];
        using Stream unpacked = entry.Open();
        return unpacked.ReadAtLeast(content, content.Length, throwOnEndOfStream: false) == content.Length
            ? NpyFormat.Read(Path.GetFileNameWithoutExtension(entry.Name), content)
            : throw new FormatException($"truncated: {entry.Name} ends early");
    }
}
