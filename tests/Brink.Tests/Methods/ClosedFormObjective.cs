using Brink.Objectives;
using Brink.Torch;

namespace Brink.Tests.Methods;

/// <summary>A <see cref="ClosedForm"/> as an objective that counts what is asked of it.</summary>
internal sealed class ClosedFormObjective(ClosedForm form, int dimension, int outputs = 10, ScalarType type = ScalarType.Float64) : Objective
{
    public override long Dimension => dimension;

    public override ScalarType Type => type;

    public override Device Device => Device.Cpu;

    public override int Outputs => outputs;

    public override long Samples => 1;

    internal ClosedForm Form => form;

    /// <summary>Values computed.</summary>
    internal int Values { get; set; }

    /// <summary>Gradients computed.</summary>
    internal int Gradients { get; set; }

    /// <summary>Hessian-vector products computed.</summary>
    internal int Products { get; set; }

    /// <summary>η of every trial along a ray, in order.</summary>
    internal List<double> Tried { get; } = [];

    /// <summary>Evaluations not disposed yet.</summary>
    internal int Alive { get; set; }

    public override Evaluation Evaluate(Tensor weights, Wanted wanted) => new ClosedFormEvaluation(this, weights, wanted);

    public override Ray Along(Evaluation from, Tensor direction) => new RecordingRay(this, from, direction);

    /// <summary>Itself: with one sample every batch is the whole.</summary>
    public override Objective Restrict(ReadOnlySpan<long> samples) => this;

    internal Evaluation At(params double[] weights)
    {
        using Tensor given = Tensor.From(weights);
        return Evaluate(given.To(type).Clone().Unscoped(), Wanted.Nothing);
    }

    internal Tensor Vector(double[] values) => Tensor.From(values).To(type);

    private sealed class RecordingRay(ClosedFormObjective objective, Evaluation from, Tensor direction) : Ray
    {
        public override Evaluation Try(double stepSize)
        {
            objective.Tried.Add(stepSize);
            return objective.Evaluate(from.Weights.AddScaled(direction, -stepSize).Unscoped(), Wanted.Value);
        }
    }
}

/// <summary>One point of a <see cref="ClosedFormObjective"/>.</summary>
internal sealed class ClosedFormEvaluation : Evaluation
{
    private readonly ClosedFormObjective _objective;
    private readonly double[] _point;
    private double? _value;
    private Tensor? _gradient;

    internal ClosedFormEvaluation(ClosedFormObjective objective, Tensor weights, Wanted wanted)
    {
        _objective = objective;
        Weights = weights.Unscoped();
        _point = Numbers(weights);
        objective.Alive++;
        if (wanted != Wanted.Nothing)
        {
            _ = Value;
        }

        if (wanted == Wanted.ValueAndGradient)
        {
            Gradient();
        }
    }

    public override Tensor Weights { get; }

    public override double Value
    {
        get
        {
            if (_value is null)
            {
                _objective.Values++;
                _value = _objective.Form.Value(_point);
            }

            return _value.Value;
        }
    }

    public override Tensor Gradient()
    {
        if (_gradient is null)
        {
            _objective.Gradients++;
            _gradient = _objective.Vector(_objective.Form.Gradient(_point)).Unscoped();
        }

        return _gradient;
    }

    public override Tensor HessianVectorProduct(Tensor vector)
    {
        _objective.Products++;
        return _objective.Vector(_objective.Form.HessianTimes(_point, Numbers(vector)));
    }

    public override Tensor ThirdDerivative(Tensor left, Tensor right) =>
        _objective.Vector(_objective.Form.ThirdDerivative(_point, Numbers(left), Numbers(right)));

    protected override void Dispose(bool disposing)
    {
        _objective.Alive--;
        Weights.Dispose();
        _gradient?.Dispose();
    }

    private static double[] Numbers(Tensor vector) => vector.To(ScalarType.Float64).ToArray<double>();
}
