namespace Brink.Experiments.Sweeps;

/// <summary>
/// The points of a sweep: the product of its fields' values. A value that does not apply at a point (the <c>eta</c> of
/// gradient descent where the method finds its steps) is left out there, and points that are then the same are one; a
/// value that applies at no point is an error.
/// </summary>
public sealed class SweepPlan
{
    /// <summary>Most combinations of values; a product beyond it is most often a mistake.</summary>
    private const long MostCombinations = 100_000;

    private SweepPlan(SweepFile file, IReadOnlyList<SpecificationField> varying, IReadOnlyList<SweepPoint> points, int leftOut)
    {
        File = file;
        Varying = varying;
        Points = points;
        LeftOut = leftOut;
    }

    /// <summary>What it was made from.</summary>
    public SweepFile File { get; }

    /// <summary>The fields that vary, in the order of the table.</summary>
    public IReadOnlyList<SpecificationField> Varying { get; }

    /// <summary>The points, the last field that varies running fastest; at least one.</summary>
    public IReadOnlyList<SweepPoint> Points { get; }

    /// <summary>How many points <c>except</c> leaves out.</summary>
    public int LeftOut { get; }

    /// <summary>How many values a field takes.</summary>
    /// <param name="field">A field that varies.</param>
    public int CountOf(SpecificationField field) => File.Fields.First(one => one.Field == field).Values.Count;

    /// <summary>Makes the points and checks each of them.</summary>
    /// <param name="file">The sweep.</param>
    /// <exception cref="BrinkException">The specification of a point is not right, or there is no point; with the file, the line and the field.</exception>
    public static SweepPlan Of(SweepFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        RequireFew(file);
        SpecificationField[] varying = [.. file.Fields.Where(field => field.Varies).Select(field => field.Field)];
        HashSet<string> applied = new(StringComparer.Ordinal);
        Dictionary<string, Specification> distinct = new(StringComparer.Ordinal);
        List<Specification> all = [];
        foreach (IReadOnlyList<SweptValue> combination in Product(file.Fields))
        {
            Specification specification = Check(file, combination, varying);
            applied.UnionWith(specification.Given);
            if (distinct.TryAdd(specification.ToJson(), specification))
            {
                all.Add(specification);
            }
        }

        RequireUse(file, applied);
        List<Specification> kept = [.. all.Where(specification => !file.Exceptions.Any(exception => exception.Holds(specification)))];
        if (file.Exceptions.FirstOrDefault(exception => !all.Exists(exception.Holds)) is { } idle)
        {
            throw new BrinkException($"{idle.Place}this entry of except leaves nothing out");
        }

        return kept.Count > 0
            ? new SweepPlan(file, varying, Named(kept, varying), all.Count - kept.Count)
            : throw new BrinkException($"{file.Source}: except leaves out every point; nothing is left to run");
    }

    private static SweepPoint[] Named(IReadOnlyList<Specification> specifications, IReadOnlyList<SpecificationField> varying)
    {
        SweepPoint[] points = [.. specifications.Select(specification => new SweepPoint(SweepPoint.NameOf(specification, varying), specification))];
        HashSet<string> twice = [.. points.GroupBy(point => point.Name, StringComparer.OrdinalIgnoreCase).Where(same => same.Skip(1).Any()).SelectMany(same => same).Select(point => point.Name)];
        return [.. points.Select(point => twice.Contains(point.Name) ? point with { Name = $"{point.Name}~{SweepPoint.Mark(point.Fingerprint)}" } : point)];
    }

    private static Specification Check(SweepFile file, IReadOnlyList<SweptValue> combination, SpecificationField[] varying)
    {
        SpecificationReader reader = Gather(file, combination).DropIdle();
        try
        {
            return reader.Read();
        }
        catch (BrinkException wrong) when (varying.Length > 0)
        {
            Specification here = reader.Unchecked();
            throw new BrinkException($"{wrong.Message} (where {string.Join(", ", varying.Where(field => field.AppliesTo(here)).Select(field => $"{field.Name} is {SweepPoint.TextOf(here, field)}"))})", wrong);
        }
    }

    private static SpecificationReader Gather(SweepFile file, IReadOnlyList<SweptValue> combination)
    {
        SpecificationReader reader = new(new Specification());
        for (int i = 0; i < combination.Count; i++)
        {
            if (combination[i].Value is { } value)
            {
                reader.Put(file.Fields[i].Field, value, file.Fields[i].Shown);
            }
        }

        return reader;
    }

    /// <summary>A field that has no effect at any point is most often a mistake.</summary>
    private static void RequireUse(SweepFile file, HashSet<string> applied)
    {
        if (file.Fields.FirstOrDefault(field => !applied.Contains(field.Field.Name) && field.Values.Any(value => value.Value is not null)) is not { } idle)
        {
            return;
        }

        // The specification's own words for it, at the first point.
        object value = idle.Values.First(value => value.Value is not null).Value!;
        Gather(file, [.. file.Fields.Select(field => field.Values[0])]).DropIdle().Put(idle.Field, value, idle.Shown).Read();
        throw new BrinkException($"{idle.Shown} applies at no point of the sweep");
    }

    private static void RequireFew(SweepFile file)
    {
        double combinations = file.Fields.Aggregate(1.0, (product, field) => product * field.Values.Count);
        if (combinations > MostCombinations)
        {
            throw new BrinkException($"{file.Source}: the product of its lists is {combinations:N0} points; a sweep has at most {MostCombinations:N0}");
        }
    }

    private static IEnumerable<IReadOnlyList<SweptValue>> Product(IReadOnlyList<SweptField> fields) => fields.Aggregate(
        (IEnumerable<IReadOnlyList<SweptValue>>)[[]],
        (before, field) => before.SelectMany(_ => field.Values, (head, value) => (IReadOnlyList<SweptValue>)[.. head, value]));
}
