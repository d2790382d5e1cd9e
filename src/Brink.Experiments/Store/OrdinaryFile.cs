using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Brink.Experiments;

/// <summary>Tells a file that can be opened from a pipe in its place, which would be waited at for ever.</summary>
public static partial class OrdinaryFile
{
    /// <summary>Whether a file is there that is no link.</summary>
    /// <param name="file">The file; its properties are read once, when first asked for.</param>
    public static bool IsAt(FileInfo file) => file.Exists && !IsLink(file);

    /// <summary>Whether a link is there, wherever it leads; told by what is known of the file, without reading the link.</summary>
    /// <param name="file">The file.</param>
    public static bool IsLink(FileInfo file) => (int)file.Attributes != -1 && file.Attributes.HasFlag(FileAttributes.ReparsePoint);

    /// <summary>
    /// Whether a pipe, a socket or a terminal stands in the place of a file. An empty file looks the same as those in all that
    /// .NET tells of it, so that the system is asked; where it does not answer (no file, no permission) this is <c>false</c>.
    /// </summary>
    /// <param name="path">The file's path.</param>
    public static bool IsReplacedByPipe(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return false;
        }

        int withoutWaiting = OperatingSystem.IsLinux() ? 0x80800 : 0x1000004; // O_RDONLY | O_NONBLOCK | O_CLOEXEC
        int descriptor = Open(path, withoutWaiting);
        if (descriptor < 0)
        {
            return false;
        }

        using SafeFileHandle handle = new(descriptor, ownsHandle: true);
        const int FromCurrent = 1;
        return Seek(descriptor, 0, FromCurrent) < 0;
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "lseek")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial long Seek(int descriptor, long offset, int origin);
}
