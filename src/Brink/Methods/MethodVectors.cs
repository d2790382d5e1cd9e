using Brink.Objectives;
using Brink.Torch;

namespace Brink.Methods;

/// <summary>Vectors and numbers that a method remembers between steps, under the names they have in a checkpoint.</summary>
internal sealed class MethodVectors : IDisposable
{
    /// <summary>Stands before the name of a number.</summary>
    private const string NumberMark = "number.";

    private readonly Dictionary<string, Tensor> _vectors = [];
    private readonly Dictionary<string, double> _numbers = [];

    public void Dispose()
    {
        foreach (Tensor vector in _vectors.Values)
        {
            vector.Dispose();
        }

        _vectors.Clear();
    }

    /// <summary>The vector of that name; zeros at first.</summary>
    internal Tensor Vector(string name, Objective objective)
    {
        if (!_vectors.TryGetValue(name, out Tensor? vector))
        {
            vector = Tensor.Zeros([objective.Dimension], objective.Type, objective.Device).Unscoped();
            _vectors[name] = vector;
        }

        return vector;
    }

    /// <summary>The vector of that name where one is remembered.</summary>
    internal Tensor? Known(string name) => _vectors.GetValueOrDefault(name);

    internal double Number(string name, double initial = 0) => _numbers.GetValueOrDefault(name, initial);

    internal void Set(string name, double value) => _numbers[name] = value;

    internal IReadOnlyDictionary<string, Tensor> State()
    {
        var state = new Dictionary<string, Tensor>(_vectors);
        foreach ((string name, double value) in _numbers)
        {
            state[NumberMark + name] = Tensor.From([value]);
        }

        return state;
    }

    internal void Restore(IReadOnlyDictionary<string, Tensor> state, Objective objective)
    {
        Dispose();
        _numbers.Clear();
        using var scope = new TensorScope();
        foreach ((string name, Tensor value) in state)
        {
            if (name.StartsWith(NumberMark))
            {
                _numbers[name[NumberMark.Length..]] = value.Item();
            }
            else
            {
                _vectors[name] = value.To(objective.Device).Clone().Unscoped();
            }
        }
    }
}
