using System.Diagnostics;
using Brink.Torch;

namespace Brink.Experiments.Planning;

/// <summary>How long each pass over the samples takes, how many there are, and which sums over ranks they would take.</summary>
/// <param name="parameters">P.</param>
/// <param name="elementBytes">Bytes of a number.</param>
/// <param name="device">Where the work is done, which is to be waited for.</param>
/// <param name="counted">
/// A group of this process alone that takes the sums; null where nobody does. Those that are noted are among them, the others are
/// sums within the network, and are counted here.
/// </param>
/// <param name="sumSeconds">What each of the group's sums takes, of which a run has no part: it pays for sums over its ranks.</param>
internal sealed class OperationClock(long parameters, int elementBytes, Device device, ProcessGroup? counted = null, double sumSeconds = 0)
{
    private Dictionary<Operation, List<double>> _seconds = [];
    private Dictionary<long, int> _messages = [];

    /// <summary>Bytes of a vector over the ranks; one number goes with each (<see cref="Objectives.AgreedStop"/>).</summary>
    internal long VectorBytes => VectorsBytes(1);

    /// <summary>Bytes of vectors that are summed together.</summary>
    /// <param name="count">How many.</param>
    internal long VectorsBytes(long count) => ((count * parameters) + 1) * elementBytes;

    /// <summary>Times an operation.</summary>
    /// <param name="operation">Which.</param>
    /// <param name="work">Does it.</param>
    /// <param name="messages">Bytes of each sum over ranks that it takes.</param>
    internal T Time<T>(Operation operation, Func<T> work, params ReadOnlySpan<long> messages)
    {
        long sums = counted?.Sums ?? 0;
        var watch = Stopwatch.StartNew();
        T result = work();
        Runtime.Synchronize(device);
        double seconds = watch.Elapsed.TotalSeconds - (((counted?.Sums ?? 0) - sums) * sumSeconds);
        if (!_seconds.TryGetValue(operation, out List<double>? times))
        {
            _seconds[operation] = times = [];
        }

        times.Add(Math.Max(0, seconds));
        foreach (long bytes in messages)
        {
            Send(bytes);
        }

        return result;
    }

    /// <summary>Notes a sum over ranks.</summary>
    /// <param name="bytes">Bytes of the tensor.</param>
    internal void Send(long bytes) => _messages[bytes] = _messages.GetValueOrDefault(bytes) + 1;

    /// <summary>Does something, and says what it was made of.</summary>
    /// <param name="work">What to do.</param>
    internal OperationRecord Record(Action work)
    {
        (_seconds, _messages) = ([], []);
        (long sums, long bytes) = (counted?.Sums ?? 0, counted?.SummedBytes ?? 0);
        var watch = Stopwatch.StartNew();
        TimeSpan before = Environment.CpuUsage.TotalTime;
        work();
        Runtime.Synchronize(device);
        double seconds = watch.Elapsed.TotalSeconds - (((counted?.Sums ?? 0) - sums) * sumSeconds);
        NoteInner((counted?.Sums ?? 0) - sums, (counted?.SummedBytes ?? 0) - bytes);
        return new OperationRecord(
            seconds, (Environment.CpuUsage.TotalTime - before).TotalSeconds,
            _seconds.ToDictionary(one => one.Key, one => (IReadOnlyList<double>)one.Value), _messages);
    }

    /// <summary>Notes the sums that the network took within its passes, all with the mean of their bytes.</summary>
    private void NoteInner(long sums, long bytes)
    {
        long inner = sums - _messages.Values.Sum();
        if (inner > 0)
        {
            long mean = (bytes - _messages.Sum(message => message.Key * message.Value)) / inner;
            _messages[mean] = _messages.GetValueOrDefault(mean) + (int)inner;
        }
    }
}

/// <summary>What something was made of.</summary>
/// <param name="Seconds">How long it took in all.</param>
/// <param name="CpuSeconds">What the process's threads computed meanwhile.</param>
/// <param name="Operations">How long each pass over the samples took.</param>
/// <param name="Messages">How many sums over ranks of which size in bytes it would take.</param>
internal sealed record OperationRecord(
    double Seconds, double CpuSeconds, IReadOnlyDictionary<Operation, IReadOnlyList<double>> Operations, IReadOnlyDictionary<long, int> Messages)
{
    /// <summary>What was not spent in passes over the samples.</summary>
    internal double Rest => Math.Max(0, Seconds - Operations.Values.Sum(times => times.Sum()));
}
