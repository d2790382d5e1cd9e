using YamlDotNet.RepresentationModel;

namespace Brink.Experiments.Sweeps;

/// <summary>A value that a field takes in a sweep.</summary>
/// <param name="Value">The value; null where the field is not given, so that it has its default.</param>
/// <param name="Text">How it is spelled, the same for the same value.</param>
internal sealed record SweptValue(object? Value, string Text);

/// <summary>A field of a specification with the values that it takes in a sweep.</summary>
/// <param name="Field">The field.</param>
/// <param name="Values">Its values, at least one, no two the same.</param>
/// <param name="Shown">What messages call it: <c>sweep.yaml, line 3: eta</c>.</param>
internal sealed record SweptField(SpecificationField Field, IReadOnlyList<SweptValue> Values, string Shown)
{
    /// <summary>How a value that is not given is spelled.</summary>
    internal const string NotGiven = "default";

    /// <summary>Whether it takes more than one value.</summary>
    internal bool Varies => Values.Count > 1;

    /// <summary>
    /// Reads a field. A list of values varies it (<see cref="YamlAlternatives"/>).
    /// </summary>
    /// <param name="name">The field's name.</param>
    /// <param name="node">A value, or a list of values.</param>
    /// <param name="source">The file.</param>
    /// <param name="place">What stands before the field's name in a message.</param>
    /// <exception cref="BrinkException">There is no such field, a value is not legal, or is there twice.</exception>
    internal static SweptField Read(string name, YamlNode node, string source, string place)
    {
        SpecificationField field = SpecificationReader.Require(name, place + name);
        IReadOnlyList<(SweptValue Value, string Place)> values = ReadValues(field, node, source, place);
        return new SweptField(field, [.. values.Select(value => value.Value)], place + name);
    }

    /// <summary>Reads a value or a list of values.</summary>
    /// <returns>The values, each with the place that messages about it name.</returns>
    internal static IReadOnlyList<(SweptValue Value, string Place)> ReadValues(SpecificationField field, YamlNode node, string source, string place)
    {
        IReadOnlyList<YamlNode> nodes = YamlAlternatives.Of(node, field.IsList);
        if (nodes.Count == 0)
        {
            throw new BrinkException($"{place}{field.Name} is an empty list; give at least one value, or leave the field out");
        }

        if (field.IsList && node is YamlSequenceNode flat && nodes.Count == 1 && nodes[0] == node
            && flat.Children.Any(child => child is YamlScalarNode { Value: { } text } && text.Contains(',')))
        {
            throw new BrinkException($"{place}{field.Name} is a list itself: a list of lists varies it, e.g. [[{field.Example.Trim('[', ']')}], [...]]");
        }

        List<(SweptValue Value, string Place)> values = [];
        foreach (YamlNode one in nodes)
        {
            string here = nodes.Count == 1 ? place : $"{source}, line {one.Start.Line}: ";
            string? text = Specification.TextOf(field, one, here);
            object? value = text is null ? null : field.Parse(text, here + field.Name);
            SweptValue swept = new(value, value is null ? NotGiven : field.Format(value));
            if (values.Exists(other => other.Value.Text == swept.Text))
            {
                throw new BrinkException($"{here}{field.Name} has the value {swept.Text} twice");
            }

            values.Add((swept, here));
        }

        return values;
    }
}
