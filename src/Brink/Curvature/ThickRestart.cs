namespace Brink.Curvature;

/// <summary>
/// What a full basis is shrunk to: the outer half of the Ritz vectors (thick restart) and the target as it was one step before
/// (the locally optimal vector of GD+k, which makes up for most of what the rest of the basis knew).
/// </summary>
internal static class ThickRestart
{
    /// <summary>An old target whose part outside the kept Ritz vectors is smaller than this has nothing to add.</summary>
    private const double SmallestPart = 1e-6;

    /// <summary>The orthonormal coordinate vectors to keep, upper end first, lower end last.</summary>
    /// <param name="space">The full subspace, solved.</param>
    /// <param name="top">Pairs wanted at the upper end.</param>
    /// <param name="bottom">Pairs wanted at the lower end.</param>
    /// <param name="lastTarget">Coordinates of the target one step before; null where there was none.</param>
    internal static IReadOnlyList<double[]> Columns(RitzSpace space, int top, int bottom, double[]? lastTarget)
    {
        int wanted = top + bottom;
        int kept = Math.Max(wanted, (space.Capacity / 2) - 1);
        int spare = kept - wanted;
        int fromTop = bottom == 0 ? kept : top == 0 ? 0 : top + (spare * top / wanted);
        double[][] upper = [.. Enumerable.Range(0, fromTop).Select(space.Column)];
        double[][] lower = [.. Enumerable.Range(space.Count - (kept - fromTop), kept - fromTop).Select(space.Column)];

        // The basis may have grown since: the coordinates of the new vectors are zero.
        double[]? previous = lastTarget is null
            ? null
            : PartOutside([.. upper, .. lower], [.. lastTarget, .. new double[space.Count - lastTarget.Length]]);
        return previous is null ? [.. upper, .. lower] : [.. upper, previous, .. lower];
    }

    /// <summary>The part of a coordinate vector outside the span of orthonormal ones.</summary>
    /// <param name="kept">The orthonormal vectors.</param>
    /// <param name="vector">The vector, of the same length.</param>
    /// <param name="smallest">Norm of the part below which there is none; relative to the vector's.</param>
    /// <returns>A unit vector; null where nothing is left.</returns>
    internal static double[]? PartOutside(IReadOnlyList<double[]> kept, double[] vector, double smallest = SmallestPart)
    {
        double[] rest = [.. vector];
        double before = Math.Sqrt(Dot(rest, rest));
        for (int pass = 0; pass < 2; pass++)
        {
            foreach (double[] column in kept)
            {
                double overlap = Dot(rest, column);
                for (int i = 0; i < rest.Length; i++)
                {
                    rest[i] -= overlap * column[i];
                }
            }
        }

        double norm = Math.Sqrt(Dot(rest, rest));
        return before == 0 || norm < smallest * before ? null : [.. rest.Select(x => x / norm)];
    }

    private static double Dot(double[] left, double[] right)
    {
        double sum = 0;
        for (int i = 0; i < left.Length; i++)
        {
            sum += left[i] * right[i];
        }

        return sum;
    }
}
