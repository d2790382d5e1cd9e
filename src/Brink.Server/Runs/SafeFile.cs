using Brink.Experiments;
using Microsoft.Win32.SafeHandles;

namespace Brink.Server;

/// <summary>
/// Files of run folders that anyone may have made: a link is not followed, a pipe or a device not opened, a large file not read whole.
/// </summary>
internal static class SafeFile
{
    /// <summary>The largest specification, summary, environment or list of tags that is read, in bytes.</summary>
    internal const int LargestDocument = 1 << 20;

    /// <summary>Whether an ordinary file is there that is no link.</summary>
    internal static bool Exists(string path) => OrdinaryFile.IsAt(new FileInfo(path));

    /// <summary>Whether such a file is a document that may be read whole.</summary>
    internal static bool IsDocument(string path) =>
        new FileInfo(path) is { } file && OrdinaryFile.IsAt(file) && file.Length is > 0 and <= LargestDocument;

    /// <summary>Whether such a file is there and has content. One without is never opened: a pipe has none, and opening it could last for ever.</summary>
    internal static bool HasContent(string path) =>
        new FileInfo(path) is { } file && OrdinaryFile.IsAt(file) && file.Length > 0;

    /// <summary>Why a run folder must not be read, in one line; null where nothing is wrong with its files.</summary>
    /// <param name="folder">The run folder.</param>
    internal static string? ProblemIn(string folder) =>
        ProblemOf(RunFiles.Specification(folder), LargestDocument)
        ?? ProblemOf(RunFiles.Summary(folder), LargestDocument)
        ?? ProblemOf(RunFiles.Environment(folder), LargestDocument)
        ?? ProblemOf(RunFiles.Tags(folder), LargestDocument)
        ?? ProblemOf(RunFiles.Log(folder), long.MaxValue)
        ?? ProblemOf(RunFiles.Metrics(folder), long.MaxValue)
        ?? Directory.EnumerateFiles(folder).Where(RunFiles.IsLock).Select(ProblemOfLock).FirstOrDefault(problem => problem is not null);

    /// <summary>The end of a text file, from a whole line on; nothing where it is not there.</summary>
    /// <param name="path">The file.</param>
    /// <param name="most">Bytes to read at most.</param>
    internal static string ReadEndText(string path, int most) => System.Text.Encoding.UTF8.GetString(ReadEnd(path, most));

    /// <summary>The same, as it lies in the file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="most">Bytes to read at most.</param>
    internal static ReadOnlySpan<byte> ReadEnd(string path, int most)
    {
        if (!HasContent(path))
        {
            return [];
        }

        using SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        long length = RandomAccess.GetLength(file);
        long skipped = Math.Max(0, length - most);
        byte[] bytes = new byte[length - skipped];
        int read = RandomAccess.Read(file, bytes, skipped);
        ReadOnlySpan<byte> text = bytes.AsSpan(0, read);
        return skipped == 0 ? text : text[(text.IndexOf((byte)'\n') + 1)..];
    }

    private static string? ProblemOf(string path, long largest)
    {
        FileInfo file = new(path);
        return file switch
        {
            _ when OrdinaryFile.IsLink(file) => $"{path} is a link; the server follows none",
            { Exists: false } => Directory.Exists(path) ? $"{path} is a folder" : null,
            { Length: 0 } when largest == LargestDocument => $"{path} is empty",
            _ when file.Length > largest => $"{path} is larger than {largest >> 20} MB",
            _ => null,
        };
    }

    /// <summary>A lock is an empty file, and is opened: only here a pipe must be told by asking the system.</summary>
    private static string? ProblemOfLock(string path)
    {
        if (OrdinaryFile.IsLink(new FileInfo(path)))
        {
            return $"{path} is a link; the server follows none";
        }

        return OrdinaryFile.IsReplacedByPipe(path) ? $"{path} is no ordinary file" : null;
    }
}
