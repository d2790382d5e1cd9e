using Brink.Data;

namespace Brink.Experiments;

/// <summary>Where a specification's samples come from: a data set of the catalogue, a folder of images, or arrays.</summary>
internal sealed class SampleSource
{
    private readonly Specification _specification;
    private readonly DataStore _store;
    private readonly OwnSamples? _own;
    private Standardisation? _statistics;

    /// <summary>Opens the source.</summary>
    /// <param name="specification">The specification.</param>
    /// <exception cref="BrinkException">There is no such folder or file, or it is no data.</exception>
    internal SampleSource(Specification specification)
    {
        _specification = specification;
        _store = new DataStore(specification.DataDir);
        _own = specification.Data switch
        {
            "folder" => new ImageFolder(Named(specification), specification.ImageSize is { } size ? ImageSizeForm.Parse(size) : null),
            "tensors" => new TensorSamples(Named(specification), specification.Labels),
            _ => null,
        };
        if (_own is not null && specification is { Mean: { } mean, StandardDeviation: { } deviation })
        {
            _statistics = new Standardisation([.. mean], [.. deviation]);
        }
    }

    /// <summary>Whether there is such a split.</summary>
    internal bool Has(string split) => _own?.Has(split) ?? _store.Has(_specification.Data, split, _specification.From);

    /// <summary>Loads samples. Own ones are standardised by what was given, else by what the first samples loaded measure.</summary>
    internal SampleSet Load(string split, SampleSelection selection)
    {
        if (_own is null)
        {
            return _store.Load(_specification.Data, split, selection, _specification.From, _specification.Classes);
        }

        SampleSet samples = _own.Load(split, selection, _specification.Classes, _statistics);
        _statistics ??= new Standardisation([.. samples.Mean], [.. samples.StandardDeviation]);
        return samples;
    }

    /// <summary>The specification with what was measured, so that the run can be made again from it alone.</summary>
    internal Specification Recorded(Specification specification) => _own is null || _statistics is null
        ? specification
        : specification with { Mean = _statistics.Mean, StandardDeviation = _statistics.Deviation };

    private static string Named(Specification specification) => specification.From
        ?? throw new BrinkException($"data {specification.Data} needs from: {(specification.Data == "folder" ? "a folder with one sub-folder of images a class" : "a .safetensors, .npz or .npy file")}");
}
