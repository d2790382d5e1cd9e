using System.Globalization;
using Brink.Theory.Sweeps;
using Microsoft.AspNetCore.Http;

namespace Brink.Server.Theory;

/// <summary>The query of a theory request. Every name must be known, given once, and its value a number in range.</summary>
internal sealed class TheoryRequest
{
    private readonly Dictionary<string, string> _query = new(StringComparer.Ordinal);

    /// <summary>Reads the model and its parameters.</summary>
    /// <param name="query">The query.</param>
    /// <param name="others">Names that a request may have besides <c>model</c> and the model's parameters.</param>
    /// <exception cref="RequestException">A name is unknown or given twice, or a value is out of its range.</exception>
    internal TheoryRequest(IQueryCollection query, params string[] others)
    {
        string name = query.TryGetValue("model", out var given) && given is [{ Length: > 0 } one]
            ? one
            : throw Refusal("model", $"one model is needed: {string.Join(", ", TheoryView.All.Select(view => view.Model.Name))}");
        View = TheoryView.All.FirstOrDefault(view => view.Model.Name == name)
            ?? throw Refusal("model", NearestName.Unknown("theory model", name, [.. TheoryView.All.Select(view => view.Model.Name)]).Message);
        IReadOnlyList<SweptParameter> parameters = View.Model.Parameters;
        string[] legal = ["model", .. parameters.Select(parameter => parameter.Name), .. others];
        foreach ((string key, var values) in query)
        {
            _query[key] = !legal.Contains(key)
                ? throw Refusal(key, NearestName.Unknown($"parameter of a request for {name}", key, legal).Message)
                : values is [{ } text] ? text : throw Refusal(key, $"{key} is given {values.Count} times; give it once");
        }

        Values = [.. parameters.Select(parameter => Checked(parameter.Name, () => parameter.Check(Number(parameter.Name, parameter.Default))))];
    }

    /// <summary>The model.</summary>
    internal TheoryView View { get; }

    /// <summary>One number a parameter of the model.</summary>
    internal double[] Values { get; }

    /// <summary>The parameters by name.</summary>
    internal Dictionary<string, double> Settings =>
        View.Model.Parameters.Select((parameter, k) => (parameter.Name, Value: Values[k])).ToDictionary(one => one.Name, one => one.Value);

    /// <summary>A whole number of the query.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="otherwise">Its value where none is given.</param>
    /// <param name="least">The smallest legal value.</param>
    /// <param name="most">The largest.</param>
    internal int Whole(string name, int otherwise, int least, int most)
    {
        double value = Number(name, otherwise);
        return double.IsInteger(value) && value >= least && value <= most
            ? (int)value
            : throw Refusal(name, $"{name} is {_query[name]}; it must be a whole number from {least} to {most}");
    }

    /// <summary>One of some words; the first where none is given.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="words">The words.</param>
    internal string Choice(string name, string[] words) => _query.GetValueOrDefault(name, words[0]) is var word && words.Contains(word)
        ? word
        : throw Refusal(name, NearestName.Unknown(name, word, words).Message);

    /// <summary>An axis: <c>x</c>, <c>x_low</c>, <c>x_high</c>, <c>x_count</c> and <c>x_log</c>.</summary>
    /// <param name="letter">x or y.</param>
    /// <param name="otherwise">The axis where its parameter is not given.</param>
    /// <param name="count">The count where none is given.</param>
    internal SweepAxis Axis(string letter, SweepAxis otherwise, int count)
    {
        string parameter = _query.GetValueOrDefault(letter, otherwise.Parameter);
        SweptParameter swept = View.Model.Parameters[Checked(letter, () => View.Model.IndexOf(parameter))];
        SweepAxis range = parameter == otherwise.Parameter ? otherwise : new SweepAxis(parameter, swept.Low, swept.High, 1, swept.Logarithmic);
        double low = Checked($"{letter}_low", () => swept.Check(Number($"{letter}_low", range.From)));
        double high = Checked($"{letter}_high", () => swept.Check(Number($"{letter}_high", range.To)));
        bool logarithmic = _query.GetValueOrDefault($"{letter}_log") switch
        {
            null => range.Logarithmic,
            "true" or "1" => true,
            "false" or "0" => false,
            var other => throw Refusal($"{letter}_log", $"{letter}_log is '{other}'; it must be true or false"),
        };
        if (!(low < high) || (logarithmic && low <= 0))
        {
            throw Refusal($"{letter}_low", $"{parameter} runs from {low} to {high}; the first must be below the second{(logarithmic ? ", and positive on a logarithmic axis" : string.Empty)}");
        }

        // A whole parameter takes each of its values once.
        int columns = Whole($"{letter}_count", count, 2, TheoryWork.CellsASide);
        return new SweepAxis(parameter, low, high, swept.Whole ? (int)(high - low) + 1 : columns, !swept.Whole && logarithmic);
    }

    /// <summary>A refusal that blames one part of the query.</summary>
    internal static RequestException Refusal(string field, string message) => new(400, message, field);

    private double Number(string name, double otherwise) => !_query.TryGetValue(name, out string? text)
        ? otherwise
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value)
            ? value
            : throw Refusal(name, $"{name} is '{text}'; it must be a number");

    private static T Checked<T>(string field, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (BrinkException wrong)
        {
            throw Refusal(field, wrong.Message);
        }
    }
}
