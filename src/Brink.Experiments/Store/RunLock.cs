using System.Globalization;

namespace Brink.Experiments;

/// <summary>
/// Holds a run folder for one process by an operating-system lock (POSIX <c>flock</c>) on its file <c>.lock</c>, which
/// ends with the process however it ends. Who holds it is told by <c>.lock-owner</c>, because a locked file cannot be
/// read.
/// </summary>
internal sealed class RunLock : IDisposable
{
    private const string LockName = ".lock";
    private const string OwnerName = ".lock-owner";
    private readonly FileStream _held;

    private RunLock(FileStream held) => _held = held;

    /// <summary>Takes the lock.</summary>
    /// <param name="folder">The folder; it exists.</param>
    /// <param name="what">What the folder is, for the message.</param>
    /// <exception cref="BrinkException">Another process holds it.</exception>
    /// <exception cref="RunStoreException">The lock file cannot be made.</exception>
    internal static RunLock Acquire(string folder, string what = "run folder")
    {
        string path = Path.Combine(folder, LockName);
        if (OrdinaryFile.IsReplacedByPipe(path))
        {
            throw new RunStoreException($"{path} is a pipe where a file belongs; remove it");
        }

        // Someone who only asks whether the folder is in use holds a shared lock for a moment: try again for a while.
        const int Attempts = 10;
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                FileStream stream = new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
                try
                {
                    File.WriteAllText(Path.Combine(folder, OwnerName), Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n");
                }
                catch (IOException)
                {
                    // On a full disk the folder can still be held; only the message to others is poorer.
                }

                return new RunLock(stream);
            }
            catch (IOException error) when (IsHeldElsewhere(error))
            {
                if (attempt == Attempts)
                {
                    throw new BrinkException($"{what} {folder} is in use by {Owner(folder)}; wait for it, or choose another folder", error) { IsTemporary = true };
                }

                Thread.Sleep(30);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                throw RunStoreException.Writing(path, error);
            }
        }
    }

    /// <summary>Whether a process holds the folder now.</summary>
    /// <param name="folder">The run folder.</param>
    internal static bool IsHeld(string folder)
    {
        string path = Path.Combine(folder, LockName);
        if (OrdinaryFile.IsReplacedByPipe(path))
        {
            return false;
        }

        try
        {
            using FileStream probe = new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            return false;
        }
        catch (IOException error)
        {
            return IsHeldElsewhere(error);
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Number of the process that took the lock last; null where that is not known.</summary>
    /// <param name="folder">The run folder.</param>
    internal static int? OwnerOf(string folder) =>
        int.TryParse(OwnerText(folder), NumberStyles.None, CultureInfo.InvariantCulture, out int owner) && owner > 1 ? owner : null;

    /// <summary>Gives the folder free.</summary>
    public void Dispose() => _held.Dispose();

    private static bool IsHeldElsewhere(IOException error)
    {
        const int WouldBlock = 11;         // EWOULDBLOCK on Linux
        const int WouldBlockApple = 35;
        const int SharingViolation = 32;   // Windows
        return error is not (FileNotFoundException or DirectoryNotFoundException)
            && (error.HResult & 0xFFFF) is WouldBlock or WouldBlockApple or SharingViolation;
    }

    private static string Owner(string folder) => OwnerText(folder) is { Length: > 0 } owner ? $"process {owner}" : "another process";

    private static string? OwnerText(string folder)
    {
        string path = Path.Combine(folder, OwnerName);
        try
        {
            return OrdinaryFile.IsReplacedByPipe(path) ? null : File.ReadAllText(path).Trim();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
