using System.Globalization;
using FsCheck;
using FsCheck.Fluent;

namespace Brink.Experiments.Tests;

/// <summary>Draws specifications that are valid and give any of the fields that apply.</summary>
internal static class SpecificationGenerator
{
    private static readonly string[] Texts =
        ["a", "runs/x", "with space", "yes", "null", "~", "1e3", "0x1F", "#no", "a: b", "[1]", "é\\\"'", "-", "true", "@", "- x", "*a", "{}", "日本"];

    internal static Arbitrary<Specification> Valid() => Draw().ToArbitrary();

    private static Gen<Specification> Draw() =>
        from size in Gen.Choose(0, 100)
        from seed in Gen.Choose(0, int.MaxValue - 1)
        select Make(new Random(seed), size / 100.0);

    private static Specification Make(Random random, double density)
    {
        Specification specification = new();

        // What other fields' conditions look at comes first.
        string[] first = ["model", "init", "start", "data-file", "data", "method", "network", "subset", "batch-norm", "reference", "integrator"];
        foreach (string name in first)
        {
            specification = Maybe(specification, SpecificationFields.Find(name)!, random, density);
        }

        foreach (SpecificationField field in SpecificationFields.All.Where(f => !first.Contains(f.Name)))
        {
            specification = Maybe(specification, field, random, density);
        }

        if (specification.Model is not null)
        {
            // Small models know one precision and one device, and have no K for the methods that take theirs from it.
            specification = specification.Without("dtype").Without("device");
            specification = specification.Method == "nls-ub" ? specification with { UpperBound = 8 } : specification;
        }

        if (specification.MinEta > specification.MaxEta)
        {
            specification = specification.Without("min-eta").Without("max-eta");
        }

        if (!specification.IsStochastic)
        {
            specification = specification.Without("batch-sharpness-every");
        }

        if (specification.EigenvaluesMost < specification.Eigenvalues)
        {
            specification = specification.Without("eigenvalues-most");
        }

        if (specification.CompareEta is { } eta && specification.Given.Contains("interval"))
        {
            specification = specification with { Interval = 1000 * eta < double.PositiveInfinity ? 1000 * eta : eta };
        }

        if (specification.Mean is null || specification.StandardDeviation is null)
        {
            specification = specification.Without("mean").Without("standard-deviation");
        }

        return specification.Nesterov ? specification with { Momentum = 0.5 } : specification;
    }

    private static Specification Maybe(Specification specification, SpecificationField field, Random random, double density)
    {
        if (specification.Given.Contains(field.Name) || !field.AppliesTo(specification) || random.NextDouble() >= density
            || (field.Name == "dampening" && specification.Nesterov) || (field.Name == "batch-norm" && specification.Network == "densenet121"))
        {
            return specification;
        }

        while (true)
        {
            try
            {
                Specification with = specification.With(field.Name, Text(field, random));
                return with is { Model: not null, Method: "warmup" } ? specification : with;
            }
            catch (BrinkException)
            {
                // Not legal for this field; draw again.
            }
        }
    }

    private static string Text(SpecificationField field, Random random)
    {
        if (field.Choices is { } choices)
        {
            return choices[random.Next(choices.Count)];
        }

        return random.Next(6) switch
        {
            0 => field.Example,
            1 => random.Next(1, 1000).ToString(CultureInfo.InvariantCulture),
            2 => random.NextDouble().ToString("R", CultureInfo.InvariantCulture),
            3 => BitConverter.Int64BitsToDouble(random.NextInt64()).ToString("R", CultureInfo.InvariantCulture),
            4 => random.NextInt64(1L << 53).ToString(CultureInfo.InvariantCulture),
            _ => field.ValueType == typeof(string) && random.Next(2) == 0 ? Texts[random.Next(Texts.Length)] : "7,8,9",
        };
    }
}
