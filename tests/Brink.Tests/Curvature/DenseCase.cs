using Brink.Objectives;
using Brink.Torch;
using Brink.Torch.Nn;

namespace Brink.Tests.Curvature;

/// <summary>
/// A tiny network in float64 together with its exact Hessian and Gauss–Newton matrix from <see cref="Jet"/>s. The classes of the
/// samples go round 0, 1, 2.
/// </summary>
internal sealed class DenseCase
{
    private const int Classes = 3;

    private static readonly Dictionary<string, DenseCase> s_all = new()
    {
        ["mlp"] = new([5, 3], () => Mlp(bias: true), (layers, x) => layers.Linear(Hidden(layers, x, true), Classes, true)),
        ["mlp-no-bias"] = new([5, 3], () => Mlp(bias: false), (layers, x) => layers.Linear(Hidden(layers, x, false), Classes, false)),
        ["linear"] = new([5, 3], () => new Sequential(new Linear(3, Classes)), (layers, x) => layers.Linear(x, Classes, true)),
        ["relu"] = new(
            [6, 3],
            () => new Sequential(new Linear(3, 3), new ReLU(), new Linear(3, 3), new ReLU(), new Linear(3, Classes)),
            (layers, x) => layers.Linear(
                JetLayers.Map(layers.Linear(JetLayers.Map(layers.Linear(x, 3, true), z => z.Relu()), 3, true), z => z.Relu()), Classes, true)),
        ["batch-norm"] = new(
            [6, 3],
            () => new Sequential(new Linear(3, 4), new BatchNorm1d(4), new Tanh(), new Linear(4, Classes)),
            (layers, x) => layers.Linear(JetLayers.Map(layers.BatchNorm(layers.Linear(x, 4, true)), z => z.Tanh()), Classes, true)),
        ["cnn"] = new(
            [3, 1, 4, 4],
            () => new Sequential(
                new Conv2d(1, 2, 3, padding: 1), new Tanh(), new MaxPool2d(2), new Conv2d(2, 2, 3, padding: 1), new ReLU(), new Flatten(), new Linear(8, Classes)),
            (layers, x) => layers.Linear(
                JetLayers.Map(
                    layers.Convolve(JetLayers.Pool2(JetLayers.Map(layers.Convolve(x, 1, 4, 2), z => z.Tanh()), 4), 2, 2, 2), z => z.Relu()),
                Classes,
                true)),
        ["attention"] = new(
            [3, 3, 4],
            () => new Sequential(new Residual(new Attention(4, heads: 2, headWidth: 2)), new Flatten(), new Linear(12, Classes)),
            (layers, x) =>
            {
                Jet[][][] samples = [.. x.Select(row => row.Chunk(4).ToArray())];
                Jet[][][] changes = layers.Attention(samples, 2, 2);
                return layers.Linear(
                    [.. samples.Zip(changes, (a, b) => a.Zip(b, (s, t) => s.Zip(t, (u, v) => u + v)).SelectMany(token => token).ToArray())], Classes, true);
            }),
    };

    private readonly long[] _shape;
    private readonly Func<Sequential> _network;
    private readonly Func<JetLayers, Jet[][], Jet[][]> _plain;

    private DenseCase(long[] shape, Func<Sequential> network, Func<JetLayers, Jet[][], Jet[][]> plain) =>
        (_shape, _network, _plain) = (shape, network, plain);

    internal static IEnumerable<string> Names => s_all.Keys;

    internal int Samples => (int)_shape[0];

    private int[] Labels => [.. Enumerable.Range(0, Samples).Select(n => n % Classes)];

    internal static DenseCase Named(string name) => s_all[name];

    internal NetworkObjective Objective(string loss, Workers workers, ObjectivePlan? plan = null)
    {
        using var scope = new TensorScope();
        plan ??= new ObjectivePlan(Samples);
        LossFunction function = LossFunction.Named(loss);
        Tensor labels = Tensor.From([.. Labels.Select(label => (long)label)]);
        var batches = new SampleBatches(Inputs(), labels, Classes, function, plan.MicroBatch, channelsLast: false);
        return new NetworkObjective(_network(), batches, function, Classes, workers, plan);
    }

    /// <summary>Weights of no special place, owned by the current scope.</summary>
    internal Tensor Weights(ulong seed = 3)
    {
        using var scope = new TensorScope();
        return scope.Keep(Matrices.Normal([_network().ParameterCount], seed) * 0.5);
    }

    /// <summary>The exact Hessian and Gauss–Newton matrix at a point.</summary>
    internal (double[,] Hessian, double[,] GaussNewton) Exact(string loss, Tensor weights)
    {
        double[] w = weights.ToArray<double>();
        var layers = new JetLayers(Jet.Parameters(w));
        double[] all = Inputs().ToArray<double>();
        Jet[][] rows = [.. all.Chunk(all.Length / Samples).Select(row => Array.ConvertAll(row, x => (Jet)x))];
        Jet[][] outputs = _plain(layers, rows);
        layers.AllTaken();
        double scale = loss switch { "mse" => 1.0 / (Samples * Classes), "squared" => 0.5 / Samples, _ => 1.0 / Samples };
        Jet[] terms = [.. outputs.Zip(Labels, (row, label) => loss == "ce"
            ? 0 - JetLayers.Softmax(row)[label].Log()
            : Jet.Sum([.. row.Select((z, k) => (z - (k == label ? 1 : 0)) * (z - (k == label ? 1 : 0)))]))];
        Jet total = Jet.Sum(terms) * scale;
        double[,] gaussNewton = new double[w.Length, w.Length];
        foreach (Jet[] row in outputs)
        {
            double[] p = [.. JetLayers.Softmax(row).Select(jet => jet.Value)];
            for (int a = 0; a < Classes; a++)
            {
                for (int b = 0; b < Classes; b++)
                {
                    double curvature = scale * (loss == "ce" ? ((a == b ? p[a] : 0) - (p[a] * p[b])) : (a == b ? 2 : 0));
                    for (int i = 0; i < w.Length; i++)
                    {
                        for (int j = 0; j < w.Length; j++)
                        {
                            gaussNewton[i, j] += curvature * row[a].Gradient![i] * row[b].Gradient![j];
                        }
                    }
                }
            }
        }

        return (total.Hessian!, gaussNewton);
    }

    private static Sequential Mlp(bool bias) => new(new Linear(3, 4, bias), new Tanh(), new Linear(4, Classes, bias));

    private static Jet[][] Hidden(JetLayers layers, Jet[][] rows, bool bias) =>
        JetLayers.Map(layers.Linear(rows, 4, bias), z => z.Tanh());

    private Tensor Inputs() => Matrices.Normal(_shape, 11);
}
