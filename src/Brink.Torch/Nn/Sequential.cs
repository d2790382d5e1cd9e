namespace Brink.Torch.Nn;

/// <summary>
/// One part after the other, after <c>torch.nn.Sequential</c>. Parts are named by their place, 0, 1, 2 …, those without
/// parameters counted, unless names are given.
/// </summary>
public sealed class Sequential : Module
{
    private readonly Module[] _parts;

    /// <summary>Chains parts named by their place.</summary>
    /// <param name="parts">The parts, the input's end first.</param>
    public Sequential(params IEnumerable<Module> parts)
        : this(parts.Select((part, place) => (place.ToString(System.Globalization.CultureInfo.InvariantCulture), part)))
    {
    }

    /// <summary>Chains named parts, as <c>Sequential(OrderedDict(…))</c> does.</summary>
    /// <param name="parts">Names and parts, the input's end first.</param>
    public Sequential(IEnumerable<(string Name, Module Part)> parts) =>
        _parts = [.. parts.Select(part => AddChild(part.Name, part.Part))];

    /// <summary>Number of parts.</summary>
    public int Count => _parts.Length;

    /// <summary>The part at a place.</summary>
    /// <param name="place">The place, from 0.</param>
    public Module this[int place] => _parts[place];

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => ForwardFrom(0, input);

    /// <summary>
    /// Runs the parts from a place on: the rest of the network, for a caller who knows what the parts before it give.
    /// </summary>
    /// <param name="place">The first part run; <see cref="Count"/> to run none.</param>
    /// <param name="input">What the part before that place gives; left as it is, and still the caller's.</param>
    /// <returns>The output, as <see cref="Forward"/> gives it.</returns>
    public Tensor ForwardFrom(int place, Tensor input)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(place);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(place, _parts.Length);
        Tensor current = input;
        for (int k = place; k < _parts.Length; k++)
        {
            Tensor next;
            if (_parts[k] is ReLU && k + 1 < _parts.Length && _parts[k + 1] is MaxPool2d && !ActivationRecord.IsRecording)
            {
                // max(relu(x)) = relu(max(x)), and so are all derivatives, bit for bit: the largest element is the same
                // one, and where it is not positive no gradient passes either way. Rectifying after the pooling touches
                // a quarter of the memory of doing it before (for 2×2), forward and backward. Where activations are counted
                // it is their own output that counts, not what the pooling leaves of it.
                using Tensor pooled = _parts[k + 1].Forward(current);
                next = _parts[k].Forward(pooled);
                k++;
            }
            else
            {
                next = _parts[k].Forward(current);
            }

            // What the graph does not need of an intermediate result is freed here rather than when the scope ends:
            // without a graph two layers' activations exist at a time, not all of them.
            if (!ReferenceEquals(next, current) && !ReferenceEquals(current, input))
            {
                current.Dispose();
            }

            current = next;
        }

        return current;
    }
}
