using System.Text;
using Brink.Objectives;
using Brink.Torch;

namespace Brink.Experiments;

/// <summary>
/// The ranks of one run, which share its samples: what they must agree about beyond the sums. Every rank computes the same
/// steps, measurements and decisions from the same bits; rank 0 owns the run folder and what is shown.
/// </summary>
public sealed class RunRanks : IDisposable
{
    /// <summary>Seconds within which all ranks must have started; another number where starts take longer, or must fail sooner.</summary>
    public const string TimeoutVariable = "BRINK_RANKS_TIMEOUT";

    private const int DefaultTimeout = 120;

    /// <summary>How long a sum waits for the slowest rank: a rank that dies is noticed at once, by its connection.</summary>
    private static readonly TimeSpan s_wait = TimeSpan.FromMinutes(30);

    private RunRanks(ProcessGroup group, RankPlace place) => (Group, Place) = (group, place);

    /// <summary>The processes.</summary>
    public ProcessGroup Group { get; }

    /// <summary>This process's place among them.</summary>
    public RankPlace Place { get; }

    /// <summary>The wish to stop, as all ranks know it.</summary>
    public AgreedStop Stop { get; } = new();

    /// <summary>Whether this is rank 0, which owns the run folder and what is shown.</summary>
    public bool IsOwner => Group.Rank == 0;

    /// <summary>Joins the ranks that the environment names.</summary>
    /// <param name="cancellation">Ends the wait for the others.</param>
    /// <returns>The ranks, to be disposed by the caller; null where this process is alone.</returns>
    /// <exception cref="BrinkException">Rank 0 cannot be reached, the port is in use, ranks are missing, process groups were not built, or it was cancelled before all had come.</exception>
    public static RunRanks? FromEnvironment(CancellationToken cancellation = default) =>
        RankPlace.FromEnvironment() is { } place ? Join(place, cancellation) : null;

    /// <summary>Joins the other ranks.</summary>
    /// <param name="place">This process's place.</param>
    /// <param name="cancellation">Ends the wait for the others.</param>
    /// <returns>The ranks, to be disposed by the caller.</returns>
    /// <exception cref="BrinkException">Rank 0 cannot be reached, the port is in use, ranks are missing, process groups were not built, or it was cancelled before all had come.</exception>
    public static RunRanks Join(RankPlace place, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(place);
        Runtime.Initialize();
        if (!ProcessGroup.IsAvailable)
        {
            throw new BrinkException("runs over several ranks were not built here: install libgloo-dev (sudo apt-get install libgloo-dev) and delete artifacts/native, or use a libtorch whose gloo headers are at hand");
        }

        int seconds = DefaultTimeout;
        if (Environment.GetEnvironmentVariable(TimeoutVariable) is { Length: > 0 } text && (!int.TryParse(text, out seconds) || seconds < 1))
        {
            throw new BrinkException($"{TimeoutVariable} is '{text}'; it must be a whole number of seconds, at least 1");
        }

        try
        {
            return new RunRanks(
                ProcessGroup.Join(place.Rank, place.Size, place.Address, place.Port, TimeSpan.FromSeconds(seconds), s_wait, place.Prefix, cancellation), place);
        }
        catch (OperationCanceledException interruption)
        {
            throw new BrinkException($"rank {place.Rank} was interrupted before all {place.Size} ranks had come", interruption) { IsInterruption = true };
        }
        catch (TorchException failure)
        {
            throw new BrinkException(WhyNotJoined(place, seconds, failure.Message), failure);
        }
    }

