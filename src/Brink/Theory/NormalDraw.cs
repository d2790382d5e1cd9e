using Brink.Data;

namespace Brink.Theory;

/// <summary>Standard normal numbers from a seed, the same on every machine with the same elementary functions (Box and Muller 1958).</summary>
internal static class NormalDraw
{
    /// <summary>Draws a vector.</summary>
    /// <param name="seed">Fixes it.</param>
    /// <param name="count">Its length.</param>
    /// <param name="deviation">Its numbers' standard deviation.</param>
    internal static double[] Vector(ulong seed, int count, double deviation)
    {
        var bits = new Xoshiro256(seed);
        double[] vector = new double[count];
        for (int i = 0; i < count; i++)
        {
            vector[i] = deviation * Math.Sqrt(-2 * Math.Log(1 - Uniform(bits))) * Math.Cos(2 * Math.PI * Uniform(bits));
        }

        return vector;
    }

    /// <summary>A uniform number in [0, 1) with 53 random bits.</summary>
    internal static double Uniform(Xoshiro256 bits) => (bits.Next() >> 11) * Math.ScaleB(1, -53);
}
