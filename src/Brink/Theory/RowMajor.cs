namespace Brink.Theory;

/// <summary>Products of small matrices that lie row by row in spans, added to what is there already.</summary>
internal static class RowMajor
{
    /// <summary>C += AB with A rows × inner, B inner × columns.</summary>
    internal static void Multiply(ReadOnlySpan<double> a, ReadOnlySpan<double> b, Span<double> c, int rows, int inner, int columns)
    {
        for (int i = 0; i < rows; i++)
        {
            for (int k = 0; k < inner; k++)
            {
                double factor = a[(i * inner) + k];
                for (int j = 0; j < columns; j++)
                {
                    c[(i * columns) + j] += factor * b[(k * columns) + j];
                }
            }
        }
    }

    /// <summary>C += ABᵀ with A rows × inner, B columns × inner.</summary>
    internal static void MultiplyTransposed(ReadOnlySpan<double> a, ReadOnlySpan<double> b, Span<double> c, int rows, int inner, int columns)
    {
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                double sum = 0;
                for (int k = 0; k < inner; k++)
                {
                    sum += a[(i * inner) + k] * b[(j * inner) + k];
                }

                c[(i * columns) + j] += sum;
            }
        }
    }

    /// <summary>C += AᵀB with A inner × rows, B inner × columns.</summary>
    internal static void TransposedMultiply(ReadOnlySpan<double> a, ReadOnlySpan<double> b, Span<double> c, int rows, int inner, int columns)
    {
        for (int k = 0; k < inner; k++)
        {
            for (int i = 0; i < rows; i++)
            {
                double factor = a[(k * rows) + i];
                for (int j = 0; j < columns; j++)
                {
                    c[(i * columns) + j] += factor * b[(k * columns) + j];
                }
            }
        }
    }
}
