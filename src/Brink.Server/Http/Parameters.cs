using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Brink.Server;

/// <summary>What stands after the question mark of a request.</summary>
internal static class Parameters
{
    /// <summary>One value; null where it is not there or empty.</summary>
    internal static string? Text(HttpContext context, string name) =>
        context.Request.Query[name] is [{ Length: > 0 } first, ..] ? first : null;

    /// <summary>All values of a name that repeats; a value may also hold several, joined by commas.</summary>
    /// <exception cref="RequestException">There is none, or there are too many.</exception>
    internal static string[] List(HttpContext context, string name, int most, bool commas = false)
    {
        string[] values = [.. context.Request.Query[name].OfType<string>().SelectMany(value => commas ? value.Split(',') : [value]).Where(value => value.Length > 0)];
        return values.Length switch
        {
            0 => throw new RequestException(400, $"give at least one {name}"),
            _ when values.Length > most => throw new RequestException(400, $"{values.Length} times {name} is too many; at most {most}"),
            _ => values,
        };
    }

    /// <summary>A whole number.</summary>
    /// <exception cref="RequestException">It is none, or out of range.</exception>
    internal static int Whole(HttpContext context, string name, int otherwise, int least, int most) =>
        Text(context, name) is not { } text ? otherwise
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= least && value <= most ? value
        : throw new RequestException(400, $"{name} must be a whole number from {least} to {most}");

    /// <summary>A number.</summary>
    /// <exception cref="RequestException">It is none.</exception>
    internal static double Number(HttpContext context, string name, double otherwise) =>
        Text(context, name) is not { } text ? otherwise
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value) ? value
        : throw new RequestException(400, $"{name} must be a number");
}
