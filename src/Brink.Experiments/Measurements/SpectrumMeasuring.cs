using Brink.Curvature;
using Brink.Methods;
using Brink.Torch;

namespace Brink.Experiments;

/// <summary>
/// The ends of the spectrum, of the Hessian or of P⁻¹H, at every so many iterates, warm-started from one to the next.
/// </summary>
internal sealed class SpectrumMeasuring : RunMeasurement
{
    /// <summary>Products allowed for each pair followed; warm starts need a small part of them.</summary>
    private const int ProductsPerPair = 60;

    private readonly Specification _specification;
    private readonly SpectrumTracker? _tracker;

    internal SpectrumMeasuring(Specification specification, double negligible)
    {
        _specification = specification;
        bool preconditioned = RunFields.Preconditioned.AppliesTo(specification) && specification.Preconditioned;
        if (specification.Eigenvalues == 0 && specification.Smallest == 0 && specification.EigenvaluesAbove is null && !preconditioned)
        {
            return;
        }

        Preconditioned = preconditioned;
        bool first = preconditioned || specification.EigenvaluesAbove is not null;
        int largest = Math.Max(specification.Eigenvalues, first ? 1 : 0);
        int most = specification.EigenvaluesAbove is null ? largest : specification.EigenvaluesMost;
        _tracker = new SpectrumTracker(
            new SpectrumRequest { Largest = largest, Smallest = specification.Smallest, MostLargest = Math.Max(most, largest) },
            new LanczosOptions
            {
                ResidualTolerance = specification.EigenvaluesTolerance,
                MaximumProducts = Math.Max(specification.SharpnessMaxProducts, ProductsPerPair * (most + specification.Smallest)),

                // The eigenvalues of P⁻¹H have another scale.
                Negligible = preconditioned ? 0 : negligible,
                Seed = (ulong)specification.Seed,
            });
    }

    /// <inheritdoc/>
    internal override int Every => _tracker is null ? 0 : _specification.EigenvaluesEvery;

    /// <inheritdoc/>
    internal override bool AtMidpoints => _specification.MeasureAt == "midpoints";

    private bool Preconditioned { get; }

    /// <inheritdoc/>
    internal override MetricsLine Measure(MeasuredPoint point, MetricsLine line)
    {
        using var scope = new TensorScope();
        SymmetricOperator matrix = point.Hessian();
        Tensor? hint = point.GradientAtHand;
        if (Preconditioned)
        {
            IPreconditioned method = point.Method.Preconditioned!;
            if (method.Preconditioner() is not { } preconditioner)
            {
                return line; // Before the first step there is none.
            }

            var scaled = new PreconditionedOperator(matrix, preconditioner, method.WeightDecay);
            (matrix, hint) = (scaled, hint is null ? null : scaled.Scale(hint));
        }

        SpectrumMeasurement found = _tracker!.Measure(matrix, _specification.EigenvaluesAbove?.At(point.StepSize), hint);
        point.At.ReleaseCurvature();
        int unconverged = Missed(found.Largest) + Missed(found.Smallest);
        if (unconverged > 0)
        {
            double worst = found.Largest.RelativeResiduals.Concat(found.Smallest.RelativeResiduals).Max();
            point.Note($"iteration {point.Iteration}: {unconverged} of {found.Largest.Count + found.Smallest.Count} eigenvalues miss the tolerance {_specification.EigenvaluesTolerance:G2}; the largest residual is {worst:G2}");
        }

        return WithLargest(line, found, point.Note) with
        {
            SmallestEigenvalues = found.Smallest.Count > 0 ? found.Smallest.Values : null,
            SmallestResiduals = found.Smallest.Count > 0 ? found.Smallest.RelativeResiduals : null,
            EigenvaluesAbove = found.Above,
            EigenvaluesUnconverged = unconverged > 0 ? unconverged : null,
            Hvps = (line.Hvps ?? 0) + found.Products,
        };
    }

    /// <inheritdoc/>
    internal override IReadOnlyDictionary<string, Tensor> Export() => _tracker?.Export() ?? base.Export();

    /// <inheritdoc/>
    internal override void Import(IReadOnlyDictionary<string, Tensor> state) => _tracker?.Import(state);

    /// <inheritdoc/>
    public override void Dispose()
    {
        _tracker?.Dispose();
        base.Dispose();
    }

    private static int Missed(Eigenpairs pairs) => pairs.Converged.Count(good => !good);

    /// <summary>The upper end: those asked for and those above the threshold, not the one below it that proves there are no more.</summary>
    private MetricsLine WithLargest(MetricsLine line, SpectrumMeasurement found, Action<string> note)
    {
        if (found.Largest.Count == 0)
        {
            return line;
        }

        if (found.Above >= _specification.EigenvaluesMost)
        {
            note($"iteration {line.Iteration}: at least {found.Above} eigenvalues are above the threshold; eigenvalues-most allows no more");
        }

        int shown = Math.Min(found.Largest.Count, Math.Max(1, Math.Max(_specification.Eigenvalues, found.Above ?? 0)));
        double first = found.Largest.Values[0];
        double residual = found.Largest.RelativeResiduals[0];
        bool? missed = found.Largest.Converged[0] ? null : true;
        line = line with { Eigenvalues = found.Largest.Values[..shown], EigenvalueResiduals = found.Largest.RelativeResiduals[..shown] };
        return Preconditioned
            ? line with { PreconditionedSharpness = first, PreconditionedResidual = residual, PreconditionedUnconverged = missed }
            : line with { Sharpness = first, SharpnessResidual = residual, SharpnessUnconverged = missed };
    }
}
