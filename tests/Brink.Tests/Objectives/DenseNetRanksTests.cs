using Brink.Networks;
using Brink.Objectives;
using Brink.Tests.Curvature;
using Brink.Torch;
using Brink.Torch.Nn;
using Brink.Torch.Tests;

namespace Brink.Tests.Objectives;

/// <summary>Batch statistics of ranks where each layer's output is part of every later one's input: a small network of DenseNet121's kind.</summary>
public sealed class DenseNetRanksTests
{
    private const int Samples = 7;

    [Fact]
    public void Loss_gradient_and_products_are_those_of_one_process()
    {
        double[][] whole = Take(null);
        double[][][] shared = RankThreads.Run(3, Take);
        foreach ((double[] expected, double[] actual) in shared.SelectMany(whole.Zip))
        {
            double scale = expected.Max(Math.Abs);
            Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-10 * scale));
        }
    }

    private static double[][] Take(ProcessGroup? group)
    {
        using var scope = new TensorScope();
        using var workers = new Workers(1);
        (SampleShare? share, long count) = group is null ? (null, Samples) : SampleShare.Of(group, Samples);
        Module network = DenseNet.Create(new NetworkOptions { Channels = 1, Height = 8, Width = 8, Classes = 3 }, [2, 1], growth: 2, stem: 4);
        Tensor inputs = Matrices.Normal([Samples, 1, 8, 8], 5).Narrow(0, share?.First ?? 0, count);
        Tensor labels = Tensor.From([.. Enumerable.Range(0, Samples).Select(k => (long)k % 3)]).Narrow(0, share?.First ?? 0, count);
        LossFunction loss = LossFunction.Named("ce");
        var batches = new SampleBatches(inputs, labels, 3, loss, Samples, channelsLast: false);
        using var objective = new NetworkObjective(network, batches, loss, 3, workers, new ObjectivePlan(Samples, SyncBatchNorm: true), share);
        Tensor drawn = objective.Layout.Pack(Initialization.Draw(network, InitializationScheme.Default, 1, ScalarType.Float64));
        Tensor weights = (drawn + (Matrices.Normal([drawn.Count], 6) * 0.1)).Unscoped();
        using Evaluation at = objective.Evaluate(weights, Wanted.ValueAndGradient);
        Tensor product = at.HessianVectorProduct(Matrices.Normal([objective.Dimension], 7));
        return [[at.Value], at.Gradient().ToArray<double>(), product.ToArray<double>(), at.GaussNewtonProduct(product).ToArray<double>()];
    }
}
