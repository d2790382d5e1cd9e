using System.Numerics;

namespace Brink.Data;

/// <summary>
/// The generator that draws samples: xoshiro256** of Blackman and Vigna ("Scrambled linear pseudorandom number
/// generators", ACM TOMS 47, 2021), its 256 bits of state filled from the seed by SplitMix64 as its authors advise.
/// It is written out here so that a seed draws the same samples on every machine and with every version of .NET, and
/// it is apart from libtorch's generator so that drawing samples never moves the start weights.
/// </summary>
public sealed class Xoshiro256
{
    private ulong _s0;
    private ulong _s1;
    private ulong _s2;
    private ulong _s3;

    /// <summary>Starts the generator.</summary>
    /// <param name="seed">Any value; equal seeds give equal sequences.</param>
    public Xoshiro256(ulong seed)
    {
        _s0 = SplitMix64(ref seed);
        _s1 = SplitMix64(ref seed);
        _s2 = SplitMix64(ref seed);
        _s3 = SplitMix64(ref seed);
    }

    internal Xoshiro256(ulong s0, ulong s1, ulong s2, ulong s3) => (_s0, _s1, _s2, _s3) = (s0, s1, s2, s3);

    /// <summary>The next 64 random bits.</summary>
    public ulong Next()
    {
        ulong result = BitOperations.RotateLeft(_s1 * 5, 7) * 9;
        ulong shifted = _s1 << 17;
        _s2 ^= _s0;
        _s3 ^= _s1;
        _s1 ^= _s2;
        _s0 ^= _s3;
        _s2 ^= shifted;
        _s3 = BitOperations.RotateLeft(_s3, 45);
        return result;
    }

    /// <summary>A uniform integer in 0 … bound − 1, without bias: draws in the incomplete last interval are rejected.</summary>
    /// <param name="bound">At least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The bound is not positive.</exception>
    public int Below(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bound, 1);
        ulong size = (ulong)bound;
        ulong rejectedFrom = ulong.MaxValue - (((ulong.MaxValue % size) + 1) % size);
        ulong drawn = Next();
        while (drawn > rejectedFrom)
        {
            drawn = Next();
        }

        return (int)(drawn % size);
    }

    /// <summary>Shuffles in place (Fisher–Yates from the end), every order equally likely.</summary>
    /// <param name="items">What is shuffled.</param>
    public void Shuffle(Span<int> items)
    {
        for (int i = items.Length - 1; i > 0; i--)
        {
            int j = Below(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    internal static ulong SplitMix64(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15;
        ulong z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
