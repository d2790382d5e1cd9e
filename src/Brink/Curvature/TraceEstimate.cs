using Brink.Torch;

namespace Brink.Curvature;

/// <summary>tr H and tr H² of an operator known by its products.</summary>
/// <param name="Trace">tr H.</param>
/// <param name="StandardError">Its standard error; 0 where <paramref name="Exact"/>.</param>
/// <param name="SquareTrace">tr H² = ‖H‖_F², the sum of the squared eigenvalues.</param>
/// <param name="SquareStandardError">Its standard error; 0 where <paramref name="Exact"/>.</param>
/// <param name="Sketch">Number of directions whose part is exact.</param>
/// <param name="Probes">Number of random vectors the rest, and both standard errors, were estimated from.</param>
/// <param name="Products">Products spent.</param>
/// <param name="Exact">Whether nothing was estimated: the products allowed were enough for every coordinate.</param>
public sealed record TraceEstimate(
    double Trace,
    double StandardError,
    double SquareTrace,
    double SquareStandardError,
    int Sketch,
    int Probes,
    int Products,
    bool Exact)
{
    /// <summary>
    /// Hutch++ (Meyer, Musco, Musco &amp; Woodruff 2021): a third of the products finds an orthonormal Q that spans most of
    /// HS for random S, a third gives tr(QᵀHQ) exactly, and a third estimates the trace of what is left,
    /// (I − QQᵀ)H(I − QQᵀ), by Hutchinson's zᵀHz. The large eigenvalues, which make Hutchinson's variance, are in Q.
    /// </summary>
    /// <remarks>
    /// The standard error is that of the mean of the last third, from the samples' own variance; Q does not depend on them,
    /// so it is unbiased. tr H² comes from the same products: ‖HQ‖_F² plus the mean of ‖H(I − QQᵀ)z‖². Where the dimension is at
    /// most <paramref name="products"/>, every coordinate is multiplied instead and both traces are exact.
    /// </remarks>
    /// <param name="matrix">The operator.</param>
    /// <param name="products">Most products; at least 6, so that a third is two samples.</param>
    /// <param name="seed">Seed of the random vectors.</param>
    /// <param name="progress">Told the products done so far.</param>
    /// <returns>The estimate.</returns>
    /// <exception cref="BrinkException">A product is not finite.</exception>
    public static TraceEstimate HutchPlusPlus(
        SymmetricOperator matrix, int products = 60, ulong seed = 0, Action<int>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        ArgumentOutOfRangeException.ThrowIfLessThan(products, 6);
        return matrix.Dimension <= products ? WrittenOut(matrix, progress) : Sketched(matrix, products / 3, seed, progress);
    }

    private static TraceEstimate WrittenOut(SymmetricOperator matrix, Action<int>? progress)
    {
        using var scope = new TensorScope();
        int dimension = (int)matrix.Dimension;
        double[] rows = DenseSpectrum.Rows(matrix, progress).ToArray<double>();
        double trace = Enumerable.Range(0, dimension).Sum(i => rows[(i * dimension) + i]);
        return Finite(new TraceEstimate(trace, 0, rows.Sum(entry => entry * entry), 0, dimension, 0, dimension, true));
    }

    private static TraceEstimate Sketched(SymmetricOperator matrix, int third, ulong seed, Action<int>? progress)
    {
        long before = matrix.Products;
        int Spent() => (int)(matrix.Products - before);
        using var probes = new ProbeVectors(matrix, seed);
        using var sketch = new OrthonormalRows(third, matrix);
        for (int k = 0; k < third; k++)
        {
            using var scope = new TensorScope();
            sketch.Add(matrix.Apply(probes.Next()));
            progress?.Invoke(Spent());
        }

        double trace = 0;
        double squares = 0;
        for (int k = 0; k < sketch.Count; k++)
        {
            using var scope = new TensorScope();
            Tensor q = sketch[k];
            Tensor product = matrix.Apply(q).To(ScalarType.Float64);
            trace += product.Dot(q.To(ScalarType.Float64));
            squares += product.Dot(product);
            progress?.Invoke(Spent());
        }

        double[] rest = new double[third];
        double[] restSquares = new double[third];
        for (int k = 0; k < third; k++)
        {
            using var scope = new TensorScope();
            Tensor z = sketch.Reject(probes.Next());
            Tensor product = matrix.Apply(z).To(ScalarType.Float64);
            rest[k] = product.Dot(z.To(ScalarType.Float64));
            restSquares[k] = product.Dot(product);
            progress?.Invoke(Spent());
        }

        SampleMean left = SampleMean.Of(rest);
        SampleMean leftSquares = SampleMean.Of(restSquares);
        return Finite(new TraceEstimate(
            trace + left.Mean,
            left.StandardError,
            squares + leftSquares.Mean,
            leftSquares.StandardError,
            sketch.Count,
            third,
            Spent(),
            false));
    }

    private static TraceEstimate Finite(TraceEstimate estimate) => double.IsFinite(estimate.SquareTrace)
        ? estimate
        : throw new BrinkException("a product with the matrix is not finite, so it has no trace");
}
