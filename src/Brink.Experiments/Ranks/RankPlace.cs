using System.Globalization;

namespace Brink.Experiments;

/// <summary>This process's place among the ranks of a run, as whatever started them says in the environment.</summary>
/// <param name="Rank">This process's number, from 0.</param>
/// <param name="Size">Number of ranks; at least 2 where the environment says it.</param>
/// <param name="LocalRank">Its number among those on this machine, from 0.</param>
/// <param name="LocalSize">How many are on this machine.</param>
/// <param name="Address">Where rank 0 is to be reached.</param>
/// <param name="Port">The port that rank 0 listens at.</param>
/// <param name="Source">Who said so: <c>torchrun</c>, <c>mpirun</c> or <c>srun</c>.</param>
/// <param name="Cores">Cores that the starter gave each rank; null where it does not say.</param>
/// <param name="Prefix">Where the starter itself listens at the port, for all ranks: what their names in its store begin with. Else empty.</param>
public sealed record RankPlace(
    int Rank, int Size, int LocalRank, int LocalSize, string Address, int Port, string Source, int? Cores = null, string Prefix = "")
{
    /// <summary>The port of torchrun, where nobody says another.</summary>
    private const int DefaultPort = 29500;

    /// <summary>Ports for Slurm's jobs, below those that Linux gives to outgoing connections.</summary>
    private const int FirstPort = 12000;
    private const int Ports = 20000;

    /// <summary>CPU threads of this rank where none are asked for: its share of the machine.</summary>
    public int Threads => Cores ?? Math.Max(1, Environment.ProcessorCount / LocalSize);

    /// <summary>Reads the process's environment.</summary>
    /// <returns>The place; null where this process is alone.</returns>
    /// <exception cref="BrinkException">The environment contradicts itself, or leaves out where rank 0 is.</exception>
    public static RankPlace? FromEnvironment() => FromEnvironment(Environment.GetEnvironmentVariable);

    /// <summary>Reads an environment.</summary>
    /// <param name="variable">Gives a variable's value, or null.</param>
    /// <returns>The place; null where the process is alone.</returns>
    /// <exception cref="BrinkException">The environment contradicts itself, or leaves out where rank 0 is.</exception>
    /// <remarks>
    /// mpirun starts its own daemons with srun inside a Slurm job, and those hand their variables on: its own come first. In
    /// a Slurm batch script, which is no task of its own, a step's variables are absent.
    /// </remarks>
    internal static RankPlace? FromEnvironment(Func<string, string?> variable) =>
        Read(variable, "torchrun", "RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE")
        ?? Read(variable, "mpirun", "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_RANK", "OMPI_COMM_WORLD_LOCAL_SIZE")
        ?? Read(variable, "mpirun", "PMI_RANK", "PMI_SIZE", "MPI_LOCALRANKID", "MPI_LOCALNRANKS")
        ?? Read(variable, "srun", "SLURM_PROCID", "SLURM_STEP_NUM_TASKS", "SLURM_LOCALID", null);

    private static RankPlace? Read(
        Func<string, string?> variable, string source, string rankName, string sizeName, string localRankName, string? localSizeName)
    {
        if (Number(variable, rankName) is not { } rank || Number(variable, sizeName) is not { } size)
        {
            return null;
        }

        if (size < 1 || rank < 0 || rank >= size)
        {
            throw new BrinkException($"{rankName} is {rank} and {sizeName} is {size}: a rank lies from 0 to the number of ranks less one");
        }

        // Alone there is nobody to sum with; a backend that was asked for is tried all the same.
        if (size == 1 && string.IsNullOrEmpty(variable(GpuSums.BackendVariable)))
        {
            return null;
        }

        bool slurm = variable("SLURM_JOB_ID") is not null;
        bool oneNode = slurm ? (Number(variable, "SLURM_STEP_NUM_NODES") ?? Number(variable, "SLURM_JOB_NUM_NODES")) == 1 : false;
        int localSize = (localSizeName is null ? TasksHere(variable) : Number(variable, localSizeName)) ?? (oneNode ? size : 1);
        int localRank = Number(variable, localRankName) ?? 0;
        int? cores = source == "srun" ? Number(variable, "SLURM_CPUS_PER_TASK") : null;
        return new RankPlace(
            rank, size, localRank, localSize, AddressOf(variable, source, slurm, oneNode || localSize == size), PortOf(variable, slurm), source, cores, PrefixOf(variable, source));
    }

    /// <summary>torchrun's agent, where it met no other agents by way of a rendezvous, listens at the port for the ranks.</summary>
    private static string PrefixOf(Func<string, string?> variable, string source) =>
        source == "torchrun" && Text(variable, "TORCHELASTIC_USE_AGENT_STORE") is { } uses && bool.TryParse(uses, out bool so) && so
            ? $"/worker/attempt_{Number(variable, "TORCHELASTIC_RESTART_COUNT") ?? 0}"
            : string.Empty;

    private static string AddressOf(Func<string, string?> variable, string source, bool slurm, bool oneMachine)
    {
        string? address = Text(variable, "MASTER_ADDR")
            ?? (oneMachine ? "127.0.0.1" : null)
            ?? (slurm ? FirstHost(Text(variable, "SLURM_STEP_NODELIST") ?? Text(variable, "SLURM_JOB_NODELIST")) : null)
            ?? Text(variable, "SLURM_LAUNCH_NODE_IPADDR");
        return address ?? throw new BrinkException(
            $"{source} started several ranks but does not say where rank 0 is: set MASTER_ADDR to its host{(source == "mpirun" ? " (mpirun -x MASTER_ADDR=…)" : string.Empty)}");
    }

    private static int PortOf(Func<string, string?> variable, bool slurm)
    {
        // Two steps of one job must not meet; neither must two jobs on one node.
        int port = Number(variable, "MASTER_PORT")
            ?? (slurm && Number(variable, "SLURM_JOB_ID") is { } job
                ? FirstPort + (int)(((job * 31L) + (Number(variable, "SLURM_STEP_ID") ?? 0)) % Ports)
                : DefaultPort);
        return port is > 0 and <= ushort.MaxValue
            ? port
            : throw new BrinkException($"MASTER_PORT is {port}; a port lies from 1 to {ushort.MaxValue}");
    }

    /// <summary>How many tasks of the step are on this node: <c>SLURM_STEP_TASKS_PER_NODE</c> is such as <c>4(x2),3</c>.</summary>
    private static int? TasksHere(Func<string, string?> variable)
    {
        int node = Number(variable, "SLURM_NODEID") ?? 0;
        foreach (string part in (Text(variable, "SLURM_STEP_TASKS_PER_NODE") ?? string.Empty).Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] pieces = part.Split("(x");
            int times = pieces.Length > 1 && int.TryParse(pieces[1].TrimEnd(')'), CultureInfo.InvariantCulture, out int several) ? several : 1;
            if (node < times)
            {
                return int.TryParse(pieces[0], CultureInfo.InvariantCulture, out int tasks) ? tasks : null;
            }

            node -= times;
        }

        return null;
    }

    /// <summary>The first host of a list such as <c>gpu[03-07,12],login</c>: <c>gpu03</c>.</summary>
    private static string? FirstHost(string? list)
    {
        if (list is null)
        {
            return null;
        }

        int bracket = list.IndexOf('[');
        int comma = list.IndexOf(',');
        if (bracket < 0 || (comma >= 0 && comma < bracket))
        {
            return comma < 0 ? list : list[..comma];
        }

        int end = list.IndexOfAny(['-', ',', ']'], bracket);
        return end < 0 ? null : list[..bracket] + list[(bracket + 1)..end];
    }

    private static string? Text(Func<string, string?> variable, string name) =>
        variable(name) is { Length: > 0 } text ? text : null;

    private static int? Number(Func<string, string?> variable, string name)
    {
        if (Text(variable, name) is not { } text)
        {
            return null;
        }

        return int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out int number)
            ? number
            : throw new BrinkException($"{name} is '{text}', not a whole number");
    }
}
