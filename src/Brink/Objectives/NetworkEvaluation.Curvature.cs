using Brink.Torch;

namespace Brink.Objectives;

/// <content>Second and third derivatives at the point, on graphs that are recorded at the first product.</content>
internal sealed partial class NetworkEvaluation
{
    private CurvatureGraphs? _curvature;
    private GaussNewtonGraphs? _gaussNewton;

    /// <inheritdoc/>
    public override Tensor HessianVectorProduct(Tensor vector)
    {
        _objective.CheckVector(vector);
        return _objective.Passes is { } passes ? passes.Product(this, Weights, vector) : Curvature().Multiply(vector);
    }

    /// <inheritdoc/>
    public override Tensor GaussNewtonProduct(Tensor vector)
    {
        _objective.CheckVector(vector);
        if (_gaussNewton is null)
        {
            _gaussNewton = new GaussNewtonGraphs(_objective, this);
            if (!_objective.KeepsAllGraphs)
            {
                _curvature?.Dispose();
                _curvature = null;
            }
        }

        return _gaussNewton.Multiply(vector);
    }

    /// <inheritdoc/>
    public override Tensor ThirdDerivative(Tensor left, Tensor right)
    {
        _objective.CheckVector(left);
        _objective.CheckVector(right);
        using var scope = new TensorScope();
        return scope.Keep(
            ThirdDerivativeGraphs.Differentiate(_objective, this, Curvature(), [left, right], [(0, 1)]).Select(0, 0));
    }

    /// <inheritdoc/>
    public override Tensor ThirdDerivatives(Tensor directions)
    {
        ArgumentNullException.ThrowIfNull(directions);
        int count = (int)directions.Shape[0];
        using var scope = new TensorScope();
        Tensor[] rows = [.. Enumerable.Range(0, count).Select(i => directions.Select(0, i).Contiguous())];
        Array.ForEach(rows, _objective.CheckVector);
        (int, int)[] pairs = [.. Enumerable.Range(0, count).SelectMany(i => Enumerable.Range(i, count - i).Select(j => (i, j)))];
        return scope.Keep(ThirdDerivativeGraphs.Differentiate(_objective, this, Curvature(), rows, pairs));
    }

    /// <inheritdoc/>
    public override void ReleaseCurvature()
    {
        _curvature?.Dispose();
        _curvature = null;
        _gaussNewton?.Dispose();
        _gaussNewton = null;
    }

    private CurvatureGraphs Curvature()
    {
        if (_curvature is null)
        {
            _curvature = new CurvatureGraphs(_objective, this);
            if (!_objective.KeepsAllGraphs)
            {
                _gaussNewton?.Dispose();
                _gaussNewton = null;
            }
        }

        return _curvature;
    }
}
