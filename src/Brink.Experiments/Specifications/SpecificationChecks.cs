using Brink.Networks;

namespace Brink.Experiments;

/// <summary>The checks of a whole specification: ranges, what applies where, and values that must agree.</summary>
internal static class SpecificationChecks
{
    /// <summary>Checks every given value.</summary>
    /// <param name="specification">The specification.</param>
    /// <param name="shown">How a field is to be called in a message, from its name.</param>
    /// <exception cref="BrinkException">The first that is not right, in one line.</exception>
    internal static void Check(Specification specification, Func<string, string> shown)
    {
        foreach (SpecificationField field in SpecificationFields.All)
        {
            if (specification.GivenValue(field) is { } value && !field.IsLegal(value))
            {
                throw field.Refuse(field.Format(value), shown(field.Name));
            }
        }

        foreach (SpecificationField field in SpecificationFields.All)
        {
            if (specification.GivenValue(field) is not null)
            {
                CheckApplies(field, specification, shown);
            }
        }

        CheckAgreement(specification, shown);
        CheckSpectrum(specification, shown);
        CheckBatches(specification, shown);
        CheckModel(specification, shown);
    }

    private static void CheckApplies(SpecificationField field, Specification specification, Func<string, string> shown)
    {
        foreach (FieldCondition condition in field.Conditions)
        {
            if (!condition.Holds(specification))
            {
                string actual = SpecificationFields.Find(condition.Field)!.FormatIn(specification) ?? "not given";
                throw new BrinkException(
                    $"{shown(field.Name)} applies only where {condition.Field} {condition.InWords(value => value, " or ")}; here it is {actual}");
            }
        }
    }

    private static void CheckAgreement(Specification specification, Func<string, string> shown)
    {
        if (MethodFields.MinEta.AppliesTo(specification) && specification.MinEta > specification.MaxEta)
        {
            string guilty = specification.GivenValue(MethodFields.MinEta) is null ? "max-eta" : "min-eta";
            throw new BrinkException(
                $"{shown(guilty)}: min-eta ({specification.MinEta:R}) must not exceed max-eta ({specification.MaxEta:R})");
        }

        if (specification is { CompareEta: { } step, Interval: { } interval } && FlowFields.CompareEta.AppliesTo(specification)
            && (interval < step || Math.Abs((interval / step) - Math.Round(interval / step)) > 1e-9 * interval / step))
        {
            throw new BrinkException(
                $"{shown("interval")} ({interval:R}) must be a whole multiple of compare-eta ({step:R}): there the two stand at equal time");
        }

        if (SubjectFields.BatchNorm.AppliesTo(specification) && !specification.BatchNorm && NetworkCatalogue.Find(specification.Network) is { AlwaysBatchNorm: true })
        {
            throw new BrinkException($"{shown("batch-norm")}: {specification.Network} always has batch normalisation; leave it out");
        }

        if ((specification.Mean is null) != (specification.StandardDeviation is null))
        {
            throw new BrinkException(
                $"{shown(specification.Mean is null ? "standard-deviation" : "mean")} goes with {(specification.Mean is null ? "mean" : "standard-deviation")}: give both, or neither to have them measured");
        }

        if (MethodFields.Nesterov.AppliesTo(specification) && specification.Nesterov)
        {
            if (specification.Momentum == 0)
            {
                throw new BrinkException($"{shown("nesterov")} needs a momentum above 0; give one, e.g. momentum 0.9");
            }

            if (MethodFields.Dampening.AppliesTo(specification) && specification.Dampening != 0)
            {
                throw new BrinkException($"{shown("nesterov")} needs dampening 0, not {specification.Dampening:R}");
            }
        }
    }

    private static void CheckSpectrum(Specification specification, Func<string, string> shown)
    {
        if (specification.EigenvaluesMost < specification.Eigenvalues)
        {
            throw new BrinkException(
                $"{shown("eigenvalues-most")} ({specification.EigenvaluesMost}) must be at least eigenvalues ({specification.Eigenvalues})");
        }
    }

    private static void CheckBatches(Specification specification, Func<string, string> shown)
    {
        if (specification.BatchSharpnessEvery > 0 && !specification.IsStochastic)
        {
            throw new BrinkException(
                $"{shown(BatchFields.SharpnessEvery.Name)} measures the batches of a stochastic run; give a {BatchFields.BatchSize.Name}, e.g. 256");
        }
    }

    /// <summary>What a small model leaves no choice about.</summary>
    private static void CheckModel(Specification specification, Func<string, string> shown)
    {
        if (specification.Model is not { } model)
        {
            return;
        }

        string? wrong = specification switch
        {
            { Dtype: not "float64" } => $"{shown("dtype")} must be float64 where model is given: small models are computed in float64 only",
            { Device: not "cpu" } => $"{shown("device")} must be cpu where model is given: small models are computed on the CPU only",
            { Method: "warmup" } => $"{shown("method")} warmup grows the step to a multiple of K, the number of a network's outputs; the model {model} has none",
            { Method: "nls-ub", UpperBound: null } => $"{shown("upper-bound")} must be given where model is: its default is K, the number of a network's outputs",
            _ => null,
        };
        if (wrong is not null)
        {
            throw new BrinkException(wrong);
        }
    }
}
