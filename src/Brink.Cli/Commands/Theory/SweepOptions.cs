using System.CommandLine;
using Brink.Cli.Figures;
using Brink.Theory.Sweeps;

namespace Brink.Cli.Commands.Theory;

/// <summary>The options that the swept commands share, for one model.</summary>
internal sealed class SweepOptions
{
    private static readonly OrbitRules s_default = new();

    private readonly SweptModel _model;
    private readonly List<Option<double?>> _settings = [];
    private readonly Option<int> _steps = new("--steps") { Description = "Steps before anything is measured", DefaultValueFactory = _ => s_default.Steps, HelpName = "n" };
    private readonly Option<int> _window = new("--window") { Description = "Steps over which the Lyapunov exponent is measured", DefaultValueFactory = _ => s_default.Window, HelpName = "n" };
    private readonly Option<int> _longest = new("--longest-period") { Description = "Longest cycle looked for", DefaultValueFactory = _ => s_default.LongestPeriod, HelpName = "n" };
    private readonly Option<double> _limit = new("--limit") { Description = "Size of a variable beyond which an orbit has diverged", DefaultValueFactory = _ => s_default.Limit, HelpName = "x" };
    private readonly Option<double> _chaotic = new("--chaotic-exponent") { Description = "Lyapunov exponent above which an orbit is chaotic", DefaultValueFactory = _ => s_default.ChaoticExponent, HelpName = "x" };
    private readonly Option<double> _edge = new("--edge-width") { Description = "How far from 2 the product ηλ₁ may be at the edge", DefaultValueFactory = _ => s_default.EdgeWidth, HelpName = "x" };
    private readonly Option<double?> _recurrence = new("--recurrence") { Description = "Relative change after which an orbit has come back (default: 1e-9, single precision 1e-5)", HelpName = "x" };
    private readonly Option<string> _precision = new("--precision") { Description = "double or single", DefaultValueFactory = _ => "double", HelpName = "name" };
    private readonly Option<string> _formats = new("--format") { Description = "Pictures to draw: png, svg, pdf, with commas between, or none", DefaultValueFactory = _ => "png", HelpName = "list" };

    internal SweepOptions(SweptModel model)
    {
        _model = model;
        _precision.CompletionSources.Add("double", "single");
        foreach (SweptParameter parameter in model.Parameters)
        {
            _settings.Add(new Option<double?>($"--{parameter.Name}") { Description = $"{parameter.Description} (default: {parameter.Default})", HelpName = parameter.Whole ? "n" : "x" });
        }
    }

    /// <summary>All of them.</summary>
    internal IEnumerable<Option> All =>
        [.. _settings, _steps, _window, _longest, _limit, _chaotic, _edge, _recurrence, _precision, _formats];

    /// <summary>The plane of a command line.</summary>
    internal ParameterPlane Plane(ParseResult parsed, SweepAxis x, SweepAxis? y)
    {
        var settings = new Dictionary<string, double>();
        for (int k = 0; k < _settings.Count; k++)
        {
            if (parsed.GetValue(_settings[k]) is { } value)
            {
                settings[_model.Parameters[k].Name] = value;
            }
        }

        string precision = parsed.GetRequiredValue(_precision);
        return precision is "double" or "single"
            ? new ParameterPlane(_model, x, y, settings, precision == "single")
            : throw NearestName.Unknown("precision", precision, ["double", "single"]);
    }

    /// <summary>The rules of a command line.</summary>
    internal OrbitRules Rules(ParseResult parsed) => new OrbitRules
    {
        Steps = parsed.GetValue(_steps),
        Window = parsed.GetValue(_window),
        LongestPeriod = parsed.GetValue(_longest),
        Limit = parsed.GetValue(_limit),
        ChaoticExponent = parsed.GetValue(_chaotic),
        EdgeWidth = parsed.GetValue(_edge),
        Recurrence = parsed.GetValue(_recurrence),
    }.Check();

    /// <summary>The pictures of a command line.</summary>
    internal string[] Formats(ParseResult parsed)
    {
        string given = parsed.GetRequiredValue(_formats);
        string[] formats = given == "none" ? [] : given.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return formats.FirstOrDefault(format => !GnuplotScript.Formats.Contains(format)) is { } unknown
            ? throw NearestName.Unknown("kind of picture", unknown, [.. GnuplotScript.Formats, "none"])
            : formats;
    }
}
