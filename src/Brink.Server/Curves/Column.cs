using System.Runtime.InteropServices;

namespace Brink.Server;

/// <summary>A number that some lines of a run have: the values, and on which lines where not on all.</summary>
internal sealed class Column
{
    private readonly List<double> _values = [];
    private List<int>? _lines;

    /// <summary>Lines that have it.</summary>
    internal int Count => _values.Count;

    /// <summary>The values, in order of line; not finite where the number was not.</summary>
    internal ReadOnlySpan<double> Values => CollectionsMarshal.AsSpan(_values);

    /// <summary>Memory that it takes.</summary>
    internal long Bytes => (8L * _values.Capacity) + (4L * (_lines?.Capacity ?? 0));

    /// <summary>The line, from 0, of a value.</summary>
    /// <param name="index">Index of the value.</param>
    internal int LineOf(int index) => _lines is null ? index : _lines[index];

    /// <summary>Adds a value; lines rise.</summary>
    /// <param name="line">The line.</param>
    /// <param name="value">The value.</param>
    internal void Add(int line, double value)
    {
        if (_lines is null && line != _values.Count)
        {
            // Up to here every line had it.
            _lines = new List<int>(_values.Count + 4);
            for (int i = 0; i < _values.Count; i++)
            {
                _lines.Add(i);
            }
        }

        _lines?.Add(line);
        _values.Add(value);
    }

    /// <summary>Removes what stands on a line and after it.</summary>
    /// <param name="line">The line.</param>
    internal void CutTo(int line)
    {
        int keep = FirstAt(line);
        _values.RemoveRange(keep, _values.Count - keep);
        _lines?.RemoveRange(keep, _lines.Count - keep);
    }

    /// <summary>Index of the first value on a line or after it.</summary>
    /// <param name="line">The line.</param>
    internal int FirstAt(int line)
    {
        if (_lines is null)
        {
            return Math.Min(line, _values.Count);
        }

        int found = _lines.BinarySearch(line);
        return found < 0 ? ~found : found;
    }
}

/// <summary>A list of numbers that some lines of a run have.</summary>
internal sealed class ListColumn
{
    private readonly List<double> _values = [];
    private readonly List<int> _begins = [];
    private readonly List<int> _lines = [];

    /// <summary>Lines that have it.</summary>
    internal int Count => _lines.Count;

    /// <summary>Memory that it takes.</summary>
    internal long Bytes => (8L * _values.Capacity) + (4L * (_begins.Capacity + _lines.Capacity));

    /// <summary>The line, from 0, of a list.</summary>
    /// <param name="index">Index of the list.</param>
    internal int LineOf(int index) => _lines[index];

    /// <summary>A list.</summary>
    /// <param name="index">Index of the list.</param>
    internal ReadOnlySpan<double> this[int index]
    {
        get
        {
            int begin = _begins[index];
            int end = index + 1 < _begins.Count ? _begins[index + 1] : _values.Count;
            return CollectionsMarshal.AsSpan(_values)[begin..end];
        }
    }

    /// <summary>Index of the first list on a line or after it.</summary>
    /// <param name="line">The line.</param>
    internal int FirstAt(int line)
    {
        int found = _lines.BinarySearch(line);
        return found < 0 ? ~found : found;
    }

    /// <summary>Begins the list of a line; lines rise.</summary>
    /// <param name="line">The line.</param>
    internal void Begin(int line)
    {
        _lines.Add(line);
        _begins.Add(_values.Count);
    }

    /// <summary>Adds a number to the list that was begun last.</summary>
    /// <param name="value">The number.</param>
    internal void Add(double value) => _values.Add(value);

    /// <summary>Removes what stands on a line and after it.</summary>
    /// <param name="line">The line.</param>
    internal void CutTo(int line)
    {
        while (_lines.Count > 0 && _lines[^1] >= line)
        {
            _values.RemoveRange(_begins[^1], _values.Count - _begins[^1]);
            _begins.RemoveAt(_begins.Count - 1);
            _lines.RemoveAt(_lines.Count - 1);
        }
    }
}
