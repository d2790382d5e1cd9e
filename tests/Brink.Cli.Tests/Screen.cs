using System.Globalization;
using System.Text;
using Spectre.Console;

namespace Brink.Cli.Tests;

/// <summary>
/// A terminal of a given width: it wraps long lines, understands the cursor movements that the live view uses, and,
/// like real ones, wraps anew what it shows when it becomes narrower.
/// </summary>
internal sealed class Screen : TextWriter
{
    private readonly List<StringBuilder> _rows = [new()];
    private int _row;
    private int _column;
    private string _pending = string.Empty;

    internal Screen(int width)
    {
        Width = width;
        Console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.Yes,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(this),
        });
        Console.Profile.Width = width;
        Console.Profile.Capabilities.Unicode = true;
    }

    public override Encoding Encoding => Encoding.UTF8;

    internal IAnsiConsole Console { get; }

    internal int Width { get; private set; }

    /// <summary>Times the cursor was sent up to draw anew.</summary>
    internal int Frames { get; private set; }

    internal string[] Rows() => [.. _rows.Select(row => row.ToString().TrimEnd()).Take(_rows.FindLastIndex(row => row.Length > 0) + 1)];

    internal void Resize(int width)
    {
        List<string> wrapped = [.. _rows.Take(_row).SelectMany(row => row.Length == 0 ? [string.Empty] : row.ToString().Chunk(width).Select(part => new string(part)))];
        _rows.Clear();
        _rows.AddRange(wrapped.Select(text => new StringBuilder(text)));
        _rows.Add(new StringBuilder());
        (_row, _column, Width) = (_rows.Count - 1, 0, width);
        Console.Profile.Width = width;
    }

    public override void Write(char value)
    {
        if (_pending.Length > 0 || value == '\u001b')
        {
            _pending += value;
            if (_pending.Length > 2 && char.IsAsciiLetter(value))
            {
                Control(_pending[2..^1], value);
                _pending = string.Empty;
            }

            return;
        }

        switch (value)
        {
            case '\r':
                _column = 0;
                break;
            case '\n':
                Down();
                break;
            default:
                if (_column == Width)
                {
                    Down();
                }

                StringBuilder row = _rows[_row];
                row.Append(' ', Math.Max(0, _column - row.Length));
                if (_column < row.Length)
                {
                    row[_column] = value;
                }
                else
                {
                    row.Append(value);
                }

                _column++;
                break;
        }
    }

    private void Down()
    {
        _row++;
        _column = 0;
        if (_row == _rows.Count)
        {
            _rows.Add(new StringBuilder());
        }
    }

    private void Control(string argument, char command)
    {
        switch (command)
        {
            case 'A':
                _row -= int.Parse(argument, CultureInfo.InvariantCulture);
                Assert.True(_row >= 0, "the cursor left the screen");
                Frames++;
                break;
            case 'J':
                _rows.RemoveRange(_row + 1, _rows.Count - _row - 1);
                _rows[_row].Length = Math.Min(_rows[_row].Length, _column);
                break;
            case 'm':
                break;
            default:
                Assert.Fail($"the live view used a control that is not known here: {command}");
                break;
        }
    }
}
