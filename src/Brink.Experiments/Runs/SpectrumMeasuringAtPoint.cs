using System.Diagnostics;
using System.Globalization;
using Brink.Curvature;
using Brink.Methods;
using Brink.Objectives;
using Brink.Torch;

namespace Brink.Experiments;

/// <summary>One <see cref="SpectrumReport"/> in the making.</summary>
internal sealed class SpectrumMeasuringAtPoint : IDisposable
{
    private const int Bins = 24;

    private readonly StoredPoint _point;
    private readonly SpectrumQuestions _questions;
    private readonly Action<string> _note;
    private readonly CancellationToken _cancellation;
    private readonly TensorScope _scope = new();
    private readonly Objective _objective;
    private readonly Evaluation _at;
    private readonly SymmetricOperator _matrix;
    private readonly StabilityThreshold? _threshold;
    private readonly IReadOnlyList<(string Name, ParameterSelection Parameters)> _blocks;
    private double _secondsAProduct;

    internal SpectrumMeasuringAtPoint(
        StoredPoint point, SpectrumQuestions questions, Action<string> note, CancellationToken cancellation)
    {
        (_point, _questions, _note, _cancellation) = (point, questions, note, cancellation);
        _objective = point.Problem.Objective;
        try
        {
            // Names are checked before anything is computed.
            _blocks = [.. questions.SubHessians.Select(name => (name, ParameterSelection.Named(_point.Problem.Layout, name)))];
            using Method? method = questions.Preconditioned ? Adaptive() : null;
            _at = _objective.Evaluate(point.Weights.Clone().Unscoped(), Wanted.Value);
            SymmetricOperator hessian = new HessianOperator(_objective, _at);
            _matrix = new WatchedOperator(method is null ? hessian : Preconditioned(hessian, method.Preconditioned!), cancellation);
            _threshold = method?.Threshold;
        }
        catch
        {
            _at?.Dispose();
            _scope.Dispose();
            throw;
        }
    }

    private LanczosOptions Options => new()
    {
        ResidualTolerance = _questions.Tolerance,
        MaximumProducts = _questions.MaximumProducts,
        Seed = _questions.Seed,
    };

    /// <inheritdoc/>
    public void Dispose()
    {
        _at.Dispose();
        _scope.Dispose();
    }

    internal SpectrumReport Take()
    {
        if (!_at.IsFinite)
        {
            throw new BrinkException($"the loss of {_point.Source} is {_at.Value}: there is no curvature to measure");
        }

        Tensor gradient = _at.Gradient();
        int? outputs = _point.Problem.Outputs;
        bool pairing = _questions.Pairing && outputs is not null;
        if (_questions.Pairing && !pairing)
        {
            _note("no ± pairs: they are those below the first K eigenvalues of a network with K outputs, and a small model has none");
        }

        int bottom = pairing ? Math.Max(1, _questions.Bottom) : _questions.Bottom;
        int top = pairing ? Math.Max(_questions.Top, outputs!.Value + bottom) : _questions.Top;
        _note($"the {top} largest and {bottom} smallest of {_objective.Dimension} eigenvalues, at most {_questions.MaximumProducts} products");
        long start = Stopwatch.GetTimestamp();
        SpectrumEnds ends = Lanczos.Extremes(_matrix, top, bottom, Options);
        _secondsAProduct = Stopwatch.GetElapsedTime(start).TotalSeconds / Math.Max(1, _matrix.Products);
        MeasuredEnds measured = Ends(ends);
        return new SpectrumReport(
            _point.Source,
            _point.Iteration,
            _objective.Dimension,
            outputs,
            _at.Value,
            _at.Accuracy,
            gradient.Norm(),
            _questions.Preconditioned,
            _threshold is null ? null : new MeasuredEdge(_threshold.Value, _threshold.Formula, ends.Largest.Values[0] / _threshold.Value),
            _questions.Preconditioned ? null : _point.Problem.FlattestSharpness,
            _questions.Tolerance,
            measured,
            _questions.TraceProducts is { } products ? Trace(products) : null,
            _questions.DensityProbes is { } probes ? Density(probes) : null,
            _questions.GaussNewton ? GaussNewton(ends.Largest) : null,
            pairing ? Pairing(measured, outputs!.Value) : null,
            [.. _blocks.Select(block => Block(block.Name, block.Parameters))],
            _questions.GradientNorms ? GradientNorm.ByParameter(_point.Problem.Layout, gradient) : null);
    }

    /// <summary>The run's method with its memory, or one line that says why the point has no P.</summary>
    private Method Adaptive()
    {
        if (_questions.GaussNewton || _questions.Pairing || _questions.SubHessians.Count > 0)
        {
            throw new BrinkException("--preconditioned goes with eigenvalues, trace, density and gradient norms; Gauss–Newton part, pairing and sub-Hessians (--gauss-newton, --pairing, --sub-hessian) are parts of H itself");
        }

        Method method = _point.Method();
        if (method.Preconditioned is not null)
        {
            return method;
        }

        string name = method.Name;
        method.Dispose();
        throw new BrinkException($"{_point.Source} is a run of {name}, which has no preconditioner; --preconditioned belongs to runs of rmsprop and adam");
    }

