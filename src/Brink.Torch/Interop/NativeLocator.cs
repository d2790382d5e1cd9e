using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace Brink.Torch.Interop;

/// <summary>
/// Finds <c>libbrink_native.so</c>. <c>BRINK_NATIVE</c> names it, and then nothing else is looked for. Else, where <c>LIBTORCH</c>
/// names a libtorch, it is built for that one (<see cref="NativeBuild"/>). Else a prebuilt one is taken: beside the program, where
/// its NuGet packages lie, or in <c>artifacts/native/</c> of the checkout the program was built in. Where there is none, or the
/// libtorch it was built for is missing, it is built for the libtorch that is there.
/// </summary>
internal static partial class NativeLocator
{
    /// <summary>Name of the file.</summary>
    internal const string FileName = "libbrink_native.so";

    private const string HowToInstall =
        "To have libtorch: on Debian 12, apt-get install libtorch1.13 libopenblas0-pthread libtcmalloc-minimal4; elsewhere set LIBTORCH to the folder " +
        "of a libtorch or of a Python torch, 1.13 or newer, for which the native library is then built once (with cmake, make and g++)";

    /// <summary>Where the library was loaded from; null before its first use.</summary>
    internal static string? LoadedFrom { get; private set; }

    internal static void Install() =>
        NativeLibrary.SetDllImportResolver(typeof(NativeLocator).Assembly, Resolve);

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath)
    {
        if (name != Native.Library)
        {
            return 0;
        }

        if (Environment.GetEnvironmentVariable("BRINK_NATIVE") is { Length: > 0 } named)
        {
            return File.Exists(named)
                ? Load(named, out string? reason) is var handle and not 0 ? handle : throw new TorchException(reason!)
                : throw new TorchException($"{FileName} was not found at {named}, where BRINK_NATIVE points: any command of ./brink builds it");
        }

        var reasons = new List<string>();
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable("LIBTORCH")))
        {
            foreach (string candidate in Prebuilt().Where(File.Exists).Select(Path.GetFullPath).Distinct())
            {
                if (Load(candidate, out string? reason) is var handle and not 0)
                {
                    return handle;
                }

                reasons.Add(reason!);
            }
        }

        return LoadBuilt(reasons);
    }

    private static nint LoadBuilt(List<string> reasons)
    {
        try
        {
            if (NativeBuild.Obtain(Console.Error.WriteLine) is { } built)
            {
                return Load(built, out string? reason) is var handle and not 0 ? handle : throw new TorchException(reason!);
            }
        }
        catch (TorchException failure) when (reasons.Count > 0)
        {
            throw new TorchException($"{string.Join("; ", reasons)}; {failure.Message.TrimEnd('.')}. {HowToInstall}");
        }

        throw new TorchException($"{string.Join("; ", reasons.DefaultIfEmpty("there is no libtorch on this machine"))}. {HowToInstall}");
    }

    private static nint Load(string path, out string? reason)
    {
        try
        {
            nint handle = NativeLibrary.Load(path);
            (LoadedFrom, reason) = (path, null);
            return handle;
        }
        catch (DllNotFoundException failure)
        {
            // The runtime lists every name that it tried; the loader's own word is in one of the lines.
            reason = MissingLibrary().Match(failure.Message) is { Success: true } missing && Path.GetFileName(missing.Groups["file"].Value) != FileName
                ? $"{missing.Groups["file"].Value} is missing, which {path} was built for"
                : $"{path} does not load ({failure.Message.ReplaceLineEndings(" ")})";
            return 0;
        }
    }

    private static IEnumerable<string> Prebuilt()
    {
        yield return Path.Combine(AppContext.BaseDirectory, FileName);

        // Where the host found the native files of the packages that the program was built with.
        if (AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") is string folders)
        {
            foreach (string folder in folders.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
            {
                yield return Path.Combine(folder, FileName);
            }
        }

        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            yield return Path.Combine(folder.FullName, "artifacts", "native", FileName);
        }
    }

    [GeneratedRegex(@"(?<file>\S+): cannot open shared object file", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex MissingLibrary();
}
