using Brink.Torch;
using Brink.Torch.Nn;

namespace Brink.Tests.Objectives;

/// <summary>
/// Networks and losses a second time, in loops over plain arrays, so that values are held against the definitions and
/// not against libtorch. Samples are flat rows; images lie channel, row, column.
/// </summary>
internal static class PlainForward
{
    /// <summary>Loss of all samples in one batch.</summary>
    internal static double Loss(string loss, double[][] outputs, int[] labels) => loss switch
    {
        "mse" => SquaredErrors(outputs, labels) / (outputs.Length * outputs[0].Length),
        "squared" => SquaredErrors(outputs, labels) / 2 / outputs.Length,
        _ => outputs.Zip(labels, (row, label) => Math.Log(row.Sum(z => Math.Exp(z - row[label])))).Average(),
    };

    /// <summary>Outputs of a Sequential network for the given parameters in the network's order.</summary>
    internal static double[][] Outputs(Sequential network, double[] weights, double[][] inputs, long[] shape)
    {
        int place = 0;
        double[] Take(Parameter? parameter)
        {
            double[] values = parameter is null ? [] : weights[place..(place + (int)parameter.Count)];
            place += values.Length;
            return values;
        }

        double[][] rows = inputs;
        (int Channels, int Height, int Width) image = shape.Length == 4 ? ((int)shape[1], (int)shape[2], (int)shape[3]) : default;
        for (int k = 0; k < network.Count; k++)
        {
            switch (network[k])
            {
                case Linear linear:
                    double[] weight = Take(linear.Weight), bias = Take(linear.Bias);
                    rows = [.. rows.Select(row => Affine(row, weight, bias, (int)linear.Weight.Shape[0]))];
                    break;
                case Conv2d convolution:
                    double[] kernel = Take(convolution.Weight), offset = Take(convolution.Bias);
                    (int, int, int) from = image;
                    int filters = (int)convolution.Weight.Shape[0];
                    rows = [.. rows.Select(row => Convolve3(row, kernel, offset, from, filters))];
                    image.Channels = filters;
                    break;
                case MaxPool2d:
                    (int Channels, int Height, int Width) whole = image;
                    rows = [.. rows.Select(row => Pool2(row, whole))];
                    image = (whole.Channels, whole.Height / 2, whole.Width / 2);
                    break;
                case BatchNorm1d norm:
                    rows = Normalize(rows, Take(norm.Weight), Take(norm.Bias));
                    break;
                case Flatten:
                    break;
                case Module activation:
                    rows = [.. rows.Select(row => Array.ConvertAll(row, x => Activate(activation, x)))];
                    break;
            }
        }

        Assert.Equal(weights.Length, place);
        return rows;
    }

    /// <summary>Rows of a two- or four-dimensional tensor.</summary>
    internal static double[][] Rows(Tensor tensor)
    {
        double[] all = tensor.ToArray<double>();
        return [.. all.Chunk(all.Length / (int)tensor.Shape[0])];
    }

    private static double SquaredErrors(double[][] outputs, int[] labels) =>
        outputs.Zip(labels, (row, label) => row.Select((z, k) => Math.Pow(z - (k == label ? 1 : 0), 2)).Sum()).Sum();

    private static double[] Affine(double[] row, double[] weight, double[] bias, int width) =>
        [.. Enumerable.Range(0, width).Select(i =>
            row.Select((x, j) => x * weight[(i * row.Length) + j]).Sum() + (bias.Length == 0 ? 0 : bias[i]))];

    /// <summary>3×3, padding 1.</summary>
    private static double[] Convolve3(double[] row, double[] kernel, double[] bias, (int Channels, int Height, int Width) image, int filters)
    {
        (int channels, int height, int width) = image;
        double[] result = new double[filters * height * width];
        for (int at = 0; at < result.Length; at++)
        {
            (int f, int y, int x) = (at / (height * width), at / width % height, at % width);
            double sum = bias.Length == 0 ? 0 : bias[f];
            for (int k = 0; k < channels * 9; k++)
            {
                (int c, int v, int u) = (k / 9, y + (k / 3 % 3) - 1, x + (k % 3) - 1);
                sum += v < 0 || v >= height || u < 0 || u >= width
                    ? 0
                    : kernel[(f * channels * 9) + k] * row[(((c * height) + v) * width) + u];
            }

            result[at] = sum;
        }

        return result;
    }

    private static double[] Pool2(double[] row, (int Channels, int Height, int Width) image)
    {
        (int channels, int height, int width) = image;
        double[] result = new double[channels * (height / 2) * (width / 2)];
        for (int at = 0; at < result.Length; at++)
        {
            (int c, int y, int x) = (at / (height / 2 * (width / 2)), at / (width / 2) % (height / 2) * 2, at % (width / 2) * 2);
            int corner = (((c * height) + y) * width) + x;
            result[at] = Math.Max(Math.Max(row[corner], row[corner + 1]), Math.Max(row[corner + width], row[corner + width + 1]));
        }

        return result;
    }

    private static double[][] Normalize(double[][] rows, double[] weight, double[] bias)
    {
        double[] mean = [.. weight.Select((_, k) => rows.Average(row => row[k]))];
        double[] variance = [.. weight.Select((_, k) => rows.Average(row => Math.Pow(row[k] - mean[k], 2)))];
        return [.. rows.Select(row => row.Select((x, k) => ((x - mean[k]) / Math.Sqrt(variance[k] + 1e-5) * weight[k]) + bias[k]).ToArray())];
    }

    private static double Activate(Module activation, double x) => activation switch
    {
        ReLU => Math.Max(x, 0),
        Tanh => Math.Tanh(x),
        Softplus => Math.Log(1 + Math.Exp(x)),
        GELU => x * 0.5 * (1 + ErrorFunction(x / Math.Sqrt(2))),
        _ => throw new ArgumentException($"no plain form of {activation}", nameof(activation)),
    };

    /// <summary>Its power series 2/√π Σ (−1)ⁿ x²ⁿ⁺¹ / (n! (2n+1)), good to rounding for the small arguments here.</summary>
    private static double ErrorFunction(double x)
    {
        Assert.InRange(x, -3, 3);
        double sum = 0;
        double power = x;
        for (int n = 0; n < 80; n++)
        {
            sum += power / ((2 * n) + 1);
            power *= -x * x / (n + 1);
        }

        return 2 / Math.Sqrt(Math.PI) * sum;
    }
}
