namespace Brink.Torch.Nn;

/// <summary>
/// Start values of a network's parameters while they are drawn: one stream of random numbers, and a tensor for every
/// parameter met so far. The network itself is not changed.
/// </summary>
/// <param name="generator">The stream.</param>
/// <param name="type">Element type of the values; the stream is consumed differently by different types, as in PyTorch.</param>
public sealed class WeightDraw(Generator generator, ScalarType type)
{
    private readonly Dictionary<Parameter, Tensor> _values = [];

    /// <summary>Draws every element uniformly from [−bound, bound).</summary>
    /// <param name="parameter">Whose elements.</param>
    /// <param name="bound">The bound, ≥ 0.</param>
    public void Uniform(Parameter parameter, double bound) => Room(parameter).FillUniform(-bound, bound, generator);

    /// <summary>Draws every element from a centred normal distribution.</summary>
    /// <param name="parameter">Whose elements.</param>
    /// <param name="standardDeviation">Standard deviation, ≥ 0.</param>
    public void Normal(Parameter parameter, double standardDeviation) => Room(parameter).FillNormal(0, standardDeviation, generator);

    /// <summary>Sets every element to a number; takes nothing from the stream.</summary>
    /// <param name="parameter">Whose elements.</param>
    /// <param name="value">The number.</param>
    public void Constant(Parameter parameter, double value) => Room(parameter).Fill(value);

    /// <summary>Sets a parameter to given numbers; takes nothing from the stream.</summary>
    /// <param name="parameter">Whose elements.</param>
    /// <param name="value">The numbers, in the parameter's shape; copied, in any element type and from any device.</param>
    public void Copy(Parameter parameter, Tensor value)
    {
        using GradientMode off = GradientMode.Off();
        Room(parameter).CopyFrom(value);
    }

    /// <summary>The start value of a parameter.</summary>
    /// <param name="name">The parameter's name, for the message.</param>
    /// <param name="parameter">The parameter.</param>
    /// <returns>Its value.</returns>
    /// <exception cref="InvalidOperationException">No module drew it: its <see cref="Module.DrawDefault"/> has a gap.</exception>
    internal Tensor Value(string name, Parameter parameter) =>
        _values.TryGetValue(parameter, out Tensor? value)
            ? value
            : throw new InvalidOperationException($"no module draws start values for the parameter '{name}'");

    private Tensor Room(Parameter parameter)
    {
        if (!_values.TryGetValue(parameter, out Tensor? value))
        {
            value = Tensor.Empty(parameter.Shape, type);
            _values.Add(parameter, value);
        }

        return value;
    }
}
