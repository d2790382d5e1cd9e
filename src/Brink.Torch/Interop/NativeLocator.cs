using System.Reflection;
using System.Runtime.InteropServices;

namespace Brink.Torch.Interop;

/// <summary>
/// Finds <c>libbrink_native.so</c>: <c>BRINK_NATIVE</c> (a file), then beside the program, then
/// <c>artifacts/native/</c> of the checkout the program was built in.
/// </summary>
internal static class NativeLocator
{
    private const string FileName = "libbrink_native.so";

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

        var reasons = new List<string>();
        foreach (string candidate in Candidates())
        {
            if (!File.Exists(candidate))
            {
                continue;
            }

            try
            {
                nint handle = NativeLibrary.Load(candidate);
                LoadedFrom = candidate;
                return handle;
            }
            catch (DllNotFoundException failure)
            {
                reasons.Add($"{candidate} does not load ({failure.Message.ReplaceLineEndings(" ")})");
            }
        }

        throw new TorchException(reasons.Count > 0
            ? string.Join("; ", reasons)
            : $"{FileName} was not found{(Candidates().Take(2).Count() == 1 ? $" at {Candidates().First()}, where BRINK_NATIVE points" : string.Empty)}: any command of ./brink builds it");
    }

    private static IEnumerable<string> Candidates()
    {
        string? named = Environment.GetEnvironmentVariable("BRINK_NATIVE");
        if (!string.IsNullOrEmpty(named))
        {
            yield return named;
            yield break;
        }

        yield return Path.Combine(AppContext.BaseDirectory, FileName);
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            yield return Path.Combine(folder.FullName, "artifacts", "native", FileName);
        }
    }
}
