using Brink.Networks;
using Brink.Objectives;
using Brink.Tests.Curvature;
using Brink.Torch;
using Brink.Torch.Nn;

namespace Brink.Tests.Objectives;

/// <summary>A small network with random samples, from which objectives with any plan can be made. Float64 unless asked.</summary>
internal sealed record TinyProblem
{
    internal string Loss { get; init; } = "mse";

    internal string Kind { get; init; } = "mlp";

    internal string Activation { get; init; } = "tanh";

    internal int[] Widths { get; init; } = [4];

    internal int Classes { get; init; } = 3;

    internal int Samples { get; init; } = 7;

    internal bool Bias { get; init; } = true;

    internal bool BatchNorm { get; init; }

    internal ulong Seed { get; init; } = 1;

    internal ScalarType Type { get; init; } = ScalarType.Float64;

    /// <summary>1×1×3 for MLPs, 1×4×4 for CNNs.</summary>
    internal long[] InputShape => Kind == "cnn" ? [Samples, 1, 4, 4] : [Samples, 1, 1, 3];

    internal int[] Labels => [.. Enumerable.Range(0, Samples).Select(k => (k + (int)Seed) % Classes)];

    internal Sequential Network() => (Sequential)NetworkCatalogue.Create(Kind, new NetworkOptions
    {
        Channels = 1,
        Height = (int)InputShape[2],
        Width = (int)InputShape[3],
        Classes = Classes,
        Widths = Widths,
        Activation = Activation,
        Bias = Bias,
        BatchNorm = BatchNorm,
    });

    internal NetworkObjective Objective(Workers workers, ObjectivePlan? plan = null, int[]? subset = null, SampleShare? share = null, Func<Action, RecordedWork>? record = null)
    {
        using var scope = new TensorScope();
        plan ??= new ObjectivePlan(Samples);
        LossFunction loss = LossFunction.Named(Loss);
        Tensor inputs = Inputs().To(Type);
        Tensor labels = Tensor.From([.. Labels.Select(label => (long)label)]);
        if (subset is not null)
        {
            Tensor rows = Tensor.From([.. subset.Select(row => (long)row)]);
            (inputs, labels) = (inputs.IndexSelect(0, rows), labels.IndexSelect(0, rows));
        }

        var batches = new SampleBatches(inputs, labels, Classes, loss, plan.MicroBatch, channelsLast: Kind == "cnn");
        return new NetworkObjective(Network(), batches, loss, Classes, workers, plan, share) { Record = record ?? RecordedWork.OnGpu };
    }

    internal Tensor Inputs() => Matrices.Normal(InputShape, Seed + 100);

    /// <summary>Start weights as a flat vector, owned by the current scope.</summary>
    internal Tensor Weights()
    {
        Sequential network = Network();
        using var scope = new TensorScope();
        Tensor drawn = new ParameterLayout(network).Pack(Initialization.Draw(network, InitializationScheme.Default, Seed, ScalarType.Float64));

        // Pushed off zero biases and unit scales of batch normalisation, so that nothing holds by accident.
        Tensor pushed = drawn + (Matrices.Normal([drawn.Count], Seed + 7) * 0.1);
        return scope.Keep(pushed.To(Type));
    }

    /// <summary>A random direction, owned by the current scope.</summary>
    internal Tensor Direction(long dimension, ulong seed)
    {
        using var scope = new TensorScope();
        return scope.Keep(Matrices.Normal([dimension], seed).To(Type).Clone());
    }

    internal double PlainLoss(double[] weights)
    {
        using var scope = new TensorScope();
        double[][] outputs = PlainForward.Outputs(Network(), weights, PlainForward.Rows(Inputs()), InputShape);
        return PlainForward.Loss(Loss, outputs, Labels);
    }
}
