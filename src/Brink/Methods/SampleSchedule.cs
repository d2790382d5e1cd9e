using Brink.Torch;

namespace Brink.Methods;

/// <summary>
/// Which samples a stochastic method sees next: a fresh random order each epoch, cut into batches; the last batch of an
/// epoch may be smaller.
/// </summary>
internal sealed class SampleSchedule : IDisposable
{
    private readonly Generator _generator;
    private readonly int _batchSize;
    private long[] _order = [];
    private long _position;

    internal SampleSchedule(int batchSize, ulong seed)
    {
        _batchSize = batchSize;
        _generator = new Generator(seed);
    }

    public void Dispose() => _generator.Dispose();

    /// <summary>The next batch.</summary>
    internal ReadOnlySpan<long> Next(long samples)
    {
        Draw(samples);
        int length = (int)Math.Min(_batchSize, _order.Length - _position);
        var batch = new ReadOnlySpan<long>(_order, (int)_position, length);
        _position += length;
        return batch;
    }

    /// <summary>All batches of the epoch that the next one belongs to. Looking changes nothing of what comes.</summary>
    internal IReadOnlyList<long[]> Epoch(long samples)
    {
        Draw(samples);
        return [.. _order.Chunk(_batchSize)];
    }

    internal IReadOnlyDictionary<string, Tensor> Save() => new Dictionary<string, Tensor>
    {
        ["batch_generator"] = _generator.State(),
        ["batch_order"] = Tensor.From(_order),
        ["batch_position"] = Tensor.From([_position]),
    };

    internal void Restore(IReadOnlyDictionary<string, Tensor> state)
    {
        _generator.Restore(state["batch_generator"]);
        _order = state["batch_order"].ToArray<long>();
        _position = state["batch_position"].ToArray<long>()[0];
    }

    /// <summary>Draws the order of an epoch that is about to begin.</summary>
    private void Draw(long samples)
    {
        if (_position >= _order.Length)
        {
            using Tensor order = Tensor.RandomPermutation(samples, _generator);
            _order = order.ToArray<long>();
            _position = 0;
        }
    }
}