    /// <summary>Does on every rank what may fail there; where it does, all fail, and the first of them says why.</summary>
    /// <param name="work">What to do; it takes no sums over the ranks.</param>
    /// <typeparam name="T">What it gives.</typeparam>
    /// <exception cref="BrinkException">It failed here, or elsewhere (<see cref="BrinkException.IsToldElsewhere"/>).</exception>
    public T Together<T>(Func<T> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        T? result = default;
        Exception? failure = null;
        try
        {
            result = work();
        }
        catch (Exception error) when (error is BrinkException or TorchException or IOException or UnauthorizedAccessException)
        {
            failure = error;
        }

        double[] failed = OfEach(failure is null ? 0 : 1);
        int first = Array.FindIndex(failed, value => value != 0);
        if (first < 0)
        {
            return result!;
        }

        (result as IDisposable)?.Dispose();
        throw first == Group.Rank
            ? new BrinkException(Group.Rank == 0 ? failure!.Message : $"rank {Group.Rank}: {failure!.Message}", failure)
            { IsTemporary = failure is BrinkException { IsTemporary: true } }
            : new BrinkException($"rank {first} could not go on", failure) { IsToldElsewhere = true };
    }

    /// <summary>Does on every rank what may fail there, where there are ranks; else just does it.</summary>
    /// <param name="ranks">The ranks, or null.</param>
    /// <param name="work">What to do.</param>
    /// <typeparam name="T">What it gives.</typeparam>
    /// <exception cref="BrinkException">It failed.</exception>
    internal static T Together<T>(RunRanks? ranks, Func<T> work) => ranks is null ? work() : ranks.Together(work);

    /// <summary>Gives every rank a text that rank 0 makes.</summary>
    /// <param name="make">Called on rank 0 only.</param>
    /// <returns>The text.</returns>
    /// <exception cref="BrinkException">It failed there.</exception>
    public string FromOwner(Func<string> make)
    {
        string text = Together(() => IsOwner ? make() : string.Empty);
        return Encoding.UTF8.GetString(Group.FromRankZero(Encoding.UTF8.GetBytes(text)));
    }

    /// <summary>Makes sure that all ranks were asked for the same run.</summary>
    /// <param name="given">What this rank was asked for.</param>
    /// <returns>The specification, with the threads that rank 0 uses, which decide bits on every rank.</returns>
    /// <exception cref="BrinkException">They were not: said by the first rank that differs from rank 0.</exception>
    public Specification Agree(Specification given)
    {
        ArgumentNullException.ThrowIfNull(given);
        string theirs = FromOwner(() => given.ToJson());
        Specification first = Specification.FromJson(theirs, "rank 0's specification");
        Together(() => Difference(first with { Out = null }, given with { Out = null }) is { } difference
            ? throw new BrinkException($"the ranks disagree about the specification: {difference}; start all of them with the same arguments")
            : true);
        return first with { Threads = ThreadsOf(given.Given.Contains(RunFields.Threads.Name) ? given.Threads : Place.Threads) };
    }

    /// <summary>
    /// A stored run's specification, to be looked at by these ranks: with no more threads than each rank has, and the objective of
    /// one process where batch statistics decide which it is.
    /// </summary>
    /// <param name="stored">The specification, the same on every rank.</param>
    /// <returns>The specification, with rank 0's number of threads.</returns>
    public Specification Fit(Specification stored)
    {
        ArgumentNullException.ThrowIfNull(stored);
        Specification fit = stored with { Threads = ThreadsOf(Math.Min(stored.Threads, Place.Threads)) };
        return RunFields.SyncBatchNorm.AppliesTo(fit) ? fit with { SyncBatchNorm = true } : fit;
    }

    /// <summary>Makes sure that all ranks were asked the same.</summary>
    /// <param name="question">What was asked, in full.</param>
    /// <exception cref="BrinkException">They were not: said by the first rank that differs from rank 0.</exception>
    public void RequireSame(string question)
    {
        string first = FromOwner(() => question);
        Together(() => question == first
            ? true
            : throw new BrinkException($"the ranks were asked different things: {question} here and {first} on rank 0; start all of them with the same arguments"));
    }

