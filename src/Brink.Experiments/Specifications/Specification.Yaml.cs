using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Brink.Experiments;

/// <content>YAML: the form that people write.</content>
public sealed partial record Specification
{
    private static readonly JsonSerializerOptions s_quoting = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Reads a file: JSON when its name ends in <c>.json</c>, else YAML.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="BrinkException">The file cannot be read, or what it holds is not a specification.</exception>
    public static Specification FromFile(string path) => ReaderOf(path).Read();

    /// <summary>Reads YAML; a field without a value counts as not given.</summary>
    /// <param name="yaml">One mapping whose keys are field names.</param>
    /// <param name="source">What messages call the text, e.g. its file; null for nothing.</param>
    /// <exception cref="BrinkException">The text is not such a mapping, or a field is unknown, of the wrong type, out of range or does not apply; with the line.</exception>
    public static Specification FromYaml(string yaml, string? source = null) => YamlReader(yaml, source).Read();

    /// <summary>Reads a file's fields, not yet checked together, so that options can still be laid over them.</summary>
    /// <param name="path">The file: JSON when its name ends in <c>.json</c>, else YAML.</param>
    /// <exception cref="BrinkException">The file cannot be read, or a field is unknown, of the wrong type or out of range.</exception>
    public static SpecificationReader ReaderOf(string path)
    {
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new BrinkException($"cannot read the specification {path}: {error.Message}", error);
        }

        return path.EndsWith(".json", StringComparison.OrdinalIgnoreCase)
            ? JsonReader(text, path)
            : YamlReader(text, path);
    }

    /// <summary>The given values as YAML, fields in the order of the table.</summary>
    public string ToYaml()
    {
        StringBuilder yaml = new();
        foreach (SpecificationField field in SpecificationFields.All)
        {
            if (GivenValue(field) is { } value)
            {
                string text = field.Format(value);
                string scalar = value switch
                {
                    IReadOnlyList<int> or IReadOnlyList<double> => $"[{text.Replace(",", ", ", StringComparison.Ordinal)}]",
                    string when !PlainScalar().IsMatch(text) => JsonSerializer.Serialize(text, s_quoting),
                    _ => text,
                };
                yaml.Append(field.Name).Append(": ").Append(scalar).Append('\n');
            }
        }

        return yaml.ToString();
    }

    private static SpecificationReader YamlReader(string yaml, string? source)
    {
        string prefix = source is null ? "" : source + ", ";
        SpecificationReader reader = new(new Specification());
        YamlStream stream = [];
        try
        {
            stream.Load(new StringReader(yaml));
        }
        catch (YamlException error)
        {
            throw new BrinkException($"{prefix}line {error.Start.Line}: not valid YAML: {error.Message.ReplaceLineEndings(" ")}", error);
        }

        if (stream.Documents.Count == 0)
        {
            return reader;
        }

        if (stream.Documents.Count > 1 || stream.Documents[0].RootNode is not YamlMappingNode mapping)
        {
            throw new BrinkException($"{prefix}line {stream.Documents[^1].RootNode.Start.Line}: a specification is one mapping of fields, e.g. 'method: nls'");
        }

        foreach ((YamlNode key, YamlNode value) in mapping.Children)
        {
            string place = $"{prefix}line {key.Start.Line}: ";
            if (key is not YamlScalarNode { Value: { } name })
            {
                throw new BrinkException($"{place}a field's name must be text");
            }

            SpecificationField field = SpecificationReader.Require(name, place + name);
            if (TextOf(field, value, place) is { } text)
            {
                reader.Set(name, text, place + name);
            }
        }

        return reader;
    }

    /// <summary>The text of a node as a field's value, or null where it is YAML's null.</summary>
    /// <param name="field">The field.</param>
    /// <param name="node">The node.</param>
    /// <param name="place">What stands before the field's name in a message.</param>
    /// <exception cref="BrinkException">The node is of a kind that the field cannot have.</exception>
    internal static string? TextOf(SpecificationField field, YamlNode node, string place)
    {
        switch (node)
        {
            case YamlScalarNode { Style: ScalarStyle.Plain, Value: null or "" or "~" or "null" }:
                return null;
            case YamlScalarNode scalar:
                return scalar.Value ?? "";
            case YamlSequenceNode sequence when field.IsList && sequence.Children.All(child => child is YamlScalarNode):
                return string.Join(",", sequence.Children.Select(child => ((YamlScalarNode)child).Value));
            default:
                throw new BrinkException(
                    $"{place}{field.Name} must be {field.Legal}, not a {(node is YamlMappingNode ? "mapping" : "list")}");
        }
    }

    // Text that YAML reads as this text and nothing else; whatever is not is quoted. "yes" and "no" are quoted for
    // readers of YAML 1.1, to which they are truth values.
    [GeneratedRegex(@"\A(?!(true|false|null|yes|no|on|off)\z)[A-Za-z/]([A-Za-z0-9_./-]|:(?=[A-Za-z0-9]))*\z", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex PlainScalar();
}
