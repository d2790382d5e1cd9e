namespace Brink.Experiments;

/// <content>What is trained: data, network, loss.</content>
public sealed partial record Specification
{
    /// <summary>Name of the data set.</summary>
    public string Data
    {
        get => Value(SubjectFields.Data);
        init => Set(SubjectFields.Data, value);
    }

    /// <summary>Folder of the official files, or null for the downloaded copy; folder or file of one's own samples.</summary>
    public string? From
    {
        get => Text(SubjectFields.From);
        init => Set(SubjectFields.From, value);
    }

    /// <summary>Npy file of the labels beside one of inputs, or null.</summary>
    public string? Labels
    {
        get => Text(SubjectFields.Labels);
        init => Set(SubjectFields.Labels, value);
    }

    /// <summary>Size that images of one's own are resized to, as text (<c>32</c>, <c>32x48</c>), or null.</summary>
    public string? ImageSize
    {
        get => Text(SubjectFields.ImageSize);
        init => Set(SubjectFields.ImageSize, value);
    }

    /// <summary>Means of the channels of one's own samples; null until they are measured.</summary>
    public IReadOnlyList<double>? Mean
    {
        get => GivenValue(SubjectFields.Mean) as IReadOnlyList<double>;
        init => Set(SubjectFields.Mean, value);
    }

    /// <summary>Standard deviations of the channels of one's own samples; null until they are measured.</summary>
    public IReadOnlyList<double>? StandardDeviation
    {
        get => GivenValue(SubjectFields.StandardDeviation) as IReadOnlyList<double>;
        init => Set(SubjectFields.StandardDeviation, value);
    }

    /// <summary><c>train</c> or <c>test</c>: the part that is trained on.</summary>
    public string Split
    {
        get => Value(SubjectFields.Split);
        init => Set(SubjectFields.Split, value);
    }

    /// <summary><c>stratified</c> or <c>first</c>: how samples are chosen.</summary>
    public string Subset
    {
        get => Value(SubjectFields.Subset);
        init => Set(SubjectFields.Subset, value);
    }

    /// <summary>Index of the first sample taken with <c>subset: first</c>, from 0.</summary>
    public int First
    {
        get => Value(SubjectFields.First);
        init => Set(SubjectFields.First, value);
    }

    /// <summary>Number of samples trained on; 0 where the specification says <c>all</c>.</summary>
    public int Count
    {
        get => Value(SubjectFields.Count);
        init => Set(SubjectFields.Count, value);
    }

    /// <summary>Labels of the classes kept, each once; null for all.</summary>
    public IReadOnlyList<int>? Classes
    {
        get => GivenValue(SubjectFields.Classes) as IReadOnlyList<int>;
        init => Set(SubjectFields.Classes, value);
    }

    /// <summary>Folder of downloaded data sets, or null for the user's cache folder.</summary>
    public string? DataDir
    {
        get => Text(SubjectFields.DataDir);
        init => Set(SubjectFields.DataDir, value);
    }

    /// <summary>Name of the network, or path of a TorchScript file.</summary>
    public string Network
    {
        get => Value(SubjectFields.Network);
        init => Set(SubjectFields.Network, value);
    }

    /// <summary>Widths of the hidden layers, or channels of the convolutions, each at least 1.</summary>
    public IReadOnlyList<int> Widths
    {
        get => Value(SubjectFields.Widths);
        init => Set(SubjectFields.Widths, value);
    }

    /// <summary>Name of the activation.</summary>
    public string Activation
    {
        get => Value(SubjectFields.Activation);
        init => Set(SubjectFields.Activation, value);
    }

    /// <summary><c>max</c> or <c>average</c>.</summary>
    public string Pooling
    {
        get => Value(SubjectFields.Pooling);
        init => Set(SubjectFields.Pooling, value);
    }

    /// <summary>Whether biases are left out.</summary>
    public bool NoBias
    {
        get => Value(SubjectFields.NoBias);
        init => Set(SubjectFields.NoBias, value);
    }

    /// <summary>Whether activations are normalised over the batch.</summary>
    public bool BatchNorm
    {
        get => Value(SubjectFields.BatchNorm);
        init => Set(SubjectFields.BatchNorm, value);
    }

    /// <summary>Scheme the start weights are drawn from.</summary>
    public string Initialization
    {
        get => Value(SubjectFields.Initialization);
        init => Set(SubjectFields.Initialization, value);
    }

    /// <summary>Safetensors file of start weights, or null to draw them.</summary>
    public string? Init
    {
        get => Text(SubjectFields.Init);
        init => Set(SubjectFields.Init, value);
    }

    /// <summary><c>mse</c>, <c>ce</c> or <c>squared</c> (math.md §1).</summary>
    public string Loss
    {
        get => Value(SubjectFields.Loss);
        init => Set(SubjectFields.Loss, value);
    }
}
