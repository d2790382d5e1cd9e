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

    internal ReadOnlySpan<long> Next(long samples)
    {
        if (_position >= _order.Length)
        {
            using Tensor order = Tensor.RandomPermutation(samples, _generator);
            _order = order.ToArray<long>();
            _position = 0;
        }

        int length = (int)Math.Min(_batchSize, _order.Length - _position);
        var batch = new ReadOnlySpan<long>(_order, (int)_position, length);
        _position += length;
        return batch;
    }

    internal void Save(Dictionary<string, Tensor> state)
    {
        state["batch_generator"] = _generator.State();
        state["batch_order"] = Tensor.From(_order);
        state["batch_position"] = Tensor.From([_position]);
    }

    internal void Restore(IReadOnlyDictionary<string, Tensor> state)
    {
        _generator.Restore(state["batch_generator"]);
        _order = state["batch_order"].ToArray<long>();
        _position = state["batch_position"].ToArray<long>()[0];
    }
}
