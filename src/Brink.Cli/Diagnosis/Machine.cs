using System.Globalization;
using System.Runtime.InteropServices;
using Brink.Experiments.Sweeps;

namespace Brink.Cli.Diagnosis;

/// <summary>Looks at the machine: processor, memory, disk, and the data that lie on it.</summary>
internal static class Machine
{
    private const long LittleMemory = 2L << 30;
    private const long LittleDisk = 1L << 30;

    /// <summary>Looks.</summary>
    /// <returns>What was found.</returns>
    internal static IEnumerable<Finding> Look()
    {
        yield return new Finding("brink", Version());
        yield return new Finding(".NET", $"{Environment.Version} on {RuntimeInformation.OSDescription} ({RuntimeInformation.OSArchitecture})");
        yield return Processor();
        yield return Memory();
        yield return Disk();
    }

    /// <summary>The version of this program, without the revision it was built from.</summary>
    /// <returns>E.g. <c>0.1.0</c>.</returns>
    internal static string Version() => typeof(Machine).Assembly.GetName().Version is { } version ? version.ToString(3) : "?";

    /// <summary>The NVIDIA driver in the kernel.</summary>
    /// <returns>Its own first line; null when there is none.</returns>
    internal static string? NvidiaDriver() => File.Exists("/proc/driver/nvidia/version")
        ? File.ReadLines("/proc/driver/nvidia/version").FirstOrDefault()?.Trim()
        : null;

    /// <summary>A size in binary units.</summary>
    /// <param name="bytes">Bytes.</param>
    /// <returns>E.g. <c>23.4 GiB</c>.</returns>
    internal static string Bytes(long bytes) => bytes >= 1L << 30
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 30):0.0} GiB")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 20):0} MiB");

    /// <summary>Reads a size: a number and KiB, MiB, GiB or TiB, of which the first letter is enough; they are binary units.</summary>
    /// <param name="text">E.g. <c>12GiB</c>.</param>
    /// <returns>Bytes; null where the text is no size, or none above 0.</returns>
    internal static long? ReadBytes(string text)
    {
        string number = text.TrimEnd('b', 'B', 'i');
        int power = number.Length > 1 ? "kmgt".IndexOf(char.ToLowerInvariant(number[^1]), StringComparison.Ordinal) + 1 : 0;
        return power > 0 && double.TryParse(number[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double size)
            && size * Math.Pow(1024, power) is >= 1 and < long.MaxValue / 2
            ? (long)(size * Math.Pow(1024, power))
            : null;
    }

    private static Finding Processor()
    {
        string model = Brink.Experiments.RunEnvironment.ProcessorModel();
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64)
        {
            return new Finding("processor", $"{Environment.ProcessorCount} cores, {model}");
        }

        string[] have =
        [
            .. new (string Name, bool Has)[]
            {
                ("AVX2", System.Runtime.Intrinsics.X86.Avx2.IsSupported),
                ("FMA", System.Runtime.Intrinsics.X86.Fma.IsSupported),
                ("AVX-512", System.Runtime.Intrinsics.X86.Avx512F.IsSupported),
            }.Where(flag => flag.Has).Select(flag => flag.Name),
        ];
        string value = $"{Environment.ProcessorCount} cores, {model}{(have.Length > 0 ? $" ({string.Join(", ", have)})" : string.Empty)}";
        return have.Contains("AVX2")
            ? new Finding("processor", value)
            : new Finding("processor", value, Health.Poor, "without AVX2 every kernel is several times slower; nothing but another machine helps");
    }

    private static Finding Memory()
    {
        string value = Bytes(MachineMemory.Total);
        if (MachineMemory.Available is { } available)
        {
            value = $"{Bytes(available)} free of {value}";
            if (available < LittleMemory)
            {
                return new Finding("memory", value, Health.Poor, "large networks want more: give a smaller --micro-batch, or close other programs");
            }
        }

        return new Finding("memory", value);
    }

    private static Finding Disk()
    {
        string folder = Directory.GetCurrentDirectory();
        try
        {
            long free = new DriveInfo(folder).AvailableFreeSpace;
            return free < LittleDisk
                ? new Finding("disk", $"{Bytes(free)} free in {folder}", Health.Poor, "runs stop when the disk is full: make room, or choose another folder with --out")
                : new Finding("disk", $"{Bytes(free)} free in {folder}");
        }
        catch (IOException unknown)
        {
            return new Finding("disk", unknown.Message, Health.Poor);
        }
    }
}
