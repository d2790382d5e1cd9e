using Brink.Curvature;
using Brink.Objectives;
using Brink.Torch;
using MathNet.Numerics.LinearAlgebra;

namespace Brink.Flows;

/// <summary>
/// The force −½∇⟨H, Σ⟩ that keeps eigenvalues of the Hessian under a bound: Σ = U X Uᵀ ⪰ 0 on the eigenvectors near the
/// bound, as small as it may be, and zero where nothing would pass the bound without it.
/// </summary>
/// <remarks>
/// With M = UᵀHU and G_ij = ∇(u_iᵀHu_j), the flow ẇ = −∇f − ½∑X_ij G_ij moves M by dt·(−⟨G, ∇f⟩ − ½⟨G, G⟩X) in a short time
/// dt. X is the one for which bound·I minus that is positive semidefinite and complementary to X (Cohen, Damian et al., arXiv
/// 2410.24206, §3; math.md §7).
/// </remarks>
internal sealed class CurvatureBarrier : IDisposable
{
    /// <summary>
    /// Share of the bound by which eigenvalues that are over it must fall at once, at most: the linear model of M is
    /// good for no more, and only a start beyond the edge asks for more.
    /// </summary>
    private const double LargestFall = 0.1;

    /// <summary>Columns of G that are in float64 at a time.</summary>
    private const long Chunk = 1 << 16;

    private readonly double _bound;
    private readonly double _threshold;
    private readonly SpectrumTracker _tracker;

    /// <summary>Sets the bound.</summary>
    /// <param name="bound">Upper bound of the eigenvalues.</param>
    /// <param name="share">Eigenvalues above this share of the bound take part.</param>
    /// <param name="most">Most of them.</param>
    /// <param name="tolerance">Relative residual of the tracked pairs.</param>
    internal CurvatureBarrier(double bound, double share, int most, double tolerance)
    {
        _bound = bound;
        _threshold = share * bound;
        _tracker = new SpectrumTracker(
            new SpectrumRequest { Largest = 1, MostLargest = most }, new LanczosOptions { ResidualTolerance = tolerance });
    }

    public void Dispose() => _tracker.Dispose();

    internal IReadOnlyDictionary<string, Tensor> Export() => _tracker.Export();

    internal void Import(IReadOnlyDictionary<string, Tensor> state) => _tracker.Import(state);

    /// <summary>Measures the top of the spectrum at a point.</summary>
    internal SpectrumMeasurement Measure(Objective objective, Evaluation at) =>
        _tracker.Measure(new HessianOperator(objective, at), _threshold, at.Gradient());

    /// <summary>Finds the force at a point.</summary>
    /// <param name="at">The evaluation at w.</param>
    /// <param name="spectrum">What <see cref="Measure"/> found there.</param>
    /// <param name="duration">dt.</param>
    /// <returns>The force, null where it is zero, owned by the current scope; and what it comes from.</returns>
    /// <exception cref="BrinkException">No force keeps the eigenvalues under the bound.</exception>
    internal (Tensor? Force, Oscillation Oscillation) Force(Evaluation at, SpectrumMeasurement spectrum, double duration)
    {
        Eigenpairs pairs = spectrum.Largest;
        int count = pairs.Values.Count(value => value > _threshold);
        double[] tracked = pairs.Values[..count];
        var none = new Oscillation
        {
            Bound = _bound,
            Sharpness = pairs.Values.DefaultIfEmpty(double.NaN).First(),
            SharpnessResidual = pairs.RelativeResiduals.DefaultIfEmpty(double.NaN).First(),
            Tracked = tracked,
            Residual = pairs.RelativeResiduals.Take(count).DefaultIfEmpty(0).Max(),
            Variances = [],
            ExcessLoss = 0,
            ExcessSquaredGradient = 0,
            ThirdDerivatives = 0,
        };
        if (count == 0)
        {
            return (null, none);
        }

        using var scope = new TensorScope();
        Tensor blocks = at.ThirdDerivatives(pairs.Vectors.Narrow(0, 0, count));
        (Matrix<double> gram, Vector<double> drift) = Products(blocks, at.Gradient(), count);
        var c = Matrix<double>.Build.Dense(count, count);
        SymmetricCoordinates.ForEachPair(count, (place, i, j) =>
        {
            double now = i == j ? Math.Max(_bound - tracked[i], -LargestFall * _bound) : 0;
            c[i, j] = c[j, i] = now + (duration * drift[place] / SymmetricCoordinates.Weight(i, j));
        });
        ComplementaritySolution solution = SemidefiniteComplementarity.Solve(c, gram * (0.5 * duration));
        none = none with { ThirdDerivatives = gram.RowCount };
        if (solution.Status != ComplementarityStatus.Solved)
        {
            throw new BrinkException(solution.Status == ComplementarityStatus.Infeasible
                ? $"the curvature cannot be held at {_bound:G6}: {tracked[0]:G6} does not fall along any oscillation (third derivatives vanish); gradient descent diverges here"
                : $"the complementarity problem of the {count} eigenvalues at {_bound:G6} was solved only to a gap of {solution.Gap:G2} and a violation of {solution.Violation:G2}");
        }

        return solution.X.FrobeniusNorm() == 0
            ? (null, none)
            : (scope.Keep(Pull(blocks, solution.X)), Describe(none, solution.X));
    }

