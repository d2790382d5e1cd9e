using System.CommandLine;
using System.Globalization;
using Brink.Experiments;

namespace Brink.Cli.Commands.Theory;

/// <summary>Options of the theory commands: numbers, lists of numbers and matrices.</summary>
internal static class TheoryOptions
{
    /// <summary>A number with a default.</summary>
    internal static Option<double> Number(string name, double value, string description) =>
        new(name) { Description = description, DefaultValueFactory = _ => value, HelpName = "x" };

    /// <summary>A whole number with a default.</summary>
    internal static Option<int> Whole(string name, int value, string description) =>
        new(name) { Description = description, DefaultValueFactory = _ => value, HelpName = "n" };

    /// <summary>Reads <c>1.4,0.9,0.8</c>.</summary>
    /// <param name="option">The option's name, for the message.</param>
    /// <param name="text">The text.</param>
    internal static double[] Numbers(string option, string text) => NumberText.TryNumbers(text, out IReadOnlyList<double> numbers)
        ? [.. numbers]
        : throw new BrinkException($"{option} is '{text}'; numbers with commas between them are needed, as in 1.4,0.9,0.8");

    /// <summary>Reads <c>2,2,2</c>.</summary>
    /// <param name="option">The option's name, for the message.</param>
    /// <param name="text">The text.</param>
    internal static int[] Wholes(string option, string text) =>
        [.. text.Split(',', StringSplitOptions.TrimEntries).Select(part =>
            int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
                ? number
                : throw new BrinkException($"{option} is '{text}'; whole numbers with commas between them are needed, as in 2,2,2"))];

    /// <summary>Reads a matrix, its rows set apart by semicolons: <c>1,0;0,2</c>.</summary>
    /// <param name="option">The option's name, for the message.</param>
    /// <param name="text">The text.</param>
    internal static double[,] Matrix(string option, string text) => NumberText.TryMatrix(text, out double[,] matrix) is { } wrong
        ? throw new BrinkException($"{option} is '{text}': {wrong}")
        : matrix;
}