    /// <summary>Decides, alike on every rank, how what lies on GPUs is summed (<see cref="GpuSums"/>); on the CPU there is nothing to decide.</summary>
    /// <param name="device">Where this rank computes.</param>
    /// <param name="note">Told which it is.</param>
    /// <exception cref="BrinkException">NCCL was asked for and cannot be used.</exception>
    internal void DecideGpuSums(Device device, Action<string> note)
    {
        if (!device.IsCuda || Group.UsesNccl)
        {
            return;
        }

        string wish = FromOwner(() => GpuSums.Wish(Environment.GetEnvironmentVariable) ?? string.Empty);
        double[] gpus = OfEach(GpuSums.Mark(device, Environment.GetEnvironmentVariable, GpuSums.Machine()));
        bool[] built = [.. OfEach(ProcessGroup.NcclIsAvailable ? 1 : 0).Select(has => has != 0)];
        string? obstacle = wish == "gloo" ? $"{GpuSums.BackendVariable} is gloo" : GpuSums.WhyNotNccl(gpus, built);
        if (obstacle is not null)
        {
            if (wish == "nccl")
            {
                throw new BrinkException($"{GpuSums.BackendVariable} asks for NCCL, but {obstacle}");
            }

            note($"the ranks sum through the host's memory: {obstacle}");
            return;
        }

        Together(() =>
        {
            Group.UseNccl();
            return true;
        });
        note("the ranks sum on their GPUs, over NCCL");
    }

    /// <summary>What every rank must know before the next step.</summary>
    /// <param name="weights">w, which must have the same bits on every rank.</param>
    /// <param name="interrupted">Whether this rank was asked to stop.</param>
    /// <returns>Whether any was.</returns>
    /// <exception cref="BrinkException">The weights differ.</exception>
    public bool AnyInterrupted(Tensor weights, bool interrupted)
    {
        ArgumentNullException.ThrowIfNull(weights);

        // 48 bits of a digest and one of the signal are exact in a float64.
        double mark = Mark(weights);
        double[] marks = OfEach((2 * mark) + (interrupted ? 1 : 0));
        if (marks.Any(other => Math.Floor(other / 2) != mark))
        {
            throw new BrinkException("the ranks' weights are no longer the same bit for bit: their machines compute differently (another processor or libtorch); use machines of one kind");
        }

        return marks.Any(other => other % 2 == 1);
    }

    /// <summary>48 bits that follow from those of the weights.</summary>
    /// <param name="weights">w.</param>
    internal static double Mark(Tensor weights)
    {
        using var scope = new TensorScope();
        return Fingerprint.Of(weights.BytesInPlace().Span);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Stop.Dispose();
        Group.Dispose();
    }

    private int ThreadsOf(int here) => int.Parse(FromOwner(() => $"{here}"));

    private static string WhyNotJoined(RankPlace place, int seconds, string failure) =>
        failure.Contains("in use", StringComparison.OrdinalIgnoreCase)
            ? $"rank 0 cannot listen at port {place.Port}: it is in use; choose another (MASTER_PORT, or --port of brink launch)"
        : place.Rank == 0
            ? $"not all {place.Size} ranks came to {place.Address}:{place.Port} within {seconds} s; are all of them started, with this address? ({Short(failure)})"
            : $"rank {place.Rank} could not join rank 0 at {place.Address}:{place.Port} within {seconds} s; is that its address, and are all {place.Size} ranks started? ({Short(failure)})";

    private static string Short(string failure)
    {
        string line = failure.ReplaceLineEndings(" ").Trim();
        return line.Length <= 160 ? line : line[..160] + "…";
    }

    private static string? Difference(Specification first, Specification here)
    {
        foreach (SpecificationField field in SpecificationFields.All)
        {
            string? there = first.GivenValue(field) is { } a ? field.Format(a) : null;
            string? mine = here.GivenValue(field) is { } b ? field.Format(b) : null;
            if (there != mine)
            {
                return $"{field.Name} is {mine ?? "not given"} here and {there ?? "not given"} on rank 0";
            }
        }

        return null;
    }

    /// <summary>A number of each rank, on every rank.</summary>
    private double[] OfEach(double here)
    {
        using var scope = new TensorScope();
        double[] all = new double[Group.Size];
        all[Group.Rank] = here;
        Tensor sum = Tensor.From(all);
        Group.SumInPlace(sum);
        return sum.ToArray<double>();
    }
}
