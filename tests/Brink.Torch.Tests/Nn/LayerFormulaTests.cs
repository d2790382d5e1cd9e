using Brink.Torch.Nn;
using MathNet.Numerics;

namespace Brink.Torch.Tests.Nn;

public sealed class LayerFormulaTests
{
    [Fact]
    public void Linear_is_x_times_the_transposed_weight_plus_the_bias()
    {
        using var scope = new TensorScope();
        var layer = new Linear(3, 2);
        Networks.BindRandom(layer);
        Tensor input = Networks.Normal(2, 4, 3);
        double[] x = input.ToArray<double>();
        double[] w = Networks.Values(layer.Weight);
        double[] b = Networks.Values(layer.Bias!);
        double[] y = layer.Forward(input).ToArray<double>();
        for (int n = 0; n < 4; n++)
        {
            for (int o = 0; o < 2; o++)
            {
                double expected = b[o] + Enumerable.Range(0, 3).Sum(i => x[(n * 3) + i] * w[(o * 3) + i]);
                Assert.Equal(expected, y[(n * 2) + o], 1e-14);
            }
        }
    }

    [Theory]
    [InlineData(1, 0, 1, 1)]
    [InlineData(1, 1, 1, 2)]
    [InlineData(2, 1, 2, 1)]
    [InlineData(2, 2, 2, 2)]
    public void Convolution_is_a_sum_over_taps(int stride, int padding, int dilation, int groups) =>
        CheckConvolution(3, 7, 6, stride, padding, dilation, groups);

    [Fact]
    public void Convolution_of_an_image_smaller_than_the_filter_is_the_same_sum()
    {
        int checkedOnes = 0;
        int[] few = [1, 2, 3, 4];
        var cases =
            from size in new[] { 1, 2, 3, 5 }
            from height in few
            from width in few
            from stride in new[] { 1, 2, 3 }
            from padding in new[] { 0, 1, 2, 3 }
            from groups in new[] { 1, 2 }
            where Math.Min(height, width) + (2 * padding) >= size
            select (size, height, width, stride, padding, groups);
        foreach ((int size, int height, int width, int stride, int padding, int groups) in cases)
        {
            CheckConvolution(size, height, width, stride, padding, dilation: 1, groups);
            checkedOnes++;
        }

        Assert.True(checkedOnes > 500);
    }

    private static void CheckConvolution(int size, int height, int width, int stride, int padding, int dilation, int groups)
    {
        using var scope = new TensorScope();
        const int samples = 2, inputs = 4, outputs = 6;
        var layer = new Conv2d(inputs, outputs, size, stride, padding, dilation, groups);
        Networks.BindRandom(layer);
        Tensor input = Networks.Normal(2, samples, inputs, height, width);
        double[] x = input.ToArray<double>();
        double[] w = Networks.Values(layer.Weight);
        double[] b = Networks.Values(layer.Bias!);
        Tensor output = layer.Forward(input);
        int rows = ((height + (2 * padding) - (dilation * (size - 1)) - 1) / stride) + 1;
        int columns = ((width + (2 * padding) - (dilation * (size - 1)) - 1) / stride) + 1;
        Assert.Equal([samples, outputs, rows, columns], output.Shape);
        double[] y = output.ToArray<double>();
        int perGroup = inputs / groups;
        for (int index = 0; index < y.Length; index++)
        {
            int column = index % columns;
            int row = index / columns % rows;
            int o = index / (columns * rows) % outputs;
            int n = index / (columns * rows * outputs);
            double expected = b[o];
            for (int i = 0; i < perGroup; i++)
            {
                int channel = (o / (outputs / groups) * perGroup) + i;
                for (int tap = 0; tap < size * size; tap++)
                {
                    int r = (row * stride) - padding + (tap / size * dilation);
                    int c = (column * stride) - padding + (tap % size * dilation);
                    if (r >= 0 && r < height && c >= 0 && c < width)
                    {
                        expected += w[(((o * perGroup) + i) * size * size) + tap] * x[(((n * inputs) + channel) * height * width) + (r * width) + c];
                    }
                }
            }

            Assert.Equal(expected, y[index], 1e-13);
        }
    }

    [Fact]
    public void Layer_norm_standardises_each_sample()
    {
        using var scope = new TensorScope();
        var layer = new LayerNorm(5, epsilon: 0.1);
        Networks.BindRandom(layer);
        Tensor input = Networks.Normal(2, 3, 5);
        double[] y = layer.Forward(input).ToArray<double>();
        double[] scale = Networks.Values(layer.Weight);
        double[] shift = Networks.Values(layer.Bias);
        foreach (int n in Enumerable.Range(0, 3))
        {
            double[] x = input.ToArray<double>()[(n * 5)..((n + 1) * 5)];
            double mean = x.Average();
            double deviation = Math.Sqrt(x.Average(v => (v - mean) * (v - mean)) + 0.1);
            Assert.All(Enumerable.Range(0, 5), k => Assert.Equal((scale[k] * (x[k] - mean) / deviation) + shift[k], y[(n * 5) + k], 1e-13));
        }
    }

