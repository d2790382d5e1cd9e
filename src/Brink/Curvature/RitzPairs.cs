using Brink.Torch;

namespace Brink.Curvature;

/// <summary>Reads the outermost pairs off a subspace.</summary>
internal static class RitzPairs
{
    /// <summary>The pairs of both ends, from the subspace as it stands.</summary>
    /// <param name="space">The subspace.</param>
    /// <param name="acceptance">What tells good pairs.</param>
    /// <param name="top">How many of the largest; as many as the subspace holds, where it holds fewer.</param>
    /// <param name="bottom">How many of the smallest.</param>
    /// <param name="products">Products spent.</param>
    /// <param name="status">How the computation ended.</param>
    internal static SpectrumEnds Ends(
        this RitzSpace space, PairAcceptance acceptance, int top, int bottom, int products, EigenStatus status)
    {
        if (space.Count > 0)
        {
            space.Solve();
        }

        return new SpectrumEnds(
            Pairs([.. Enumerable.Range(0, Math.Min(top, space.Count))]),
            Pairs([.. Enumerable.Range(1, Math.Min(bottom, space.Count)).Select(i => space.Count - i)]));

        Eigenpairs Pairs(int[] indices)
        {
            using var scope = new TensorScope();
            double[] values = [.. indices.Select(i => space.Values[i])];
            double[] residuals = [.. indices.Select(space.ResidualNorm)];
            bool[] good = [.. indices.Zip(residuals, (i, residual) => acceptance.Accepts(i, residual)
                || (status == EigenStatus.PrecisionReached && acceptance.IsNegligible(space.Values[i], residual)))];
            double[] relative = [.. values.Zip(residuals, (value, residual) =>
                residual == 0 ? 0 : residual / (acceptance.IsZero(value, residual) ? space.Scale : Math.Abs(value)))];
            return new Eigenpairs(
                values, scope.Keep(space.Vectors(indices)), residuals, relative, good, products, space.Scale, status);
        }
    }
}
