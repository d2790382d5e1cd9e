using System.Globalization;
using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace Brink.Experiments.Sweeps.Slurm;

/// <summary>What a sweep asks of Slurm for each of its runs; what is null is left to the cluster.</summary>
public sealed partial record SlurmOptions
{
    /// <summary>The key of a sweep's file under which they may stand.</summary>
    internal const string Key = "slurm";

    /// <summary>The partition, or several with commas between them (<c>sbatch --partition</c>).</summary>
    public string? Partition { get; init; }

    /// <summary>Most wall-clock time of a run, as Slurm spells it: <c>4:00:00</c>, <c>1-12</c> (<c>--time</c>).</summary>
    public string? Time { get; init; }

    /// <summary>Memory of a run, as Slurm spells it: <c>8G</c> (<c>--mem</c>).</summary>
    public string? Memory { get; init; }

    /// <summary>Processors of a run, at least 1 (<c>--cpus-per-task</c>); by default the threads of a run.</summary>
    public int? Cpus { get; init; }

    /// <summary>GPUs of a run, a number or a kind and a number: <c>1</c>, <c>a100:1</c> (<c>--gres=gpu:…</c>).</summary>
    public string? Gpus { get; init; }

    /// <summary>Environment modules that are loaded before a run.</summary>
    public IReadOnlyList<string> Modules { get; init; } = [];

    /// <summary>Words that stand before a run's program, such that it runs in a container: <c>apptainer exec --nv brink.sif</c>.</summary>
    public string? Container { get; init; }

    /// <summary>More options of <c>sbatch</c>, each a line such as <c>--account=physics</c>.</summary>
    public IReadOnlyList<string> Sbatch { get; init; } = [];

    /// <summary>These options, and those of another where it has them; lists are joined.</summary>
    /// <param name="stronger">The other: the command line's.</param>
    public SlurmOptions With(SlurmOptions stronger)
    {
        ArgumentNullException.ThrowIfNull(stronger);
        return new SlurmOptions
        {
            Partition = stronger.Partition ?? Partition,
            Time = stronger.Time ?? Time,
            Memory = stronger.Memory ?? Memory,
            Cpus = stronger.Cpus ?? Cpus,
            Gpus = stronger.Gpus ?? Gpus,
            Modules = [.. Modules, .. stronger.Modules],
            Container = stronger.Container ?? Container,
            Sbatch = [.. Sbatch, .. stronger.Sbatch],
        };
    }

    /// <summary>A copy with one option more, from text.</summary>
    /// <param name="name">Its key.</param>
    /// <param name="values">Its value, or the values of a list.</param>
    /// <param name="shown">What messages call it.</param>
    /// <exception cref="BrinkException">There is no such option, or the value is not legal.</exception>
    public SlurmOptions With(string name, IReadOnlyList<string> values, string shown)
    {
        ArgumentNullException.ThrowIfNull(values);
        return name switch
        {
            "partition" => this with { Partition = Word(One(), shown, "main") },
            "time" => this with { Time = Word(One(), shown, "4:00:00") },
            "memory" => this with { Memory = Word(One(), shown, "8G") },
            "cpus" => this with
            {
                Cpus = int.TryParse(One(), NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= 1
                    ? number : throw new BrinkException($"{shown} must be a whole number of at least 1, not '{One()}'"),
            },
            "gpus" => this with { Gpus = Word(One(), shown, "1 or a100:1") },
            "modules" => this with { Modules = [.. Modules, .. values.Select(value => Word(value, shown, "cuda/12.4"))] },
            "container" => this with { Container = Line(One(), shown) },
            "sbatch" => this with { Sbatch = [.. Sbatch, .. values.Select(value => Extra(value, shown))] },
            _ => throw new BrinkException($"{shown}: slurm has no key '{name}'; there are partition, time, memory, cpus, gpus, modules, container and sbatch"),
        };

        string One() => values.Count == 1 ? values[0] : throw new BrinkException($"{shown} must have one value, not {values.Count}");
    }

    /// <summary>Reads the mapping of a sweep's file.</summary>
    /// <param name="node">The mapping.</param>
    /// <param name="source">The file.</param>
    /// <exception cref="BrinkException">It is none, or something in it is wrong.</exception>
    internal static SlurmOptions Read(YamlNode node, string source)
    {
        if (node is not YamlMappingNode mapping)
        {
            throw new BrinkException($"{source}, line {node.Start.Line}: slurm must be a mapping, e.g. {{partition: main, time: 4:00:00}}");
        }

        SlurmOptions options = new();
        foreach ((YamlNode key, YamlNode value) in mapping.Children)
        {
            string shown = $"{source}, line {key.Start.Line}: {Key}.{key}";
            IEnumerable<YamlNode> values = value is YamlSequenceNode list ? list.Children : [value];
            options = options.With($"{key}", [.. values.Select(one => (one as YamlScalarNode)?.Value ?? throw new BrinkException($"{shown} must be text or a list of texts"))], shown);
        }

        return options;
    }

    private static string Extra(string text, string shown) =>
        Line(text, shown).StartsWith('-') ? text : throw new BrinkException($"{shown} must be an option of sbatch, e.g. --account=physics, not '{text}'");

    private static string Word(string text, string shown, string example) =>
        WordPattern().IsMatch(text) ? text : throw new BrinkException($"{shown} must be one word as sbatch takes it, e.g. {example}, not '{text}'");

    private static string Line(string text, string shown) =>
        text.Trim().Length > 0 && !text.Any(char.IsControl) ? text : throw new BrinkException($"{shown} must be one line of text");

    // What it may hold stands unquoted in the script.
    [GeneratedRegex(@"\A[A-Za-z0-9_.,:/@+=*-]+\z", RegexOptions.None, 1000)]
    private static partial Regex WordPattern();
}
