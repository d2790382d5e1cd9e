using System.Globalization;
using System.Text;
using Brink.Torch;

namespace Brink.Experiments;

/// <summary>
/// How ranks sum what lies on GPUs: over NCCL where each rank has a GPU of its own, else through the host's memory over Gloo. Two
/// ranks that share a GPU cannot use NCCL, and a rank sees only the GPUs that its starter shows it; so they compare what they see.
/// </summary>
internal static class GpuSums
{
    /// <summary>Rules out the choice: <c>nccl</c> or <c>gloo</c>.</summary>
    internal const string BackendVariable = "BRINK_RANKS_BACKEND";

    private const string BootIdentity = "/proc/sys/kernel/random/boot_id";

    /// <summary>What the user wants.</summary>
    /// <param name="variable">Gives a variable of the environment, or null.</param>
    /// <returns><c>nccl</c>, <c>gloo</c>, or null for whichever can be had.</returns>
    /// <exception cref="BrinkException">It is neither.</exception>
    internal static string? Wish(Func<string, string?> variable) => variable(BackendVariable) switch
    {
        null or "" => null,
        "nccl" => "nccl",
        "gloo" => "gloo",
        string other => throw new BrinkException($"{BackendVariable} is '{other}'; it must be nccl or gloo, or absent for whichever can be had"),
    };

    /// <summary>48 bits that tell a GPU of one machine from every other.</summary>
    /// <param name="device">The GPU, by its place among those that this process sees.</param>
    /// <param name="variable">Gives a variable of the environment, or null.</param>
    /// <param name="machine">A name of the machine that no other has.</param>
    internal static double Mark(Device device, Func<string, string?> variable, string machine)
    {
        // A starter that gives every rank one GPU numbers each of them 0: which it is, the variable says.
        string[] visible = (variable("CUDA_VISIBLE_DEVICES") ?? string.Empty).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        string name = device.Index < visible.Length ? visible[device.Index] : device.Index.ToString(CultureInfo.InvariantCulture);
        return Fingerprint.Of(Encoding.UTF8.GetBytes($"{machine}/{name}"));
    }

    /// <summary>A name of this machine that it shares with its containers only.</summary>
    internal static string Machine()
    {
        try
        {
            return File.ReadAllText(BootIdentity).Trim();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return Environment.MachineName;
        }
    }

    /// <summary>Why NCCL cannot be used.</summary>
    /// <param name="gpus">The GPU of each rank, by <see cref="Mark"/>.</param>
    /// <param name="built">Whether each rank's native library has NCCL.</param>
    /// <returns>The reason; null where it can be.</returns>
    internal static string? WhyNotNccl(double[] gpus, bool[] built)
    {
        if (Array.IndexOf(built, false) is >= 0 and int without)
        {
            return $"NCCL was not built on rank {without}";
        }

        for (int rank = 0; rank < gpus.Length; rank++)
        {
            if (Array.IndexOf(gpus, gpus[rank]) is int other && other < rank)
            {
                return $"ranks {other} and {rank} share a GPU, or see theirs by the same name";
            }
        }

        return null;
    }
}
