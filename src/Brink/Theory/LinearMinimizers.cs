using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Factorization;

namespace Brink.Theory;

/// <summary>A global minimiser of a linear network, with zero loss, and the rank of the Hessian there.</summary>
/// <param name="Weights">The point.</param>
/// <param name="Sharpness">λ₁ of the Hessian.</param>
/// <param name="Rank">Rank of the Hessian; the set of minimisers has dimension P − rank here where it is a manifold.</param>
public sealed record LinearMinimizer(double[] Weights, double Sharpness, int Rank);

/// <summary>
/// The global minimisers W_L⋯W₁X = Y of a linear network whose target can be attained: samples of them, the flattest, and its sharpness
/// (Crăciun and Ghoshdastidar, arXiv 2402.13108; closed form: Mulayoff and Michaeli, ICML 2020).
/// </summary>
public sealed class LinearMinimizers
{
    private const double RankTolerance = 1e-7;

    private readonly LinearNetwork _network;
    private readonly Matrix<double> _map;

    /// <summary>Prepares the search.</summary>
    /// <param name="network">f.</param>
    public LinearMinimizers(LinearNetwork network)
    {
        ArgumentNullException.ThrowIfNull(network);
        _network = network;
        Matrix<double> inputs = network.Inputs;
        Matrix<double> targets = network.Targets;
        _map = targets * inputs.PseudoInverse();
        TargetRank = _map.Rank();
        // Reduced-rank regression (Eckart and Young): what no map reaches, and what the narrowest layer cuts off.
        Vector<double> reached = (_map * inputs).Svd(computeVectors: false).S;
        LeastLoss = 0.5 * network.Factor * (Math.Pow(((_map * inputs) - targets).FrobeniusNorm(), 2)
            + reached.Skip(network.Widths.Min()).Sum(s => s * s));
        double misfit = ((_map * inputs) - targets).FrobeniusNorm();
        double scale = Math.Max(1, targets.FrobeniusNorm());
        Unattainable = misfit > 1e-10 * scale ? $"no linear map sends the inputs to the targets (a misfit of {misfit:G3} is left)"
            : TargetRank > network.Widths.Min() ? $"the target has rank {TargetRank}, and the narrowest layer has width {network.Widths.Min()}"
            : null;
        Matrix<double> gram = inputs.TransposeThisAndMultiply(inputs);
        Matrix<double> second = inputs.TransposeAndMultiply(inputs);
        bool white = gram.RowCount >= second.RowCount && (second - Matrix<double>.Build.DenseIdentity(second.RowCount)).L2Norm() < 1e-12;
        ClosedFormSharpness = Unattainable is null && white && TargetRank > 0
            ? network.Factor * network.Depth * Math.Pow(_map.L2Norm(), 2 - (2.0 / network.Depth))
            : null;
    }

    /// <summary>Rank of the linear map that the network has to learn.</summary>
    public int TargetRank { get; }

    /// <summary>Whether that is the largest rank the network's layers allow: then the minimisers form a smooth manifold.</summary>
    public bool IsFullRank => TargetRank == _network.Widths.Min();

    /// <summary>The smallest value of f.</summary>
    public double LeastLoss { get; }

    /// <summary>Why the loss cannot be zero; null where it can. Where it cannot, nothing else here applies.</summary>
    public string? Unattainable { get; }

    /// <summary>
    /// The smallest λ₁ of any minimiser where it is known: L·σ₁^(2 − 2/L), times 1/N if the loss is per sample, for inputs with XXᵀ = I and σ₁ the target's
    /// largest singular value; in the scalar case D·y^(2 − 2/D). Else null.
    /// </summary>
    public double? ClosedFormSharpness { get; }

    /// <summary>A minimiser near a random point, by Gauss–Newton steps of least norm.</summary>
    /// <param name="seed">Fixes the point.</param>
    /// <returns>The minimiser, or null where the steps did not arrive.</returns>
    public LinearMinimizer? Sample(ulong seed)
    {
        double[] w = NormalDraw.Vector(seed, _network.Dimension, 1);
        return Retract(w) ? Describe(w) : null;
    }

    /// <summary>The minimiser W_l whose singular values are all the L-th roots of the target's; its layers have the target's rank. Needs XXᵀ invertible.</summary>
    public LinearMinimizer Balanced()
    {
        double[] w = BalancedWeights();
        return Describe(w);
    }

    /// <summary>Minimises λ₁ over the minimisers: Riemannian descent on a smooth maximum of the eigenvalues, sharpened in stages.</summary>
    /// <param name="seed">Fixes the start, a random minimiser.</param>
    /// <returns>The flattest minimiser found: an upper bound of the smallest λ₁.</returns>
    /// <exception cref="BrinkException">The target cannot be attained, or no minimiser was found.</exception>
    public LinearMinimizer Flattest(ulong seed = 0)
    {
        if (Unattainable is { } reason)
        {
            throw new BrinkException($"the flattest minimiser is sought among those of zero loss, and there are none: {reason}");
        }

        double[]? best = null;
        for (ulong attempt = 0; best is null; attempt++)
        {
            best = Sample(seed + attempt)?.Weights
                ?? (attempt < 20 ? null : throw new BrinkException("no minimiser was found from twenty random points"));
        }

        foreach (double sharpening in (double[])[20, 100, 500, 2500, 12500])
        {
            Descend(ref best, sharpening);
        }

        return Describe(best);
    }

