using System.Diagnostics;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace Brink.Torch.Interop;

/// <summary>
/// Builds <c>libbrink_native.so</c> on the machine it is used on, from the sources that this assembly carries, for the libtorch
/// that is found there (<c>native/torch.sh</c>: <c>LIBTORCH</c>, else that of <c>python3</c>, else the system's). What was built
/// is kept in <c>$XDG_CACHE_HOME/brink/native</c> (or <c>~/.cache/brink/native</c>), in a folder for each set of sources and each
/// libtorch, so that it is done once.
/// </summary>
internal static class NativeBuild
{
    /// <summary>Before the names of the sources among the assembly's resources.</summary>
    private const string Carried = "native/";

    /// <summary>Where what was built is kept.</summary>
    private static string Cache
    {
        get
        {
            string? cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
            string root = string.IsNullOrEmpty(cache)
                ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify), ".cache")
                : cache;
            return Path.Combine(root, "brink", "native");
        }
    }

    /// <summary>The library for this machine's libtorch, built now where it was not before.</summary>
    /// <param name="say">Told, in one line, that it is being built.</param>
    /// <returns>Its path; null where there is no libtorch to build for.</returns>
    /// <exception cref="TorchException">It cannot be built: a tool is missing, the libtorch is too old, or the compiler failed.</exception>
    internal static string? Obtain(Action<string> say)
    {
        try
        {
            IReadOnlyList<(string Name, byte[] Bytes)> sources = Sources();
            string sourceFolder = Extract(sources);
            string[] found = Run(sourceFolder, "find").Split('\n', StringSplitOptions.TrimEntries);
            if (found[0].Length == 0)
            {
                return null;
            }

            (string torch, string version) = (found[0], found.Length > 1 ? found[1] : string.Empty);
            string folder = Path.Combine(Cache, Key([.. sources, ("libtorch", Encoding.UTF8.GetBytes($"{torch}\n{version}"))]));
            string library = Path.Combine(folder, NativeLocator.FileName);
            return File.Exists(library) ? library : Build(sourceFolder, folder, library, $"libtorch {version} in {torch}", say);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new TorchException($"{NativeLocator.FileName} cannot be built in {Cache}: {failure.Message}");
        }
    }

    private static string Build(string sourceFolder, string folder, string library, string libtorch, Action<string> say)
    {
        using FileStream mine = Lock(folder + ".lock");

        // Another process, a rank beside this one say, may have built it meanwhile.
        if (!File.Exists(library))
        {
            say($"brink: building {NativeLocator.FileName} for {libtorch}, once (about a minute; kept in {folder})");
            string work = folder + ".build";
            Run(sourceFolder, "build", work);
            Directory.CreateDirectory(folder);
            File.Move(Path.Combine(work, NativeLocator.FileName), library, overwrite: true);
            Directory.Delete(work, recursive: true);
        }

        return library;
    }

    private static FileStream Lock(string path)
    {
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(path))
            {
                Thread.Sleep(200);
            }
        }
    }

    private static List<(string Name, byte[] Bytes)> Sources()
    {
        Assembly assembly = typeof(NativeBuild).Assembly;
        var sources = new List<(string, byte[])>();
        foreach (string resource in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Carried)).Order(StringComparer.Ordinal))
        {
            using Stream stream = assembly.GetManifestResourceStream(resource)!;
            byte[] bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            sources.Add((resource[Carried.Length..], bytes));
        }

        return sources;
    }

    /// <summary>Lays the sources into a folder named after them; it appears whole or not at all.</summary>
    private static string Extract(IReadOnlyList<(string Name, byte[] Bytes)> sources)
    {
        string folder = Path.Combine(Cache, Key(sources) + ".sources");
        if (Directory.Exists(folder))
        {
            return folder;
        }

        string partial = $"{folder}.{Environment.ProcessId}";
        Directory.CreateDirectory(partial);
        foreach ((string name, byte[] bytes) in sources)
        {
            File.WriteAllBytes(Path.Combine(partial, name), bytes);
        }

        try
        {
            Directory.Move(partial, folder);
        }
        catch (IOException) when (Directory.Exists(folder))
        {
            Directory.Delete(partial, recursive: true);
        }

        return folder;
    }

    private static string Key(IEnumerable<(string Name, byte[] Bytes)> parts)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach ((string name, byte[] bytes) in parts)
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{name}\n{bytes.Length}\n"));
            hash.AppendData(bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }

    /// <summary>Runs <c>build.sh</c>, and gives what it printed.</summary>
    private static string Run(string sourceFolder, params string[] arguments)
    {
        var start = new ProcessStartInfo("bash", [Path.Combine(sourceFolder, "build.sh"), .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        try
        {
            using Process process = Process.Start(start)!;
            process.StandardInput.Close();
            Task<string> error = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0
                ? output
                : throw new TorchException($"{NativeLocator.FileName} cannot be built here: {error.Result.Trim().ReplaceLineEndings("; ")}");
        }
        catch (System.ComponentModel.Win32Exception failure)
        {
            throw new TorchException($"{NativeLocator.FileName} cannot be built here: bash does not start ({failure.Message})");
        }
    }
}
