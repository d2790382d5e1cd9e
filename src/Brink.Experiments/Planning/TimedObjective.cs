using Brink.Objectives;
using Brink.Torch;

namespace Brink.Experiments.Planning;

/// <summary>An objective whose passes over the samples are timed; methods and measurements see no other difference.</summary>
/// <param name="inner">The objective; not owned.</param>
/// <param name="clock">Told of each pass.</param>
internal sealed class TimedObjective(Objective inner, OperationClock clock) : Objective
{
    /// <inheritdoc/>
    public override long Dimension => inner.Dimension;

    /// <inheritdoc/>
    public override ScalarType Type => inner.Type;

    /// <inheritdoc/>
    public override Device Device => inner.Device;

    /// <inheritdoc/>
    public override int Outputs => inner.Outputs;

    /// <inheritdoc/>
    public override double FlatStep => inner.FlatStep;

    /// <inheritdoc/>
    public override long Samples => inner.Samples;

    /// <inheritdoc/>
    public override Evaluation Evaluate(Tensor weights, Wanted wanted) => new TimedEvaluation(
        wanted switch
        {
            Wanted.Value => clock.Time(Operation.Loss, () => inner.Evaluate(weights, wanted), sizeof(double)),
            Wanted.ValueAndGradient => clock.Time(
                Operation.LossAndGradient, () => inner.Evaluate(weights, wanted), clock.VectorBytes, sizeof(double)),
            _ => inner.Evaluate(weights, wanted),
        },
        clock,
        wanted);

    /// <inheritdoc/>
    public override Ray Along(Evaluation from, Tensor direction) =>
        new TimedRay(inner.Along(((TimedEvaluation)from).Inner, direction), clock);

    /// <inheritdoc/>
    public override Objective Restrict(ReadOnlySpan<long> samples) => inner.Restrict(samples);
}

/// <summary>A ray whose trials are timed.</summary>
/// <param name="inner">The ray; owned.</param>
/// <param name="clock">Told of each trial.</param>
internal sealed class TimedRay(Ray inner, OperationClock clock) : Ray
{
    private bool _tried;

    /// <inheritdoc/>
    public override Evaluation Try(double stepSize)
    {
        Operation operation = _tried ? Operation.Trial : Operation.FirstTrial;
        _tried = true;
        return new TimedEvaluation(clock.Time(operation, () => inner.Try(stepSize), sizeof(double)), clock, Wanted.Value);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}

/// <summary>An evaluation whose further passes are timed.</summary>
/// <param name="inner">The evaluation; owned.</param>
/// <param name="clock">Told of each pass.</param>
/// <param name="wanted">What it was asked for at once.</param>
internal sealed class TimedEvaluation(Evaluation inner, OperationClock clock, Wanted wanted) : Evaluation
{
    private bool _hasValue = wanted != Wanted.Nothing;
    private bool _hasGradient = wanted == Wanted.ValueAndGradient;
    private bool _hasAccuracy;
    private bool _hasGraphs;

    /// <inheritdoc/>
    public override Tensor Weights => inner.Weights;

    /// <inheritdoc/>
    public override double Value
    {
        get
        {
            if (!_hasValue)
            {
                _hasValue = true;
                clock.Time(Operation.Loss, () => inner.Value, sizeof(double));
            }

            return inner.Value;
        }
    }

    /// <inheritdoc/>
    public override double? Accuracy
    {
        get
        {
            _ = Value;
            if (_hasAccuracy)
            {
                return inner.Accuracy;
            }

            _hasAccuracy = true;
            return clock.Time(Operation.Accuracy, () => inner.Accuracy, sizeof(double));
        }
    }

    /// <summary>The evaluation that is timed.</summary>
    internal Evaluation Inner => inner;

    /// <inheritdoc/>
    public override Tensor Gradient()
    {
        if (_hasGradient)
        {
            return inner.Gradient();
        }

        _hasGradient = true;
        if (_hasValue)
        {
            return clock.Time(Operation.Gradient, inner.Gradient, clock.VectorBytes);
        }

        _hasValue = true;
        return clock.Time(Operation.LossAndGradient, inner.Gradient, clock.VectorBytes, sizeof(double));
    }

    /// <inheritdoc/>
    public override Tensor HessianVectorProduct(Tensor vector)
    {
        Operation operation = _hasGraphs ? Operation.Product : Operation.FirstProduct;
        _hasGraphs = true;
        return clock.Time(operation, () => inner.HessianVectorProduct(vector), clock.VectorBytes);
    }

    /// <inheritdoc/>
    public override Tensor GaussNewtonProduct(Tensor vector) =>
        clock.Time(Operation.Product, () => inner.GaussNewtonProduct(vector), clock.VectorBytes);

    /// <inheritdoc/>
    public override Tensor ThirdDerivative(Tensor left, Tensor right) =>
        clock.Time(Operation.ThirdDerivatives, () => inner.ThirdDerivative(left, right), clock.VectorBytes);

    /// <inheritdoc/>
    public override Tensor ThirdDerivatives(Tensor directions)
    {
        ArgumentNullException.ThrowIfNull(directions);
        long count = directions.Shape[0];
        return clock.Time(
            Operation.ThirdDerivatives, () => inner.ThirdDerivatives(directions), clock.VectorsBytes(count * (count + 1) / 2));
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, Tensor> CachedProducts() => inner.CachedProducts();

    /// <inheritdoc/>
    public override void ReleaseCurvature()
    {
        _hasGraphs = false;
        inner.ReleaseCurvature();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }
    }
}