    private void Descend(ref double[] w, double sharpening)
    {
        const int MostSteps = 300;
        double step = 0.1;
        double value = SmoothSharpness(w, sharpening, null);
        for (int k = 0; k < MostSteps && step > 1e-12; k++)
        {
            double[] slope = new double[w.Length];
            SmoothSharpness(w, sharpening, slope);
            Vector<double> tangent = Tangent(w, slope);
            double square = tangent.DotProduct(tangent);
            if (square <= 1e-24 * value * value)
            {
                return;
            }

            double before = step;
            while (true)
            {
                double[] trial = [.. w.Select((x, i) => x - (step / value * tangent[i]))];
                double there = Retract(trial) ? SmoothSharpness(trial, sharpening, null) : double.NaN;
                if (there <= value - (1e-4 * step / value * square))
                {
                    (w, value) = (trial, there);
                    step = before == step ? step * 2 : step;
                    break;
                }

                step /= 2;
                if (step <= 1e-12)
                {
                    return;
                }
            }
        }
    }

    /// <summary>(λ̄/β)·log Σ exp(β(λᵢ − λ₁)/λ₁) + λ₁ and, where asked for, its gradient Σ pᵢ∇³f[vᵢ, vᵢ, ·] with pᵢ the softmax.</summary>
    private double SmoothSharpness(double[] w, double sharpening, double[]? slope)
    {
        // At zero loss H = JᵀJ times the factor, so that JJᵀ has its eigenvalues; it is the smaller matrix.
        Matrix<double> jacobian = _network.Jacobian(w);
        Svd<double> svd = jacobian.Svd(slope is not null);
        double[] values = [.. svd.S.Select(s => _network.Factor * s * s)];
        double top = values[0];
        double[] weights = [.. values.Select(value => Math.Exp(sharpening * ((value / top) - 1)))];
        double sum = weights.Sum();
        if (slope is not null)
        {
            double[] part = new double[w.Length];
            for (int i = 0; i < values.Length && weights[i] > 1e-14; i++)
            {
                double[] leading = svd.VT.Row(i).ToArray();
                _network.ThirdDerivative(w, leading, leading, part);
                for (int j = 0; j < part.Length; j++)
                {
                    slope[j] += weights[i] / sum * part[j];
                }
            }
        }

        return top * (1 + (Math.Log(sum) / sharpening));
    }

    private Vector<double> Tangent(double[] w, double[] slope)
    {
        Svd<double> svd = _network.Jacobian(w).Svd();
        Vector<double> tangent = Vector<double>.Build.DenseOfArray(slope);
        for (int i = 0; i < svd.S.Count && svd.S[i] > RankTolerance * svd.S[0]; i++)
        {
            Vector<double> normal = svd.VT.Row(i);
            tangent -= normal.DotProduct(tangent) * normal;
        }

        return tangent;
    }

    /// <summary>Moves a point to a minimiser by Gauss–Newton steps of least norm, shortened until the loss falls.</summary>
    private bool Retract(double[] w)
    {
        double goal = 1e-26 * Math.Max(1, Math.Pow(_network.Targets.FrobeniusNorm(), 2));
        double loss = _network.Value(w);
        for (int step = 0; step < 100 && loss > goal; step++)
        {
            Svd<double> svd = _network.Jacobian(w).Svd();
            Vector<double> residual = Vector<double>.Build.DenseOfArray(_network.Residual(w));
            Vector<double> move = Vector<double>.Build.Dense(w.Length);
            for (int i = 0; i < svd.S.Count && svd.S[i] > 1e-12 * svd.S[0]; i++)
            {
                move -= svd.U.Column(i).DotProduct(residual) / svd.S[i] * svd.VT.Row(i);
            }

            double part = 1;
            double[] trial = w;
            double there = double.PositiveInfinity;
            while (!(there < loss) && part > 1e-6)
            {
                trial = [.. w.Select((x, i) => x + (part * move[i]))];
                there = _network.Value(trial);
                part /= 2;
            }

            if (!(there < loss))
            {
                return loss <= 1e-20;
            }

            trial.CopyTo(w, 0);
            loss = there;
        }

        return loss <= goal || loss <= 1e-20;
    }

    private LinearMinimizer Describe(double[] w)
    {
        Vector<double> values = _network.Jacobian(w).Svd(computeVectors: false).S;
        int rank = values.Count(value => value > RankTolerance * values[0]);
        return new LinearMinimizer(w, _network.Factor * values[0] * values[0], values[0] > 0 ? rank : 0);
    }

    private double[] BalancedWeights()
    {
        Svd<double> svd = _map.Svd();
        double[] w = new double[_network.Dimension];
        int place = 0;
        for (int l = 1; l <= _network.Depth; l++)
        {
            int rows = _network.Widths[l];
            int columns = _network.Widths[l - 1];
            for (int r = 0; r < TargetRank; r++)
            {
                double root = Math.Pow(svd.S[r], 1.0 / _network.Depth);
                for (int i = 0; i < rows; i++)
                {
                    for (int j = 0; j < columns; j++)
                    {
                        double left = l == _network.Depth ? svd.U[i, r] : i == r ? 1 : 0;
                        double right = l == 1 ? svd.VT[r, j] : j == r ? 1 : 0;
                        w[place + (i * columns) + j] += root * left * right;
                    }
                }
            }

            place += rows * columns;
        }

        return w;
    }
}
