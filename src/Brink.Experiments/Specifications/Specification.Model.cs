namespace Brink.Experiments;

/// <content>The small models of the theory.</content>
public sealed partial record Specification
{
    /// <summary>Name of the small model that stands in place of data, network and loss; null for a network.</summary>
    public string? Model
    {
        get => Text(ModelFields.Model);
        init => Set(ModelFields.Model, value);
    }

    /// <summary>Where a small model starts; null where it is drawn, or read from <see cref="Init"/>.</summary>
    public IReadOnlyList<double>? Start
    {
        get => (GivenValue(ModelFields.Start) ?? ModelFields.Start.DefaultIn(this)) as IReadOnlyList<double>;
        init => Set(ModelFields.Start, value);
    }

    /// <summary>λ₁ of the minimalist example, above 0.</summary>
    public double Lambda1
    {
        get => Value(ModelFields.Lambda1);
        init => Set(ModelFields.Lambda1, value);
    }

    /// <summary>λ₂ of the minimalist example, at least 0.</summary>
    public double Lambda2
    {
        get => Value(ModelFields.Lambda2);
        init => Set(ModelFields.Lambda2, value);
    }

    /// <summary>D of the scalar network, at least 1; null for other models.</summary>
    public int? Depth
    {
        get => Number(ModelFields.Depth);
        init => Set(ModelFields.Depth, value);
    }

    /// <summary>y of the scalar network, or Y of the linear one, as it is written: rows set apart by semicolons.</summary>
    public string Target
    {
        get => Value(ModelFields.Target);
        init => Set(ModelFields.Target, value);
    }

    /// <summary>X of the linear network, as it is written; null for the identity.</summary>
    public string? Inputs
    {
        get => Text(ModelFields.Inputs);
        init => Set(ModelFields.Inputs, value);
    }

    /// <summary>d₀ … d_L of the linear network, each at least 1; null for other models.</summary>
    public IReadOnlyList<int>? LayerWidths
    {
        get => (GivenValue(ModelFields.LayerWidths) ?? ModelFields.LayerWidths.DefaultIn(this)) as IReadOnlyList<int>;
        init => Set(ModelFields.LayerWidths, value);
    }

    /// <summary>Whether the linear network's loss is divided by the number of samples.</summary>
    public bool PerSample
    {
        get => Value(ModelFields.PerSample);
        init => Set(ModelFields.PerSample, value);
    }

    /// <summary>Standard deviation of the linear network's drawn start, above 0.</summary>
    public double Deviation
    {
        get => Value(ModelFields.Deviation);
        init => Set(ModelFields.Deviation, value);
    }

    /// <summary>File of the squared regression's data; null for random ones.</summary>
    public string? DataFile
    {
        get => Text(ModelFields.DataFile);
        init => Set(ModelFields.DataFile, value);
    }

    /// <summary>d, features of the squared regression's random data, at least 1.</summary>
    public int Dimension
    {
        get => Value(ModelFields.Dimension);
        init => Set(ModelFields.Dimension, value);
    }

    /// <summary>N, samples of the squared regression's random data, from 1 to <see cref="Dimension"/>.</summary>
    public int Samples
    {
        get => Value(ModelFields.Samples);
        init => Set(ModelFields.Samples, value);
    }
}
