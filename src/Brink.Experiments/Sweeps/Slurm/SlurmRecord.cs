using System.Globalization;
using System.Text;

namespace Brink.Experiments.Sweeps.Slurm;

/// <summary>A line of a sweep's <c>slurm.jsonl</c>: one before an array is submitted, and one with its number after.</summary>
public sealed record SlurmSubmission
{
    /// <summary>Number of the submission, from 1.</summary>
    public required int Submission { get; init; }

    /// <summary>The job's name, the same for no other submission of any sweep.</summary>
    public required string Name { get; init; }

    /// <summary>When, in UTC.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The job's number; null on the line before it is submitted.</summary>
    public string? Job { get; init; }

    /// <summary>How many runs it carries out.</summary>
    public int? Runs { get; init; }
}

/// <summary>
/// What a sweep's folder says of its submissions: <c>slurm.jsonl</c>, and below <c>slurm/</c> for each the list of its runs, its
/// script and what its elements wrote. Everything else is known to Slurm and to the run folders.
/// </summary>
/// <param name="folder">The sweep's folder.</param>
internal sealed class SlurmRecord(string folder)
{
    private const int NameDigits = 8;

    /// <summary>Where lists, scripts and logs are.</summary>
    internal string Place { get; } = Path.Combine(folder, "slurm");

    /// <summary>The submissions whose job is known, and those of which only the intention is: Slurm may have them or not.</summary>
    /// <exception cref="BrinkException">The record is not valid.</exception>
    internal IReadOnlyList<SlurmSubmission> Read() =>
    [
        .. LinesFile<SlurmSubmission>.Read(File).GroupBy(line => line.Submission)
            .Select(lines => lines.LastOrDefault(line => line.Job is not null) ?? lines.Last()),
    ];

    /// <summary>The runs of a submission, in the order of its elements.</summary>
    internal string[] RunsOf(int submission)
    {
        try
        {
            return System.IO.File.ReadAllLines(ListOf(submission));
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return [];
        }
    }

    /// <summary>The list of the runs of a submission.</summary>
    internal string ListOf(int submission) => Path.Combine(Place, $"{submission}.runs");

    /// <summary>The script of a submission.</summary>
    internal string ScriptOf(int submission) => Path.Combine(Place, $"{submission}.sbatch");

    /// <summary>The last line that an element wrote; null where it wrote nothing.</summary>
    internal string? LastWords(string task)
    {
        try
        {
            return System.IO.File.ReadLines(Path.Combine(Place, task + ".log")).LastOrDefault(line => line.StartsWith("brink: ", StringComparison.Ordinal));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Writes the list of a new submission and that it is going to be; on return both are on the disk.</summary>
    /// <exception cref="RunStoreException">They cannot be written.</exception>
    internal SlurmSubmission Prepare(IReadOnlyList<SweepRun> runs)
    {
        int number = 1 + Read().Select(line => line.Submission).DefaultIfEmpty(0).Max();
        string full = Path.GetFullPath(folder);
        SlurmSubmission line = new()
        {
            Submission = number,
            Name = $"brink-{Path.GetFileName(Path.TrimEndingDirectorySeparator(full)).Replace(' ', '-')}-{SweepPoint.Mark(full)[..NameDigits]}-{number.ToString(CultureInfo.InvariantCulture)}",
            Time = DateTimeOffset.UtcNow,
            Runs = runs.Count,
        };
        try
        {
            Directory.CreateDirectory(Place);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw RunStoreException.Writing(Place, error);
        }

        DurableFile.Replace(ListOf(number), stream => stream.Write(Encoding.UTF8.GetBytes(string.Concat(runs.Select(run => run.Name + "\n")))));
        Append(line);
        return line;
    }

    /// <summary>Writes a line; on return it is on the disk.</summary>
    /// <exception cref="RunStoreException">It cannot be written.</exception>
    internal void Append(SlurmSubmission line)
    {
        using LinesFile<SlurmSubmission> file = new(File);
        file.Append(line);
        file.Sync();
    }

    private string File => Path.Combine(folder, "slurm.jsonl");
}
