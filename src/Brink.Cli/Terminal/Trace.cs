namespace Brink.Cli.Terminal;

/// <summary>
/// The course of one quantity in bounded memory: when full, every other point is dropped and only every second
/// (fourth, eighth, …) later one is kept, so that a long run costs no more than a short one.
/// </summary>
internal sealed class Trace
{
    private const int Capacity = 1024;
    private readonly List<double> _values = new(Capacity);
    private int _stride = 1;
    private int _skipped;

    /// <summary>The points kept, oldest first.</summary>
    internal IReadOnlyList<double> Values => _values;

    /// <summary>Adds a point.</summary>
    /// <param name="value">Its value.</param>
    internal void Add(double value)
    {
        if (_skipped > 0)
        {
            _skipped--;
            return;
        }

        _skipped = _stride - 1;
        _values.Add(value);
        if (_values.Count < Capacity)
        {
            return;
        }

        for (int i = 0; i < Capacity / 2; i++)
        {
            _values[i] = _values[2 * i];
        }

        _values.RemoveRange(Capacity / 2, Capacity - (Capacity / 2));
        // The next point to keep is one old stride away: the last one kept now is the last but one of before.
        _skipped = _stride - 1;
        _stride *= 2;
    }
}
