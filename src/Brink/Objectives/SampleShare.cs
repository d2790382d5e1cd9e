using Brink.Torch;

namespace Brink.Objectives;

/// <summary>
/// The part of an objective's samples that this process holds, where several processes (ranks) share them. Loss, gradient
/// and all products are sums over samples: each rank takes the sum over its own, and one sum over the ranks makes them
/// whole, with the same bits on every rank.
/// </summary>
/// <param name="Group">The ranks.</param>
/// <param name="First">The first sample of this rank, counted through all of them.</param>
/// <param name="Total">N, the samples of all ranks together.</param>
/// <param name="Stop">The ranks' wish to stop, which goes with every sum of a vector; null for none.</param>
public sealed record SampleShare(ProcessGroup Group, long First, long Total, AgreedStop? Stop = null)
{
    /// <summary>Splits samples into consecutive shares whose lengths differ by one at most.</summary>
    /// <param name="group">The ranks.</param>
    /// <param name="total">N.</param>
    /// <param name="stop">The ranks' wish to stop; null for none.</param>
    /// <returns>This rank's share, and how many samples it holds.</returns>
    /// <exception cref="BrinkException">There are more ranks than samples.</exception>
    public static (SampleShare Share, long Count) Of(ProcessGroup group, long total, AgreedStop? stop = null)
    {
        ArgumentNullException.ThrowIfNull(group);
        Require(group.Size, total);
        long first = total * group.Rank / group.Size;
        return (new SampleShare(group, first, total, stop), (total * (group.Rank + 1) / group.Size) - first);
    }

    /// <summary>Elements that a vector to be summed has beyond the caller's own.</summary>
    internal int Extra => Stop is null ? 0 : 1;

    /// <summary>Replaces a vector by its sum over the ranks, and learns with it whether any was asked to stop.</summary>
    /// <param name="vector">One dimension, with <see cref="Extra"/> elements at its end that are this share's own.</param>
    internal void SumInPlace(Tensor vector)
    {
        if (Stop is null)
        {
            Group.SumInPlace(vector);
            return;
        }

        using var scope = new TensorScope();
        Tensor asked = vector.Narrow(0, vector.Count - Extra, Extra);
        asked.Fill(Stop.IsAskedHere ? 1 : 0);
        Group.SumInPlace(vector);
        Stop.Take(asked.Sum().Item());
    }

    /// <summary>Refuses more ranks than samples.</summary>
    /// <param name="ranks">R.</param>
    /// <param name="total">N.</param>
    /// <exception cref="BrinkException">There are more ranks than samples.</exception>
    public static void Require(int ranks, long total)
    {
        if (ranks > total)
        {
            throw new BrinkException($"{ranks} ranks cannot share {total} samples: start at most {total} ranks");
        }
    }
}
