using System.Globalization;

namespace Brink.Experiments;

/// <summary>Lists of numbers and matrices as people write them: <c>1.4,0.9,0.8</c> and <c>1,0;0,2</c>.</summary>
public static class NumberText
{
    /// <summary>Reads numbers joined by commas.</summary>
    /// <param name="text">The text.</param>
    /// <param name="numbers">The numbers, finite all.</param>
    /// <returns>False where the text is something else.</returns>
    public static bool TryNumbers(string text, out IReadOnlyList<double> numbers)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] parts = text.Split(',', StringSplitOptions.TrimEntries);
        double[] read = new double[parts.Length];
        numbers = read;
        for (int i = 0; i < parts.Length; i++)
        {
            if (!double.TryParse(parts[i], NumberStyles.Float, CultureInfo.InvariantCulture, out read[i]) || !double.IsFinite(read[i]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Reads a matrix, its rows set apart by semicolons.</summary>
    /// <param name="text">The text.</param>
    /// <param name="matrix">The matrix, row by row.</param>
    /// <returns>What is wrong with the text, in words; null where nothing is.</returns>
    public static string? TryMatrix(string text, out double[,] matrix)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryRows(text.Split(';', StringSplitOptions.TrimEntries), out matrix);
    }

    /// <summary>Reads a matrix from a file of comma-separated numbers, a row a line; empty lines are passed over.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="BrinkException">The file cannot be read, or holds something else.</exception>
    public static double[,] MatrixFile(string path)
    {
        string[] lines;
        try
        {
            lines = [.. File.ReadLines(path).Where(line => line.Length > 0)];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new BrinkException($"cannot read {path}: {failure.Message}", failure);
        }

        return lines.Length == 0 ? throw new BrinkException($"{path} holds no numbers")
            : TryRows(lines, out double[,] matrix) is { } wrong ? throw new BrinkException($"{path}: {wrong}")
            : matrix;
    }

    private static string? TryRows(string[] rows, out double[,] matrix)
    {
        matrix = new double[0, 0];
        for (int i = 0; i < rows.Length; i++)
        {
            if (!TryNumbers(rows[i], out IReadOnlyList<double> numbers))
            {
                return $"row {i + 1} is '{rows[i]}'; numbers with commas between them are needed, as in 1.4,0.9,0.8";
            }

            if (i == 0)
            {
                matrix = new double[rows.Length, numbers.Count];
            }

            if (numbers.Count != matrix.GetLength(1))
            {
                return $"row {i + 1} has {numbers.Count} numbers, row 1 has {matrix.GetLength(1)}";
            }

            for (int j = 0; j < numbers.Count; j++)
            {
                matrix[i, j] = numbers[j];
            }
        }

        return null;
    }
}
