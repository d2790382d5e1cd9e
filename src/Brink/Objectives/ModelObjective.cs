using Brink.Theory;
using Brink.Torch;

namespace Brink.Objectives;

/// <summary>A small theory model as an objective, so that methods, curvature and flows run on it. Float64 on the CPU.</summary>
/// <param name="model">The model.</param>
/// <param name="outputs">K, from which <c>nls-ub</c> takes its bound; at least 1.</param>
public sealed class ModelObjective(TheoryModel model, int outputs = 1) : Objective
{
    /// <inheritdoc/>
    public override long Dimension => model.Dimension;

    /// <inheritdoc/>
    public override ScalarType Type => ScalarType.Float64;

    /// <inheritdoc/>
    public override Device Device => Device.Cpu;

    /// <inheritdoc/>
    public override int Outputs => outputs;

    /// <inheritdoc/>
    public override long Samples => model.Samples;

    /// <summary>The model.</summary>
    public TheoryModel Model => model;

    /// <inheritdoc/>
    public override Evaluation Evaluate(Tensor weights, Wanted wanted)
    {
        CheckVector(weights);
        var evaluation = new ModelEvaluation(this, weights);
        if (wanted == Wanted.ValueAndGradient)
        {
            evaluation.Gradient();
        }

        return evaluation;
    }

    private void CheckVector(Tensor vector)
    {
        ArgumentNullException.ThrowIfNull(vector);
        if (vector.Dimensions != 1 || vector.Count != Dimension || vector.Type != Type)
        {
            throw new ArgumentException($"a vector of {Dimension} {Type} is needed, not {vector.Type} of shape [{string.Join(", ", vector.Shape)}]", nameof(vector));
        }
    }

    /// <summary>One point.</summary>
    private sealed class ModelEvaluation(ModelObjective objective, Tensor weights) : Evaluation
    {
        private double? _value;
        private Tensor? _gradient;

        public override Tensor Weights { get; } = weights.Unscoped();

        public override double Value => _value ??= objective.Model.Value(Weights.AsSpan<double>());

        public override Tensor Gradient() =>
            _gradient ??= Computed(gradient => objective.Model.Gradient(Weights.AsSpan<double>(), gradient)).Unscoped();

        public override Tensor HessianVectorProduct(Tensor vector)
        {
            objective.CheckVector(vector);
            return Computed(product => objective.Model.HessianVectorProduct(
                Weights.AsSpan<double>(), vector.ToArray<double>(), product));
        }

        public override Tensor GaussNewtonProduct(Tensor vector)
        {
            objective.CheckVector(vector);
            return Computed(product => objective.Model.GaussNewtonProduct(
                Weights.AsSpan<double>(), vector.ToArray<double>(), product));
        }

        public override Tensor ThirdDerivative(Tensor left, Tensor right)
        {
            objective.CheckVector(left);
            objective.CheckVector(right);
            return Computed(derivative => objective.Model.ThirdDerivative(
                Weights.AsSpan<double>(), left.ToArray<double>(), right.ToArray<double>(), derivative));
        }

        protected override void Dispose(bool disposing)
        {
            Weights.Dispose();
            _gradient?.Dispose();
        }

        private Tensor Computed(Filling fill)
        {
            Tensor result = Tensor.Empty([objective.Dimension], ScalarType.Float64);
            fill(result.AsSpan<double>());
            return result;
        }

        private delegate void Filling(Span<double> vector);
    }
}
