using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Brink.Experiments.Reproduction;

/// <summary>A mapping of a YAML file, whose every problem is told with the file, the line and the field.</summary>
internal sealed class YamlMapping
{
    private readonly string _source;
    private readonly Dictionary<string, (int Line, YamlNode Value)> _fields = new(StringComparer.Ordinal);
    private readonly int _line;

    /// <summary>Takes a mapping.</summary>
    /// <param name="node">The node.</param>
    /// <param name="source">The file.</param>
    /// <param name="what">What the mapping is, for messages: <c>a claim</c>.</param>
    /// <param name="known">The fields that it may have; an unknown one is refused.</param>
    /// <exception cref="BrinkException">The node is no mapping, or has a field that is unknown.</exception>
    internal YamlMapping(YamlNode node, string source, string what, IReadOnlyCollection<string> known)
    {
        _source = source;
        _line = (int)node.Start.Line;
        if (node is not YamlMappingNode mapping)
        {
            throw new BrinkException($"{source}, line {_line}: {what} must be a mapping of {string.Join(", ", known)}");
        }

        foreach ((YamlNode key, YamlNode value) in mapping.Children)
        {
            string name = (key as YamlScalarNode)?.Value ?? throw new BrinkException($"{source}, line {key.Start.Line}: a field's name must be text");
            if (!known.Contains(name))
            {
                string? nearest = NearestName.Suggest(name, known);
                throw new BrinkException(
                    $"{source}, line {key.Start.Line}: {what} has no field '{name}'; "
                    + (nearest is null ? $"it may have {string.Join(", ", known)}" : $"did you mean '{nearest}'?"));
            }

            _fields.Add(name, ((int)key.Start.Line, value));
        }
    }

    /// <summary>The fields given, in the file's order.</summary>
    internal IEnumerable<string> Names => _fields.Keys;

    /// <summary>Parses a file that holds one document.</summary>
    /// <param name="text">The text.</param>
    /// <param name="source">The file.</param>
    /// <exception cref="BrinkException">It is no YAML, or not one document.</exception>
    internal static YamlNode Parse(string text, string source)
    {
        YamlStream stream = [];
        try
        {
            stream.Load(new StringReader(text));
        }
        catch (YamlException error)
        {
            throw new BrinkException($"{source}, line {error.Start.Line}: not valid YAML: {error.Message.ReplaceLineEndings(" ")}", error);
        }

        catch (Exception error) when (error is InvalidOperationException or ArgumentException)
        {
            // The parser lets some unclosed brackets through to its own collections.
            throw new BrinkException($"{source}: not valid YAML: {error.Message.ReplaceLineEndings(" ")}", error);
        }

        return stream.Documents.Count == 1
            ? stream.Documents[0].RootNode
            : throw new BrinkException($"{source}: it holds {stream.Documents.Count} YAML documents; one is needed");
    }

    /// <summary>Whether a field is given.</summary>
    internal bool Has(string name) => _fields.ContainsKey(name);

    /// <summary>A problem with a field, or with the mapping where the field is absent.</summary>
    internal BrinkException Problem(string name, string problem) =>
        new($"{_source}, line {(_fields.TryGetValue(name, out (int Line, YamlNode Value) field) ? field.Line : _line)}: {name} {problem}");

    /// <summary>Text that must be there.</summary>
    internal string Text(string name) => OptionalText(name) ?? throw Problem(name, "is missing");

    /// <summary>Text that may be absent.</summary>
    internal string? OptionalText(string name) =>
        !_fields.TryGetValue(name, out (int Line, YamlNode Value) field) ? null
        : field.Value is YamlScalarNode { Value: { } text } && text.Trim().Length > 0 ? text.Trim()
        : throw Problem(name, "must be text");

    /// <summary>A number that may be absent.</summary>
    internal double? OptionalNumber(string name) =>
        OptionalText(name) is not { } text ? null
        : StudyField.ReadNumber(text) is { } value && double.IsFinite(value) ? value
        : throw Problem(name, $"is '{text}'; it must be a number");

    /// <summary>One of several names.</summary>
    internal string Choice(string name, IReadOnlyCollection<string> known)
    {
        string given = Text(name);
        return known.Contains(given)
            ? given
            : throw Problem(name, $"is '{given}'; {(NearestName.Suggest(given, known) is { } nearest ? $"did you mean '{nearest}'?" : $"there are {string.Join(", ", known)}")}");
    }

    /// <summary>A mapping within.</summary>
    internal YamlMapping Mapping(string name, string what, IReadOnlyCollection<string> known) =>
        new(_fields.TryGetValue(name, out (int Line, YamlNode Value) field) ? field.Value : throw Problem(name, "is missing"), _source, what, known);

    /// <summary>A list of mappings; none where the field is absent.</summary>
    internal IReadOnlyList<YamlMapping> Mappings(string name, string what, IReadOnlyCollection<string> known) =>
        !_fields.TryGetValue(name, out (int Line, YamlNode Value) field) ? []
        : field.Value is YamlSequenceNode list ? [.. list.Children.Select(node => new YamlMapping(node, _source, what, known))]
        : throw Problem(name, $"must be a list, each entry {what}");

    /// <summary>The values of a study's field: one, or a list of them. A vector is a list itself.</summary>
    internal IReadOnlyList<string> Values(StudyField field)
    {
        YamlNode node = _fields[field.Name].Value;
        string[] values = [.. YamlAlternatives.Of(node, valueIsList: field.Length != 1).Select(child => Value(field, child))];
        return values.Length == 0 ? throw Problem(field.Name, "is an empty list")
            : values.Distinct(StringComparer.Ordinal).Count() < values.Length ? throw Problem(field.Name, "holds a value twice")
            : values;
    }

    private string Value(StudyField field, YamlNode node)
    {
        string[]? parts = node switch
        {
            YamlScalarNode scalar when field.Length <= 1 => [scalar.Value ?? string.Empty],
            YamlSequenceNode list when field.Length == 0 && list.Children.All(child => child is YamlScalarNode) =>
                [string.Join(',', list.Children.Select(child => ((YamlScalarNode)child).Value?.Trim()))],
            YamlSequenceNode list when field.Length > 1 && list.Children.Count == field.Length && list.Children.All(child => child is YamlScalarNode) =>
                [.. list.Children.Select(child => ((YamlScalarNode)child).Value ?? string.Empty)],
            _ => null,
        };
        string?[] read = [.. parts?.Select(part => field.Read(part.Trim())) ?? [null]];
        return read.Contains(null)
            ? throw Problem(field.Name, string.Create(CultureInfo.InvariantCulture, $"is {(node is YamlScalarNode or YamlSequenceNode ? node.ToString() : "a mapping")}; it must be {field.Legal}"))
            : string.Join(',', read);
    }
}
