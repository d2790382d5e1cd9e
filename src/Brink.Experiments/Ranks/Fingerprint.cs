using System.IO.Hashing;

namespace Brink.Experiments;

/// <summary>48 bits that follow from some bytes: exact in a float64, which is what ranks sum.</summary>
/// <remarks>
/// Ranks compare their weights in every iteration, so it must be fast where weights are many, as XXH3 is; it need not withstand an
/// adversary.
/// </remarks>
internal static class Fingerprint
{
    /// <summary>Computes it.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <returns>A whole number from 0 to 2⁴⁸ − 1.</returns>
    internal static double Of(ReadOnlySpan<byte> bytes) => XxHash3.HashToUInt64(bytes) >> 16;
}
