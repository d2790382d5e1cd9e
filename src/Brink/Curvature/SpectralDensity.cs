using Brink.Torch;

namespace Brink.Curvature;

/// <summary>
/// A quadrature rule of one random vector v: Σ wᵢ p(θᵢ) = vᵀp(H)v exactly for polynomials p of degree ≤ 2m − 1, m its
/// number of nodes.
/// </summary>
/// <param name="Nodes">θᵢ, ascending: the Ritz values of m Lanczos steps from v.</param>
/// <param name="Weights">wᵢ ≥ 0 with sum 1: squared first components of the eigenvectors of the tridiagonal matrix.</param>
public sealed record LanczosQuadrature(double[] Nodes, double[] Weights)
{
    /// <summary>vᵀHᵏv by the rule.</summary>
    /// <param name="power">k, at least 0.</param>
    /// <returns>Σ wᵢ θᵢᵏ.</returns>
    public double Moment(int power) => Nodes.Zip(Weights, (node, weight) => weight * Math.Pow(node, power)).Sum();
}

/// <summary>A density smoothed by Gaussians, at equally spaced points.</summary>
/// <param name="Points">Where, ascending.</param>
/// <param name="Values">The density there.</param>
/// <param name="Width">Standard deviation of the Gaussians.</param>
public sealed record DensityCurve(double[] Points, double[] Values, double Width)
{
    /// <summary>∫ of the curve, by the trapezoidal rule.</summary>
    /// <returns>1, up to the tails cut off and the spacing.</returns>
    public double Integral()
    {
        double spacing = Points[1] - Points[0];
        return spacing * (Values.Sum() - (0.5 * (Values[0] + Values[^1])));
    }
}

/// <summary>
/// The density of the eigenvalues of a symmetric operator, φ(t) = (1/P) Σ δ(t − λᵢ), by stochastic Lanczos quadrature
/// (Ubaru, Chen &amp; Saad 2017): the mean over random unit vectors v of the Gauss rule that Lanczos from v gives.
/// </summary>
public sealed class SpectralDensity
{
    /// <summary>Points of a curve unless given: a tenth of the default width apart.</summary>
    private const int DefaultPoints = 1101;

    private SpectralDensity(IReadOnlyList<LanczosQuadrature> rules, long dimension, int products)
    {
        Rules = rules;
        Dimension = dimension;
        Products = products;
    }

    /// <summary>One rule per random vector.</summary>
    public IReadOnlyList<LanczosQuadrature> Rules { get; }

    /// <summary>P.</summary>
    public long Dimension { get; }

    /// <summary>Products spent.</summary>
    public int Products { get; }

    /// <summary>Smallest node: no eigenvalue known lies below it.</summary>
    public double Smallest => Rules.Min(rule => rule.Nodes[0]);

    /// <summary>Largest node.</summary>
    public double Largest => Rules.Max(rule => rule.Nodes[^1]);

    /// <summary>Estimates the density.</summary>
    /// <remarks>
    /// The vectors are random signs, divided by √P; the basis is reorthogonalised in full, so no spurious copies of
    /// eigenvalues appear. A Krylov space that ends before <paramref name="steps"/> gives a rule that is exact for its vector.
    /// Memory: steps × P.
    /// </remarks>
    /// <param name="matrix">The operator.</param>
    /// <param name="probes">Random vectors, at least 1; standard errors need 2.</param>
    /// <param name="steps">Lanczos steps of each, at least 2; where P is smaller, P.</param>
    /// <param name="seed">Seed of the random vectors.</param>
    /// <param name="progress">Told the products done so far.</param>
    /// <returns>The density.</returns>
    /// <exception cref="BrinkException">A product is not finite.</exception>
    public static SpectralDensity Estimate(
        SymmetricOperator matrix, int probes = 8, int steps = 40, ulong seed = 0, Action<int>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        ArgumentOutOfRangeException.ThrowIfLessThan(probes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 2);
        long before = matrix.Products;
        using var random = new ProbeVectors(matrix, seed);
        var rules = new LanczosQuadrature[probes];
        for (int k = 0; k < probes; k++)
        {
            using var scope = new TensorScope();
            rules[k] = Quadrature(matrix, random.Next(), (int)Math.Min(steps, matrix.Dimension), () => progress?.Invoke((int)(matrix.Products - before)));
        }

        return new SpectralDensity(rules, matrix.Dimension, (int)(matrix.Products - before));
    }

