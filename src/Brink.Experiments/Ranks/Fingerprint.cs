using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Brink.Experiments;

/// <summary>48 bits that follow from some bytes: exact in a float64, which is what ranks sum.</summary>
/// <remarks>
/// Ranks compare their weights in every iteration, so this must be fast where weights are many: four lanes take 32 bytes in a few
/// cycles, in the way of xxHash64 (Collet), and SHA-256 mixes what they come to. Against chance, not against an adversary.
/// </remarks>
internal static class Fingerprint
{
    private const int Lanes = 4;
    private const ulong First = 0x9E3779B185EBCA87;
    private const ulong Second = 0xC2B2AE3D27D4EB4F;

    /// <summary>Computes it.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <returns>A whole number from 0 to 2⁴⁸ − 1. Bytes that differ within one group of eight only have different lanes.</returns>
    internal static double Of(ReadOnlySpan<byte> bytes)
    {
        int rest = bytes.Length % (Lanes * sizeof(ulong));
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes[..^rest]);
        (ulong a, ulong b, ulong c, ulong d) = (First, Second, 0, ~First);
        for (int k = 0; k + Lanes <= words.Length; k += Lanes)
        {
            (a, b, c, d) = (Mix(a, words[k]), Mix(b, words[k + 1]), Mix(c, words[k + 2]), Mix(d, words[k + 3]));
        }

        ReadOnlySpan<ulong> lanes = [a, b, c, d, (ulong)bytes.Length];
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData([.. MemoryMarshal.AsBytes(lanes), .. bytes[^rest..]], digest);
        return BinaryPrimitives.ReadUInt64LittleEndian(digest) >> 16;
    }

    private static ulong Mix(ulong lane, ulong word) => BitOperations.RotateLeft(lane + (word * Second), 31) * First;
}
