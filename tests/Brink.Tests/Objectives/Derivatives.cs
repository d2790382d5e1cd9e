using Brink.Objectives;
using Brink.Torch;

namespace Brink.Tests.Objectives;

/// <summary>Derivatives of an objective by differences and column by column.</summary>
internal static class Derivatives
{
    /// <summary>f(w), evaluated afresh.</summary>
    internal static double Value(Objective objective, Tensor weights)
    {
        using Evaluation at = objective.Evaluate(weights.Clone().Unscoped(), Wanted.Value);
        return at.Value;
    }

    /// <summary>∇f(w), evaluated afresh.</summary>
    internal static Tensor Gradient(Objective objective, Tensor weights)
    {
        using Evaluation at = objective.Evaluate(weights.Clone().Unscoped(), Wanted.ValueAndGradient);
        return at.Gradient().Clone();
    }

    /// <summary>∇²f(w)·v, evaluated afresh.</summary>
    internal static Tensor Product(Objective objective, Tensor weights, Tensor vector)
    {
        using Evaluation at = objective.Evaluate(weights.Clone().Unscoped(), Wanted.Nothing);
        return at.HessianVectorProduct(vector);
    }

    /// <summary>∇²f(w), one product a column; row i holds H·eᵢ.</summary>
    internal static double[][] Hessian(Objective objective, Tensor weights)
    {
        using var scope = new TensorScope();
        using Evaluation at = objective.Evaluate(weights.Clone().Unscoped(), Wanted.Value);
        return [.. Enumerable.Range(0, (int)objective.Dimension).Select(i => at.HessianVectorProduct(Unit(objective, i)).To(ScalarType.Float64).ToArray<double>())];
    }

    internal static Tensor Unit(Objective objective, long place)
    {
        double[] unit = new double[objective.Dimension];
        unit[place] = 1;
        return Tensor.From(unit).To(objective.Type);
    }

    internal static double RelativeDistance(Tensor actual, Tensor expected) => (actual - expected).Norm() / expected.Norm();
}