    private PreconditionedOperator Preconditioned(SymmetricOperator hessian, IPreconditioned method) => new(
        hessian,
        method.Preconditioner() ?? throw new BrinkException($"{_point.Source} is at iteration {_point.Iteration}: {_point.Problem.Specification.Method} has no preconditioner before its first step"),
        method.WeightDecay);

    private MeasuredEnds Ends(SpectrumEnds ends)
    {
        EigenStatus status = ends.Largest.Count > 0 ? ends.Largest.Status : ends.Smallest.Status;
        return new MeasuredEnds(
            MeasuredEigenvalue.List(ends.Largest, _questions.Tolerance), MeasuredEigenvalue.List(ends.Smallest, _questions.Tolerance), Math.Max(ends.Largest.Products, ends.Smallest.Products), status);
    }

    private TraceEstimate Trace(int products)
    {
        Announce("trace by Hutch++", Math.Min(products, _objective.Dimension));
        return TraceEstimate.HutchPlusPlus(_matrix, products, _questions.Seed);
    }

    private MeasuredDensity Density(int probes)
    {
        Announce("density by stochastic Lanczos quadrature", probes * Math.Min(_questions.DensitySteps, _objective.Dimension));
        SpectralDensity density = SpectralDensity.Estimate(_matrix, probes, _questions.DensitySteps, _questions.Seed);
        double width = (density.Largest - density.Smallest) / Bins;
        DensityBin[] bins = [.. Enumerable.Range(0, width > 0 ? Bins : 1).Select(k =>
        {
            double from = density.Smallest + (k * width);
            double to = density.Smallest + ((k + 1) * width);
            return new DensityBin(from, to, density.Fraction(from, k == Bins - 1 || width == 0 ? double.PositiveInfinity : to));
        })];
        return new MeasuredDensity(
            density.Rules, density.Smooth(_questions.DensityWidth), density.Moment(1), density.Moment(2), bins, density.Products);
    }

    private MeasuredGaussNewton GaussNewton(Eigenpairs largest)
    {
        _note("Gauss–Newton part");
        Tensor x = largest.Vectors.Select(0, 0).Contiguous();
        SharpnessParts parts = SharpnessParts.At(_at, x);
        var matrix = new WatchedOperator(new GaussNewtonOperator(_objective, _at), _cancellation);
        Eigenpairs own = Lanczos.Largest(matrix, 1, Options, x);
        return new MeasuredGaussNewton(parts.GaussNewton, parts.Residual, MeasuredEigenvalue.List(own, _questions.Tolerance)[0], own.Products + 2);
    }

    private static MeasuredPairing? Pairing(MeasuredEnds ends, int outputs)
    {
        if (ends.Top.Count <= outputs)
        {
            // A network with no more parameters than outputs has nothing below the first K.
            return null;
        }

        var pairing = SpectrumPairing.Of(
            [.. ends.Top.Select(value => value.Value)], [.. ends.Bottom.Select(value => value.Value)], outputs);
        int count = pairing.Pairs.Count;
        return new MeasuredPairing(
            outputs,
            [.. pairing.Pairs.Select(pair => pair.Upper)],
            [.. pairing.Pairs.Select(pair => pair.Lower)],
            pairing.Mismatch,
            ends.Top.Take(outputs + count).Concat(ends.Bottom.Take(count)).All(value => value is { Converged: true, IsZero: false }));
    }

    private MeasuredBlock Block(string name, ParameterSelection parameters)
    {
        var matrix = new WatchedOperator(new SubHessianOperator(_objective, _at, parameters), _cancellation);
        string[] names = [.. parameters.Places.Select(place => place.Name)];
        if (parameters.Count <= Math.Min(DenseSpectrum.DefaultLimit, _questions.MaximumProducts))
        {
            Announce($"sub-Hessian of {name}", parameters.Count);
            var dense = DenseSpectrum.Of(matrix);
            return new MeasuredBlock(name, names, parameters.Count, dense.Values, dense.Asymmetry, null);
        }

        _note($"sub-Hessian of {name}: {parameters.Count} rows are too many to be written out, so the ends of its spectrum");
        return new MeasuredBlock(
            name, names, parameters.Count, null, null, Ends(Lanczos.Extremes(matrix, _questions.Top, _questions.Bottom, Options)));
    }

    private void Announce(string what, long products) => _note(string.Create(
        CultureInfo.InvariantCulture, $"{what}: {products} products, about {Math.Max(1, products * _secondsAProduct):F0} s"));
}
