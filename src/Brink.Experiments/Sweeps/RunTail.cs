using System.Text.Json;

namespace Brink.Experiments.Sweeps;

/// <summary>Follows <c>metrics.jsonl</c> of a run that another process writes.</summary>
/// <param name="folder">The run folder.</param>
internal sealed class RunTail(string folder)
{
    /// <summary>How much of a file that was there before is read, in bytes.</summary>
    private const int Most = 1 << 16;

    private long _read = -1;

    /// <summary>The last line; null before the first.</summary>
    internal MetricsLine? Last { get; private set; }

    /// <summary>The last λ₁ measured.</summary>
    internal double? Sharpness { get; private set; }

    /// <summary>The last step, η.</summary>
    internal double? StepSize { get; private set; }

    /// <summary>Lines seen.</summary>
    internal int Lines { get; private set; }

    /// <summary>Reads what was added.</summary>
    internal void Follow()
    {
        try
        {
            using FileStream file = new(RunFiles.Metrics(folder), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (_read < 0 || file.Length < _read)
            {
                // New, or cut back to a checkpoint.
                _read = Math.Max(0, file.Length - Most);
            }

            file.Seek(_read, SeekOrigin.Begin);
            byte[] bytes = new byte[file.Length - _read];
            bytes = bytes[..file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)];
            int end = bytes.AsSpan().LastIndexOf((byte)'\n') + 1;
            _read += end;
            foreach (Range line in bytes.AsSpan(0, end).Split((byte)'\n'))
            {
                Take(bytes.AsSpan(0, end)[line]);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Not there yet, or not readable: the view shows less, the run goes on.
        }
    }

    private void Take(ReadOnlySpan<byte> text)
    {
        try
        {
            if (text.Length > 0 && JsonSerializer.Deserialize<MetricsLine>(text, RunJson.Line) is { } line)
            {
                Last = line;
                Sharpness = line.Sharpness ?? Sharpness;
                StepSize = line.StepSize ?? StepSize;
                Lines++;
            }
        }
        catch (JsonException)
        {
            // The reading began within a line.
        }
    }
}
