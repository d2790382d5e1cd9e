namespace Brink.Torch.Nn;

/// <summary>
/// Counts, unit by unit, on how many samples the activations of a network give exactly zero. Only activations with an exact
/// zero region take part (<see cref="ReLU"/>; <see cref="Hardtanh"/> where it is cut at zero): the others reach zero by
/// rounding or by accident alone. A module of one's own takes part by passing its output through <see cref="Note"/>.
/// </summary>
/// <remarks>
/// It holds one whole number a unit, whatever the number of samples. A record belongs to one thread at a time; threads that
/// share the samples hold a record each and <see cref="Add">add</see> them up.
/// </remarks>
public sealed class ActivationRecord : IDisposable
{
    // Of the thread: forward passes that other threads make of the same network meanwhile are not counted here.
    [ThreadStatic]
    private static ActivationRecord? s_current;

    private readonly List<(Module Module, Tensor Counts)> _entries = [];
    private long _samples;
    private int _next;

    /// <summary>Whether forward passes on this thread are counted.</summary>
    internal static bool IsRecording => s_current is not null;

    /// <summary>Counts the zeros of an activation's output, if forward passes on this thread are counted.</summary>
    /// <param name="activation">The module.</param>
    /// <param name="output">Its output, samples first.</param>
    /// <returns>The output itself.</returns>
    public static Tensor Note(Module activation, Tensor output)
    {
        s_current?.Count(activation, output);
        return output;
    }

    /// <summary>Runs a network on some samples and counts.</summary>
    /// <param name="network">The network, its parameters bound; always the same one.</param>
    /// <param name="inputs">The inputs, samples first.</param>
    /// <exception cref="InvalidOperationException">The network called other activations than on the samples before.</exception>
    public void Run(Module network, Tensor inputs)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(inputs);
        using GradientMode mode = GradientMode.Off();
        using var scope = new TensorScope();
        _next = 0;
        s_current = this;
        try
        {
            network.Forward(inputs);
        }
        finally
        {
            s_current = null;
        }

        if (_next < _entries.Count)
        {
            throw Changed();
        }

        _samples += inputs.Shape[0];
    }

    /// <summary>Adds what another record counted on other samples of the same network.</summary>
    /// <param name="other">The other record.</param>
    /// <exception cref="InvalidOperationException">There the network called other activations.</exception>
    public void Add(ActivationRecord other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other._samples == 0)
        {
            return;
        }

        _next = 0;
        foreach ((Module module, Tensor counts) in other._entries)
        {
            AddCounts(module, counts.Clone());
        }

        if (_next < _entries.Count)
        {
            throw Changed();
        }

        _samples += other._samples;
    }

    /// <summary>Adds what the other ranks of a group counted on their samples of the same network.</summary>
    /// <param name="group">The group; every rank calls this.</param>
    /// <exception cref="TorchException">Another rank is gone, or its network called other activations.</exception>
    public void AddRanks(ProcessGroup group)
    {
        ArgumentNullException.ThrowIfNull(group);
        foreach ((_, Tensor counts) in _entries)
        {
            group.SumInPlace(counts);
        }

        _samples = (long)group.Sum(_samples);
    }

    /// <summary>What was counted, activation by activation, in the order of the forward pass.</summary>
    /// <param name="network">The network, for the names.</param>
    /// <returns>The counts; empty where the network has no such activation that can be seen.</returns>
    public IReadOnlyList<ActivationZeros> Zeros(Module network)
    {
        ArgumentNullException.ThrowIfNull(network);
        using var scope = new TensorScope();
        Dictionary<Module, string> names = new(ReferenceEqualityComparer.Instance);
        foreach ((string name, Module module) in network.NamedModules())
        {
            names.TryAdd(module, name);
        }

        Dictionary<string, int> met = new(StringComparer.Ordinal);
        return [.. _entries.Select(entry =>
        {
            string name = names.GetValueOrDefault(entry.Module) ?? entry.Module.GetType().Name;
            int times = met[name] = met.GetValueOrDefault(name) + 1;
            using Tensor dead = entry.Counts.EqualElements(_samples).Sum();
            using Tensor zeros = entry.Counts.Sum();
            return new ActivationZeros(
                times == 1 ? name : $"{name}#{times}", entry.Counts.Count, dead.ToArray<long>()[0], zeros.ToArray<long>()[0], _samples);
        })];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach ((_, Tensor counts) in _entries)
        {
            counts.Dispose();
        }

        _entries.Clear();
    }

    private static InvalidOperationException Changed() =>
        new("the network calls other activations on some samples than on others, so its units cannot be followed");

    private void Count(Module activation, Tensor output)
    {
        using Tensor zeros = output.EqualElements(0);
        AddCounts(activation, zeros.Sum(0L));
    }

    /// <summary>Takes counts over: as a new entry on the first samples, else into the entry at this place of the pass.</summary>
    private void AddCounts(Module activation, Tensor counts)
    {
        if (_samples == 0)
        {
            _entries.Add((activation, counts.Unscoped()));
            _next++;
            return;
        }

        if (_next >= _entries.Count || !ReferenceEquals(_entries[_next].Module, activation)
            || !_entries[_next].Counts.Shape.AsSpan().SequenceEqual(counts.Shape))
        {
            throw Changed();
        }

        Tensor before = _entries[_next].Counts;
        _entries[_next++] = (activation, (before + counts).Unscoped());
        before.Dispose();
        counts.Dispose();
    }
}
