using System.Globalization;
using Brink.Curvature;

namespace Brink.Experiments.TensorBoard;

/// <summary>
/// A run's <c>events.out.tfevents.…</c>, written beside its metrics while it goes on. It says nothing that
/// <c>metrics.jsonl</c> does not say: where the two disagree, as after a kill, it is made to follow. A record is appended by one write.
/// </summary>
internal sealed class EventFile : IDisposable
{
    private const string Prefix = "events.out.tfevents.";
    private const string Suffix = ".brink";

    private readonly string _path;
    private readonly FileStream _stream;
    private readonly DensityBins _bins;
    private DateTimeOffset _started;

    private EventFile(string path, Specification specification, DateTimeOffset started)
    {
        _path = path;
        _bins = specification.BinsOfDensity();
        _started = started;
        try
        {
            _stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw RunStoreException.Writing(path, error);
        }
    }

    /// <summary>The event files of ours in a folder.</summary>
    /// <param name="folder">The folder.</param>
    internal static IEnumerable<string> In(string folder) =>
        Directory.Exists(folder) ? Directory.EnumerateFiles(folder, Prefix + "*" + Suffix).Order(StringComparer.Ordinal) : [];

    /// <summary>Opens a run's event file to append to it; one that is not there is made.</summary>
    /// <param name="folder">The run folder.</param>
    /// <param name="specification">The run's specification.</param>
    /// <param name="started">When the run began, where there is no file that tells.</param>
    /// <exception cref="RunStoreException">The file cannot be opened.</exception>
    internal static EventFile Open(string folder, Specification specification, DateTimeOffset started) =>
        new(In(folder).FirstOrDefault() ?? NameIn(folder, started), specification, started);

    /// <summary>Writes the whole event file of a run; those of ours that are in the folder go.</summary>
    /// <param name="folder">Where to; made where it is not there.</param>
    /// <param name="specification">The run's specification.</param>
    /// <param name="started">When the run began.</param>
    /// <param name="lines">Its metrics.</param>
    /// <exception cref="RunStoreException">It cannot be written.</exception>
    internal static void Write(string folder, Specification specification, DateTimeOffset started, IEnumerable<MetricsLine> lines)
    {
        string path = NameIn(folder, started);
        try
        {
            Directory.CreateDirectory(folder);
            foreach (string old in In(folder).ToArray())
            {
                File.Delete(old);
            }

            DurableFile.Replace(path, stream =>
            {
                DensityBins bins = specification.BinsOfDensity();
                stream.Write(EventRecords.Frame(MetricsEvents.Begin(started)));
                foreach (MetricsLine line in lines)
                {
                    stream.Write(EventRecords.Frame(MetricsEvents.Of(line, bins, started)));
                }
            });
        }
        catch (Exception error) when (error is (IOException or UnauthorizedAccessException) and not RunStoreException)
        {
            throw RunStoreException.Writing(path, error);
        }
    }

    /// <summary>Appends the event of a line.</summary>
    /// <param name="line">The line.</param>
    /// <exception cref="RunStoreException">It could not be written.</exception>
    internal void Append(MetricsLine line) => Write(MetricsEvents.Of(line, _bins, _started));

    /// <summary>
    /// Makes the file that of these lines: keeps the records that are theirs and appends what is missing. The file is shortened in
    /// place and not replaced, because a TensorBoard that is looking at it reads on where it stands: a resumed run writes records of
    /// the same length at the same places.
    /// </summary>
    /// <param name="lines">The lines of the metrics.</param>
    /// <exception cref="RunStoreException">The file cannot be read or written.</exception>
    internal void Follow(IReadOnlyList<MetricsLine> lines)
    {
        long keep = 0;
        int kept = 0;
        try
        {
            _stream.Seek(0, SeekOrigin.Begin);
            byte[] bytes = new byte[_stream.Length];
            _stream.ReadExactly(bytes);
            foreach ((ReadOnlyMemory<byte> data, long end) in EventRecords.Scan(bytes))
            {
                if (keep > 0)
                {
                    if (kept == lines.Count || MetricsEvents.StepOf(data.Span) != lines[kept].Iteration)
                    {
                        break;
                    }

                    kept++;
                }
                else
                {
                    _started = MetricsEvents.WallTimeOf(data.Span) ?? _started;
                }

                keep = end;
            }

            _stream.SetLength(keep);
            _stream.Seek(keep, SeekOrigin.Begin);
        }
        catch (IOException error)
        {
            throw RunStoreException.Writing(_path, error);
        }

        if (keep == 0)
        {
            Write(MetricsEvents.Begin(_started));
        }

        foreach (MetricsLine line in lines.Skip(kept))
        {
            Append(line);
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _stream.Dispose();

    private static string NameIn(string folder, DateTimeOffset started) =>
        Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{started.ToUnixTimeSeconds()}{Suffix}"));

    private void Write(byte[] message)
    {
        try
        {
            _stream.Write(EventRecords.Frame(message));
        }
        catch (IOException error)
        {
            throw RunStoreException.Writing(_path, error);
        }
    }
}
