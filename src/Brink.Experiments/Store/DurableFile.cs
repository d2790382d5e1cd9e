using System.Runtime.InteropServices;

namespace Brink.Experiments;

/// <summary>Files that are there whole or not at all, whatever kills the process or the machine.</summary>
internal static partial class DurableFile
{
    /// <summary>Ending of a file that is being written; one left behind by a kill is rubbish.</summary>
    internal const string TemporarySuffix = ".tmp";

    /// <summary>
    /// Writes to a temporary name in the same folder, syncs the file, renames it over <paramref name="path"/> and syncs
    /// the folder, so that a reader sees the old content or the new, and a crash of the machine loses neither.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="write">Writes the content.</param>
    /// <exception cref="RunStoreException">The content could not be written; the old file is untouched.</exception>
    internal static void Replace(string path, Action<Stream> write)
    {
        string temporary = path + TemporarySuffix;
        try
        {
            using (FileStream stream = new(temporary, FileMode.Create, FileAccess.Write, FileShare.None))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
            SyncFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            TryDelete(temporary);
            throw error as RunStoreException ?? RunStoreException.Writing(path, error);
        }
    }

    /// <summary>Makes renames and new names in a folder durable (POSIX: fsync of the directory; elsewhere nothing is needed).</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="IOException">The folder cannot be synced.</exception>
    internal static void SyncFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        int descriptor = Open(folder, 0);
        if (descriptor < 0)
        {
            throw new IOException($"cannot open {folder}: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        try
        {
            const int InvalidArgument = 22; // Some network file systems cannot sync a directory, and need not.
            if (Sync(descriptor) != 0 && Marshal.GetLastPInvokeError() != InvalidArgument)
            {
                throw new IOException($"cannot sync {folder}: {Marshal.GetLastPInvokeErrorMessage()}", Marshal.GetLastPInvokeError());
            }
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    /// <summary>Deletes a file if that is possible; used on the way out of a failure, which must stay the one reported.</summary>
    internal static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Left behind; it carries the temporary suffix and is removed when the folder is next opened.
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(int descriptor);
}