    [Fact]
    public void Pooling_takes_the_largest_or_the_mean_of_each_window()
    {
        using var scope = new TensorScope();
        Tensor image = Tensor.From([1.0, 5, 2, 0, -3, 4, 8, 1, 0, 0, 7, 7, -1, -2, 6, 2], 1, 1, 4, 4);
        Assert.Equal([5.0, 8, 0, 7], new MaxPool2d(2).Forward(image).ToArray<double>());
        Assert.Equal([8.0, 8, 8, 8], new MaxPool2d(3, stride: 1).Forward(image).ToArray<double>());
        Assert.Equal([5.0, 8, 4, 8], new MaxPool2d(3, stride: 2, padding: 1).Forward(image).ToArray<double>());
        Assert.Equal([7.0 / 4, 11.0 / 4, -3.0 / 4, 22.0 / 4], new AvgPool2d(2).Forward(image).ToArray<double>());
        Assert.Equal([7.0 / 9], new AvgPool2d(3, stride: 4, padding: 1).Forward(image).ToArray<double>());
        Assert.Equal([37.0 / 16], new AdaptiveAvgPool2d(1).Forward(image).ToArray<double>());
        Assert.Equal([18.0 / 8, 19.0 / 8], new AdaptiveAvgPool2d(2, 1).Forward(image).ToArray<double>());
    }

    [Fact]
    public void Activations_are_their_formulas()
    {
        using var scope = new TensorScope();
        (Module Module, Func<double, double> Formula)[] activations =
        [
            (new ReLU(), x => Math.Max(x, 0)),
            (new Tanh(), Math.Tanh),
            (new Sigmoid(), x => 1 / (1 + Math.Exp(-x))),
            (new GELU(), x => x * (1 + SpecialFunctions.Erf(x / Math.Sqrt(2))) / 2),
            (new ELU(), x => x > 0 ? x : Math.Exp(x) - 1),
            (new ELU(0.3), x => x > 0 ? x : 0.3 * (Math.Exp(x) - 1)),
            (new Softplus(), x => Math.Log(1 + Math.Exp(x))),
            (new Softplus(3), x => Math.Log(1 + Math.Exp(3 * x)) / 3),
            (new Hardtanh(), x => Math.Clamp(x, -1, 1)),
            (new Hardtanh(-0.25, 2), x => Math.Clamp(x, -0.25, 2)),
            (new Identity(), x => x),
        ];
        double[] points = [-30, -3, -1, -0.5, -1e-3, 0, 1e-3, 0.5, 1, 3, 30];
        foreach ((Module module, Func<double, double> formula) in activations)
        {
            double[] values = module.Forward(Tensor.From(points)).ToArray<double>();
            Assert.All(points.Index(), point => Assert.Equal(formula(point.Item), values[point.Index], 1e-12));
        }
    }

    [Fact]
    public void Flatten_is_row_by_row_however_the_images_lie_in_memory()
    {
        using var scope = new TensorScope();
        Tensor images = Networks.Normal(2, 2, 3, 2, 2);
        Tensor flat = new Flatten().Forward(images.Contiguous(MemoryFormat.ChannelsLast));
        Assert.Equal([2, 12], flat.Shape);
        Assert.Equal(images.ToArray<double>(), flat.ToArray<double>());
    }

    [Fact]
    public void Attention_is_a_softmax_weighted_mean_of_values_head_by_head()
    {
        using var scope = new TensorScope();
        const int samples = 2, tokens = 3, width = 4, heads = 2, d = 3;
        var layer = new Attention(width, heads, d);
        Assert.Equal(["norm.weight", "norm.bias", "to_qkv.weight", "to_out.weight"], layer.NamedParameters().Select(entry => entry.Name));
        double[] all = Networks.BindRandom(layer).ToArray<double>();
        double[] scale = all[..width], shift = all[width..(2 * width)];
        double[] mixing = all[(2 * width)..((2 * width) + (3 * heads * d * width))], last = all[((2 * width) + (3 * heads * d * width))..];
        Tensor input = Networks.Normal(2, samples, tokens, width);
        Tensor output = layer.Forward(input);
        Assert.Equal([samples, tokens, width], output.Shape);
        double[][] x = [.. input.ToArray<double>().Chunk(width).Select(token =>
        {
            double mean = token.Average(), variance = token.Average(value => (value - mean) * (value - mean));
            return token.Select((value, k) => ((value - mean) / Math.Sqrt(variance + 1e-5) * scale[k]) + shift[k]).ToArray();
        })];
        double Entry(int row, int which, int head, int place) =>
            Enumerable.Range(0, width).Sum(i => x[row][i] * mixing[((((which * heads) + head) * d) + place) * width + i]);
        double[] y = output.ToArray<double>();
        for (int row = 0; row < samples * tokens; row++)
        {
            int first = row / tokens * tokens;
            double[] mixed = new double[heads * d];
            for (int head = 0; head < heads; head++)
            {
                double[] weights = [.. Enumerable.Range(first, tokens).Select(other =>
                    Math.Exp(Enumerable.Range(0, d).Sum(k => Entry(row, 0, head, k) * Entry(other, 1, head, k)) / Math.Sqrt(d)))];
                for (int k = 0; k < d; k++)
                {
                    mixed[(head * d) + k] = weights.Select((weight, other) => weight * Entry(first + other, 2, head, k)).Sum() / weights.Sum();
                }
            }

            for (int o = 0; o < width; o++)
            {
                Assert.Equal(mixed.Select((value, k) => value * last[(o * heads * d) + k]).Sum(), y[(row * width) + o], 1e-13);
            }
        }
    }
}
