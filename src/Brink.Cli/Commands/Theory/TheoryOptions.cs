using System.CommandLine;
using System.Globalization;

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
    internal static double[] Numbers(string option, string text) =>
        [.. text.Split(',', StringSplitOptions.TrimEntries).Select(part =>
            double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
                ? number
                : throw new BrinkException($"{option} is '{text}'; numbers with commas between them are needed, as in 1.4,0.9,0.8"))];

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
    internal static double[,] Matrix(string option, string text)
    {
        double[][] rows = [.. text.Split(';', StringSplitOptions.TrimEntries).Select(row => Numbers(option, row))];
        return Rectangular(rows, $"{option} is '{text}'");
    }

    /// <summary>Reads a matrix from a file of comma-separated numbers, a row a line.</summary>
    /// <param name="path">The file.</param>
    internal static double[,] MatrixFile(string path)
    {
        double[][] rows = [.. File.ReadLines(path).Where(line => line.Length > 0).Select(line => Numbers(path, line))];
        return rows.Length > 0 ? Rectangular(rows, path) : throw new BrinkException($"{path} holds no numbers");
    }

    private static double[,] Rectangular(double[][] rows, string what)
    {
        double[,] matrix = new double[rows.Length, rows[0].Length];
        for (int i = 0; i < rows.Length; i++)
        {
            if (rows[i].Length != rows[0].Length)
            {
                throw new BrinkException($"{what}: row {i + 1} has {rows[i].Length} numbers, row 1 has {rows[0].Length}");
            }

            for (int j = 0; j < rows[i].Length; j++)
            {
                matrix[i, j] = rows[i][j];
            }
        }

        return matrix;
    }
}