    /// <summary>What X says of the iterates.</summary>
    private static Oscillation Describe(Oscillation at, Matrix<double> x)
    {
        double[] variances = [.. x.Evd(Symmetricity.Symmetric).EigenValues.Select(value => value.Real).OrderDescending()];
        return at with
        {
            // An interior point has no zeros: what is a billionth of the largest stands for one.
            Variances = [.. variances.Where(value => value > 1e-9 * variances[0])],
            ExcessLoss = 0.5 * at.Tracked.Select((value, i) => value * x[i, i]).Sum(),
            ExcessSquaredGradient = at.Tracked.Select((value, i) => value * value * x[i, i]).Sum(),
        };
    }

    /// <summary>⟨G, G⟩ and ⟨G, ∇f⟩ in symmetric coordinates, in float64: a Gram matrix rounded in float32 is not positive.</summary>
    private static (Matrix<double> Gram, Vector<double> Drift) Products(Tensor blocks, Tensor gradient, int count)
    {
        long rows = blocks.Shape[0];
        long columns = blocks.Shape[1];
        var gram = Matrix<double>.Build.Dense((int)rows, (int)rows);
        var drift = Vector<double>.Build.Dense((int)rows);
        for (long start = 0; start < columns; start += Chunk)
        {
            using var scope = new TensorScope();
            long length = Math.Min(Chunk, columns - start);
            Tensor part = blocks.Narrow(1, start, length).To(ScalarType.Float64).Contiguous();
            Tensor along = gradient.Narrow(0, start, length).To(ScalarType.Float64).Contiguous();
            gram += Matrix<double>.Build.Dense((int)rows, (int)rows, part.MatrixProduct(part.Transpose(0, 1)).Contiguous().To(Device.Cpu).ToArray<double>());
            drift += Vector<double>.Build.Dense(part.MatrixProduct(along).To(Device.Cpu).ToArray<double>());
        }

        Vector<double> weights = Weights(count);
        return (Matrix<double>.Build.Dense((int)rows, (int)rows, (i, j) => 0.5 * (gram[i, j] + gram[j, i]) * weights[i] * weights[j]), drift.PointwiseMultiply(weights));
    }

    /// <summary>−½∑_ij X_ij G_ij; what is off the diagonal counts twice.</summary>
    private static Tensor Pull(Tensor blocks, Matrix<double> x)
    {
        using var scope = new TensorScope();
        Vector<double> factors = SymmetricCoordinates.Pack(x).PointwiseMultiply(Weights(x.RowCount)) * -0.5;
        Tensor row = Tensor.From(factors.ToArray(), 1, factors.Count).To(blocks.Type).To(blocks.Device);
        return scope.Keep(row.MatrixProduct(blocks).View(blocks.Shape[1]));
    }

    private static Vector<double> Weights(int count)
    {
        var weights = Vector<double>.Build.Dense(SymmetricCoordinates.Length(count));
        SymmetricCoordinates.ForEachPair(count, (place, i, j) => weights[place] = SymmetricCoordinates.Weight(i, j));
        return weights;
    }
}
