using System.Text.RegularExpressions;
using Brink.Experiments.Reproduction;
using Brink.Experiments.Sweeps.Slurm;
using YamlDotNet.RepresentationModel;

namespace Brink.Experiments.Sweeps;

/// <summary>
/// A sweep as it is written: fields of a specification, each a value or a list of values, and what is left out of their
/// product. Each value is checked alone here; <see cref="SweepPlan"/> checks every point.
/// </summary>
public sealed partial class SweepFile
{
    /// <summary>What else a file may hold.</summary>
    private const string NameKey = "name";
    private const string ExceptKey = "except";

    private SweepFile(string name, string source, string text, IReadOnlyList<SweptField> fields, IReadOnlyList<SweepException> exceptions, SlurmOptions slurm)
    {
        Name = name;
        Source = source;
        Text = text;
        Fields = fields;
        Exceptions = exceptions;
        Slurm = slurm;
    }

    /// <summary>What the sweep is called: its <c>name</c>, else the file's without its ending.</summary>
    public string Name { get; }

    /// <summary>What messages call it: its path.</summary>
    public string Source { get; }

    /// <summary>What is written in it.</summary>
    public string Text { get; }

    /// <summary>The fields given, in the order of the table.</summary>
    internal IReadOnlyList<SweptField> Fields { get; }

    /// <summary>What is left out.</summary>
    internal IReadOnlyList<SweepException> Exceptions { get; }

    /// <summary>What it asks of Slurm for each run.</summary>
    public SlurmOptions Slurm { get; }

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file: YAML, of which JSON is a part.</param>
    /// <exception cref="BrinkException">It cannot be read, or something in it is wrong; with the file, the line and the field.</exception>
    public static SweepFile Read(string path)
    {
        try
        {
            return Parse(File.ReadAllText(path), path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new BrinkException($"cannot read the sweep {path}: {error.Message}", error);
        }
    }

    /// <summary>Reads a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="source">What messages call it: its file.</param>
    /// <exception cref="BrinkException">Something in it is wrong.</exception>
    public static SweepFile Parse(string text, string source)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(source);
        YamlNode root = YamlMapping.Parse(text, source);
        if (root is not YamlMappingNode mapping)
        {
            throw new BrinkException($"{source}, line {root.Start.Line}: a sweep is one mapping of fields, each a value or a list of values, e.g. 'eta: [0.1, 0.2]'");
        }

        string? name = null;
        List<SweptField> fields = [];
        YamlNode? exceptions = null;
        SlurmOptions slurm = new();
        foreach ((YamlNode key, YamlNode value) in mapping.Children)
        {
            string place = $"{source}, line {key.Start.Line}: ";
            switch ((key as YamlScalarNode)?.Value)
            {
                case null:
                    throw new BrinkException($"{place}a field's name must be text");
                case NameKey:
                    name = NameIn(value, place);
                    break;
                case ExceptKey:
                    exceptions = value;
                    break;
                case SlurmOptions.Key:
                    slurm = SlurmOptions.Read(value, source);
                    break;
                case "out":
                    throw new BrinkException($"{place}out: a sweep names the folder of each run itself; choose that of the sweep with --out");
                case { } field:
                    fields.Add(SweptField.Read(field, value, source, place));
                    break;
            }
        }

        fields = [.. SpecificationFields.All.Select(known => fields.Find(given => given.Field == known)).OfType<SweptField>()];
        return new SweepFile(
            name ?? NameOf(source), source, text, fields,
            exceptions is null ? [] : SweepException.ReadAll(exceptions, fields, source), slurm);
    }

    /// <summary>A copy in which a field that the file does not give has one value.</summary>
    /// <param name="name">The field's name.</param>
    /// <param name="text">Its value.</param>
    /// <param name="shown">What messages call it: an option.</param>
    /// <exception cref="BrinkException">The file gives the field, or the value is not legal.</exception>
    public SweepFile With(string name, string text, string shown)
    {
        SpecificationField field = SpecificationReader.Require(name, shown);
        if (Fields.FirstOrDefault(given => given.Field == field) is { } twice)
        {
            throw new BrinkException($"{shown}: {twice.Shown} is in the sweep's file already; change it there");
        }

        SweptField added = new(field, [new SweptValue(field.Parse(text, shown), text)], shown);
        return new SweepFile(Name, Source, Text, [.. Fields, added], Exceptions, Slurm);
    }

    /// <summary>Whether a field has several values, so that there are several runs.</summary>
    public bool Varies => Fields.Any(one => one.Varies);

    /// <summary>Whether the file gives a field.</summary>
    /// <param name="name">The field's name.</param>
    public bool Gives(string name) => Fields.Any(field => field.Field.Name == name);

    private static string NameIn(YamlNode node, string place) =>
        node is YamlScalarNode { Value: { } text } && FolderName().IsMatch(text)
            ? text
            : throw new BrinkException($"{place}name must be a folder's name of letters, digits, '.', '_' and '-', not '{node}'");

    private static string NameOf(string source)
    {
        string name = Path.GetFileNameWithoutExtension(source);
        return FolderName().IsMatch(name) ? name : "sweep";
    }

    [GeneratedRegex(@"\A[A-Za-z0-9_][A-Za-z0-9._-]{0,99}\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex FolderName();
}
