namespace Brink.Torch.Nn;

/// <summary>
/// A TorchScript module as a network: its parameters under their own names, its own values as start values. It is evaluated
/// in the mode in which it was saved, whatever <see cref="Module.Train"/> says.
/// </summary>
public sealed class ScriptNetwork : Module
{
    private readonly ScriptModule _script;
    private readonly Parameter[] _parameters;
    private readonly bool _usesBatchStatistics;

    /// <summary>Wraps a module.</summary>
    /// <param name="script">The module, taken over; its element type and device are those of the inputs to come.</param>
    public ScriptNetwork(ScriptModule script)
    {
        ArgumentNullException.ThrowIfNull(script);
        _script = script;
        _usesBatchStatistics = script.NormalisesByBatch;
        using var scope = new TensorScope();
        _parameters = [.. script.Parameters().Select(entry => AddParameter(entry.Name, entry.Value.Shape))];
    }

    /// <inheritdoc/>
    protected override bool UsesBatchStatistics => _usesBatchStatistics;

    /// <inheritdoc/>
    /// <exception cref="TorchException">The module refused the input, or gives something other than one tensor.</exception>
    public override Tensor Forward(Tensor input) =>
        _script.Forward(input, Array.ConvertAll(_parameters, parameter => parameter.Value));

    /// <inheritdoc/>
    /// <remarks>The values in the file; nothing is drawn.</remarks>
    public override void DrawDefault(WeightDraw draw)
    {
        foreach ((Parameter parameter, (_, Tensor value)) in _parameters.Zip(_script.Parameters()))
        {
            draw.Copy(parameter, value);
        }
    }
}