    /// <summary>The Gauss rule of a vector, by Lanczos with full reorthogonalisation.</summary>
    /// <param name="matrix">The operator.</param>
    /// <param name="start">v, of any norm but zero; the rule is that of v/‖v‖.</param>
    /// <param name="steps">m, at least 1 and at most P.</param>
    /// <param name="stepped">Told of every product.</param>
    /// <returns>The rule.</returns>
    /// <exception cref="BrinkException">A product is not finite.</exception>
    public static LanczosQuadrature Quadrature(SymmetricOperator matrix, Tensor start, int steps, Action? stepped = null)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        using var scope = new TensorScope();
        using var basis = new OrthonormalRows(steps, matrix);
        double[] diagonal = new double[steps];
        double[] beside = new double[steps];
        basis.Add(start);
        int count = 0;
        while (true)
        {
            using var step = new TensorScope();
            Tensor v = basis[count];
            Tensor product = matrix.Apply(v);
            stepped?.Invoke();
            diagonal[count] = product.To(ScalarType.Float64).Dot(v.To(ScalarType.Float64));
            if (!double.IsFinite(diagonal[count]))
            {
                throw new BrinkException("a product with the matrix is not finite, so it has no spectrum");
            }

            count++;
            double next = count == steps ? 0 : basis.Add(product);
            if (next == 0)
            {
                return Gauss(diagonal.AsSpan(0, count), beside);
            }

            beside[count - 1] = next;
        }
    }

    /// <summary>Mean of tᵏ under the density: tr(Hᵏ)/P, with its standard error over the vectors.</summary>
    /// <param name="power">k; unbiased where k ≤ 2·steps − 1.</param>
    /// <returns>The moment.</returns>
    public SampleMean Moment(int power) => SampleMean.Of([.. Rules.Select(rule => rule.Moment(power))]);

    /// <summary>Part of the eigenvalues in an interval [from, to).</summary>
    /// <param name="from">Lower end.</param>
    /// <param name="to">Upper end.</param>
    /// <returns>A number from 0 to 1.</returns>
    public double Fraction(double from, double to) =>
        Rules.Average(rule => rule.Nodes.Zip(rule.Weights).Where(pair => pair.First >= from && pair.First < to).Sum(pair => pair.Second));

    /// <summary>The density smoothed by Gaussians, from five widths below the smallest node to five above the largest.</summary>
    /// <param name="width">Their standard deviation; a hundredth of the spectrum's range if not given.</param>
    /// <param name="points">Number of points; by default a tenth of the default width apart. At least 2.</param>
    /// <returns>The curve; it integrates to 1 to 1e-6 where the points are no more than a width apart.</returns>
    public DensityCurve Smooth(double? width = null, int points = DefaultPoints)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(points, 2);
        double range = Largest - Smallest;
        double sigma = width ?? (range > 0 ? range / 100 : Math.Max(1e-3 * Math.Abs(Largest), 1e-12));
        if (!(sigma > 0 && double.IsFinite(sigma)))
        {
            throw new BrinkException($"the width of the density's Gaussians is {sigma}; it must be positive");
        }

        double first = Smallest - (5 * sigma);
        double spacing = (range + (10 * sigma)) / (points - 1);
        double[] at = [.. Enumerable.Range(0, points).Select(i => first + (i * spacing))];
        double factor = 1 / (Rules.Count * sigma * Math.Sqrt(2 * Math.PI));
        double[] values = [.. at.Select(t => factor * Rules.Sum(rule => rule.Nodes.Zip(rule.Weights, (node, weight) =>
            weight * Math.Exp(-0.5 * (t - node) * (t - node) / (sigma * sigma))).Sum()))];
        return new DensityCurve(at, values, sigma);
    }

    private static LanczosQuadrature Gauss(ReadOnlySpan<double> diagonal, double[] beside)
    {
        using var scope = new TensorScope();
        int count = diagonal.Length;
        double[] matrix = new double[count * count];
        for (int i = 0; i < count; i++)
        {
            matrix[(i * count) + i] = diagonal[i];
            if (i + 1 < count)
            {
                matrix[(i * count) + i + 1] = matrix[((i + 1) * count) + i] = beside[i];
            }
        }

        (Tensor values, Tensor vectors) = Tensor.From(matrix, count, count).SymmetricEigen();
        double[] first = vectors.Select(0, 0).ToArray<double>();
        return new LanczosQuadrature(values.ToArray<double>(), Array.ConvertAll(first, x => x * x));
    }
}
