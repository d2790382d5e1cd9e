using System.Diagnostics;
using System.Globalization;
using Brink.Torch;

namespace Brink.Cli.Diagnosis;

/// <summary>Looks at libtorch and what it computes with. A libtorch that cannot be loaded is a finding, not a failure.</summary>
internal static class Engine
{
    /// <summary>What OpenBLAS or MKL reach on one core of the last fifteen years at the least; reference BLAS gives about 3.</summary>
    private const double SlowestGoodRate = 10;

    private const string InstallOpenBlas = "install OpenBLAS (Debian: apt-get install libopenblas0-pthread)";

    /// <summary>Looks.</summary>
    /// <returns>What was found; a single broken finding when the native library does not load.</returns>
    internal static IEnumerable<Finding> Look()
    {
        string version;
        try
        {
            version = Runtime.LibtorchVersion;
        }
        catch (Exception failure)
        {
            // Whatever stops the loader (file, symbol, version) says so itself.
            Exception cause = failure is TypeInitializationException { InnerException: { } inner } ? inner : failure;
            return
            [
                new Finding(
                    "libtorch",
                    cause.Message.ReplaceLineEndings(" "),
                    Health.Broken,
                    "in a checkout run ./brink setup; if it fails, set LIBTORCH to the folder of a libtorch 1.13 or newer"),
            ];
        }

        return Describe(version);
    }

    private static IEnumerable<Finding> Describe(string version)
    {
        yield return new Finding("libtorch", version);
        yield return new Finding("native library", Runtime.NativeLibraryPath ?? "loaded by the system");
        yield return Threads();
        yield return Blas(LoadedLibraries());
        yield return Speed();
        yield return Runtime.Allocator == "tcmalloc"
            ? new Finding("allocator", "tcmalloc")
            : new Finding("allocator", Runtime.Allocator, Health.Poor, "convolutions take two to three times longer; install tcmalloc (Debian: apt-get install libtcmalloc-minimal4)");
        yield return Gpu();
    }

    /// <summary>Names the BLAS among the libraries of a process.</summary>
    /// <param name="libraries">Paths of the shared libraries it has loaded.</param>
    /// <returns>The finding.</returns>
    internal static Finding Blas(IReadOnlyCollection<string> libraries)
    {
        string? Loaded(string part) => libraries.FirstOrDefault(path => Path.GetFileName(path).Contains(part, StringComparison.Ordinal));
        if (Loaded("openblas") is { } openBlas)
        {
            return new Finding("BLAS", $"OpenBLAS ({openBlas})");
        }

        if ((Loaded("mkl_core") ?? Loaded("mkl_rt")) is { } mkl)
        {
            return new Finding("BLAS", $"MKL ({mkl})");
        }

        if (Loaded("blis") is { } blis)
        {
            return new Finding("BLAS", $"BLIS ({blis})");
        }

        if (Loaded("libblas.so") is { } reference)
        {
            return new Finding(
                "BLAS",
                $"the reference BLAS ({reference})",
                Health.Poor,
                $"it is some forty times slower than OpenBLAS; {InstallOpenBlas}, or choose it with update-alternatives --config libblas.so.3-$(uname -m)-linux-gnu");
        }

        return new Finding("BLAS", "built into libtorch");
    }

    /// <summary>Takes all cores, as a run does; libtorch's own choice is one thread where it misreads the machine.</summary>
    private static Finding Threads()
    {
        int byItself = Runtime.Threads;
        Runtime.Threads = Environment.ProcessorCount;
        return new Finding("threads", $"{Runtime.Threads} (libtorch by itself would take {byItself})");
    }

    /// <summary>Measures a matrix product, because a BLAS's name does not tell whether it is well chosen.</summary>
    private static Finding Speed()
    {
        const int Size = 768;
        using var scope = new TensorScope();
        var left = Tensor.Full([Size, Size], 0.5, ScalarType.Float32);
        var right = Tensor.Full([Size, Size], 0.25, ScalarType.Float32);
        _ = left.MatrixProduct(right);
        double best = double.PositiveInfinity;
        for (int i = 0; i < 3; i++)
        {
            long began = Stopwatch.GetTimestamp();
            _ = left.MatrixProduct(right);
            best = Math.Min(best, Stopwatch.GetElapsedTime(began).TotalSeconds);
        }

        double rate = 2.0 * Size * Size * Size / best / 1e9;
        string value = string.Create(CultureInfo.InvariantCulture, $"{rate:0} GFLOP/s in a {Size}×{Size} float32 matrix product");
        return rate < SlowestGoodRate
            ? new Finding("arithmetic", value, Health.Poor, $"a well-chosen BLAS gives tens to hundreds; {InstallOpenBlas}")
            : new Finding("arithmetic", value);
    }

    private static Finding Gpu()
    {
        if (Runtime.CudaIsAvailable)
        {
            (long free, long total) = Runtime.CudaMemory();
            IReadOnlyList<string> models = Runtime.CudaDeviceNames();
            return new Finding("GPU", $"{models.Count} with CUDA; the first, {models[0]}, has {Machine.Bytes(free)} free of {Machine.Bytes(total)}");
        }

        return Machine.NvidiaDriver() is { } driver
            ? new Finding("GPU", $"there is one ({driver}), but libtorch cannot use it", Health.Poor, "set LIBTORCH to the folder of a libtorch or of a Python torch with CUDA")
            : new Finding("GPU", "none; --device cpu only");
    }

    /// <summary>Paths of the shared libraries of this process; empty where there is no /proc.</summary>
    /// <summary>Shared libraries that this process has mapped.</summary>
    /// <returns>Their paths, links resolved.</returns>
    internal static IReadOnlyCollection<string> LoadedLibraries() => !File.Exists("/proc/self/maps")
        ? []
        : [.. File.ReadLines("/proc/self/maps")
            .Select(line => line.IndexOf('/', StringComparison.Ordinal) is >= 0 and var at ? line[at..] : string.Empty)
            .Where(path => path.Contains(".so", StringComparison.Ordinal))
            .Distinct()];
}
