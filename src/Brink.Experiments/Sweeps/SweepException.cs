using YamlDotNet.RepresentationModel;

namespace Brink.Experiments.Sweeps;

/// <summary>A partial assignment: every point that agrees with it is left out of a sweep.</summary>
/// <param name="Values">For each field that it names the values, as they are spelled, of which a point must have one.</param>
/// <param name="Place">What stands before a message about it.</param>
internal sealed record SweepException(IReadOnlyDictionary<string, IReadOnlyList<string>> Values, string Place)
{
    /// <summary>Whether a point is left out.</summary>
    /// <param name="specification">The point's specification.</param>
    internal bool Holds(Specification specification) => Values.All(condition =>
        condition.Value.Contains(SweepPoint.TextOf(specification, SpecificationFields.Find(condition.Key)!), StringComparer.Ordinal));

    /// <summary>Reads the list of them.</summary>
    /// <param name="node">A list of mappings.</param>
    /// <param name="fields">The sweep's fields.</param>
    /// <param name="source">The file.</param>
    /// <exception cref="BrinkException">It is none, or names a field or a value that the sweep does not have.</exception>
    internal static IReadOnlyList<SweepException> ReadAll(YamlNode node, IReadOnlyList<SweptField> fields, string source) =>
        node is YamlSequenceNode list
            ? [.. list.Children.Select(entry => Read(entry, fields, source))]
            : throw new BrinkException($"{source}, line {node.Start.Line}: except must be a list of partial assignments, e.g. - {{method: gd, eta: 1}}");

    private static SweepException Read(YamlNode node, IReadOnlyList<SweptField> fields, string source)
    {
        string entry = $"{source}, line {node.Start.Line}: ";
        if (node is not YamlMappingNode { Children.Count: > 0 } mapping)
        {
            throw new BrinkException($"{entry}an entry of except must be a partial assignment, e.g. {{method: gd, eta: 1}}");
        }

        Dictionary<string, IReadOnlyList<string>> values = new(StringComparer.Ordinal);
        foreach ((YamlNode key, YamlNode value) in mapping.Children)
        {
            string place = $"{source}, line {key.Start.Line}: ";
            string name = (key as YamlScalarNode)?.Value ?? throw new BrinkException($"{place}a field's name must be text");
            SpecificationField field = SpecificationReader.Require(name, place + name);
            SweptField swept = fields.FirstOrDefault(one => one.Field == field)
                ?? throw new BrinkException($"{place}{name} is not given in this sweep, so nothing can be left out by it");
            IReadOnlyList<(SweptValue Value, string Place)> chosen = SweptField.ReadValues(field, value, source, place);
            foreach ((SweptValue one, string here) in chosen)
            {
                // A field may be without a value because it does not apply.
                if (one.Value is not null && swept.Values.All(known => known.Text != one.Text))
                {
                    throw new BrinkException($"{here}{name} is never {one.Text} in this sweep; it has {string.Join(", ", swept.Values.Select(known => known.Text))}");
                }
            }

            values[name] = [.. chosen.Select(one => one.Value.Text)];
        }

        return new SweepException(values, entry);
    }
}
