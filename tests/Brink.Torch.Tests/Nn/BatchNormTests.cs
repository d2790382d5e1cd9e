using Brink.Torch.Nn;

namespace Brink.Torch.Tests.Nn;

public sealed class BatchNormTests
{
    [Fact]
    public void Training_standardises_each_channel_by_the_batch()
    {
        using var scope = new TensorScope();
        var layer = new BatchNorm2d(2);
        Networks.BindRandom(layer);
        Tensor input = Networks.Normal(2, 3, 2, 2, 2);
        double[] y = layer.Forward(input).ToArray<double>();
        double[] x = input.ToArray<double>();
        for (int channel = 0; channel < 2; channel++)
        {
            int[] places = [.. Enumerable.Range(0, x.Length).Where(k => k / 4 % 2 == channel)];
            (double mean, double variance) = Moments(places.Select(k => x[k]));
            double scale = Networks.Values(layer.Weight)[channel] / Math.Sqrt(variance + 1e-5);
            double shift = Networks.Values(layer.Bias)[channel];
            Assert.All(places, k => Assert.Equal(((x[k] - mean) * scale) + shift, y[k], 1e-12));
        }
    }

    [Fact]
    public void Recording_keeps_the_cumulative_average_over_the_batches()
    {
        using var scope = new TensorScope();
        var layer = new BatchNorm1d(1);
        var network = new Sequential(new Identity(), layer);
        Networks.BindRandom(network);
        Tensor[] batches = [Networks.Normal(2, 4, 1), Networks.Normal(3, 6, 1) + 2, Networks.Normal(4, 5, 1) * 3];
        BatchStatistics.Record(network, batches);

        (double Mean, double Variance)[] moments = [.. batches.Select(batch => Moments(batch.ToArray<double>()))];
        double[] unbiased = [.. moments.Select((m, k) => m.Variance * batches[k].Count / (batches[k].Count - 1))];
        Assert.Equal(moments.Average(m => m.Mean), layer.RunningMean.Value!.Item(), 1e-13);
        Assert.Equal(unbiased.Average(), layer.RunningVariance.Value!.Item(), 1e-13);
        Assert.Equal(3, layer.BatchesTracked.Value!.Item());

        network.Train(false);
        double scale = Networks.Values(layer.Weight)[0] / Math.Sqrt(unbiased.Average() + 1e-5);
        double expected = ((0.75 - moments.Average(m => m.Mean)) * scale) + Networks.Values(layer.Bias)[0];
        Assert.Equal(expected, network.Forward(Tensor.From([0.75], 1, 1)).Item(), 1e-12);

        BatchStatistics.Record(network, batches[..1]);
        Assert.Equal(moments[0].Mean, layer.RunningMean.Value!.Item(), 1e-13);
        Assert.Equal(1, layer.BatchesTracked.Value!.Item());
    }

    [Fact]
    public void Evaluating_without_recorded_statistics_is_refused()
    {
        using var scope = new TensorScope();
        var layer = new BatchNorm1d(2);
        Networks.BindRandom(layer);
        layer.Train(false);
        InvalidOperationException failure = Assert.Throws<InvalidOperationException>(() => layer.Forward(Networks.Normal(2, 4, 2)));
        Assert.Contains("no batch statistics are recorded", failure.Message);
    }

    [Fact]
    public void A_batch_of_one_value_per_channel_is_refused()
    {
        using var scope = new TensorScope();
        var layer = new BatchNorm1d(2);
        Networks.BindRandom(layer);
        ArgumentException failure = Assert.Throws<ArgumentException>(() => layer.Forward(Networks.Normal(2, 1, 2)));
        Assert.Contains("more than one value per channel", failure.Message);
    }

    [Fact]
    public void A_network_says_whether_its_samples_depend_on_each_other()
    {
        var network = new Sequential(new Conv2d(1, 2, 3), new Residual(new BatchNorm2d(2)));
        Assert.True(network.HasBatchStatistics);
        network.Train(false);
        Assert.False(network.HasBatchStatistics);
        Assert.False(new Sequential(new Linear(2, 2), new LayerNorm(2)).HasBatchStatistics);
    }

    [Fact]
    public void Buffers_have_pytorchs_names()
    {
        var network = new Sequential(new Conv2d(1, 2, 3), new BatchNorm2d(2));
        Assert.Equal(["1.running_mean", "1.running_var", "1.num_batches_tracked"], network.NamedBuffers().Select(entry => entry.Name));
    }

    [Fact]
    public void Recording_on_one_thread_leaves_forward_passes_on_another_pure()
    {
        using var scope = new TensorScope();
        var layer = new BatchNorm1d(1);
        Networks.BindRandom(layer);
        Tensor input = Networks.Normal(2, 8, 1);
        BatchStatistics.Record(layer, Batches());
        Assert.Equal(2, layer.BatchesTracked.Value!.Item());

        IEnumerable<Tensor> Batches()
        {
            yield return input;
            var other = new Thread(() =>
            {
                using var inner = new TensorScope();
                layer.Forward(input);
            });
            other.Start();
            other.Join();
            yield return input;
        }
    }

    private static (double Mean, double Variance) Moments(IEnumerable<double> values)
    {
        double[] all = [.. values];
        double mean = all.Average();
        return (mean, all.Average(value => (value - mean) * (value - mean)));
    }
}
