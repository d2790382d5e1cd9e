using Brink.Torch.Nn;

namespace Brink.Torch.Tests.Nn;

/// <summary>Units that are zero, on networks small enough to see them.</summary>
public sealed class ActivationRecordTests
{
    [Fact]
    public void Units_that_no_sample_lifts_are_dead()
    {
        using var scope = new TensorScope();
        (Sequential network, Tensor[] _) = ThreeUnits();

        // Unit 0 is max(x, 0), unit 1 max(−x, 0), unit 2 max(−1 − x², 0) written as −1 − y with y = x² the second input.
        using var record = new ActivationRecord();
        record.Run(network, Tensor.From([1.0, 1, 2, 4, -3, 9, 0, 0], 4, 2));
        Assert.Equal([new ActivationZeros("1", 3, 1, 2 + 3 + 4, 4)], record.Zeros(network));
        Assert.Equal(1.0 / 3, record.Zeros(network)[0].DeadFraction);
        Assert.Equal(9.0 / 12, record.Zeros(network)[0].ZeroFraction);

        // A unit is dead where it is zero on all samples: here the second one too, as long as no sample is negative.
        using var positive = new ActivationRecord();
        positive.Run(network, Tensor.From([1.0, 1, 2, 4], 2, 2));
        positive.Run(network, Tensor.From([5.0, 25], 1, 2));
        Assert.Equal([new ActivationZeros("1", 3, 2, 6, 3)], positive.Zeros(network));
        positive.Run(network, Tensor.From([-1.0, 1], 1, 2));
        Assert.Equal([new ActivationZeros("1", 3, 1, 3 + 1 + 4, 4)], positive.Zeros(network));
    }

    [Fact]
    public void Records_of_parts_add_up_to_that_of_the_whole()
    {
        using var scope = new TensorScope();
        var network = new Sequential(new Linear(3, 7), new ReLU(), new Linear(7, 5), new ReLU(), new Linear(5, 2));
        Networks.BindRandom(network);
        Tensor inputs = Networks.Normal(2, 11, 3);
        using var whole = new ActivationRecord();
        whole.Run(network, inputs);
        using var first = new ActivationRecord();
        using var second = new ActivationRecord();
        using var idle = new ActivationRecord();
        first.Run(network, inputs.Narrow(0, 0, 4));
        second.Run(network, inputs.Narrow(0, 4, 1));
        second.Run(network, inputs.Narrow(0, 5, 6));
        idle.Add(first);
        idle.Add(second);
        idle.Add(new ActivationRecord());
        Assert.Equal(whole.Zeros(network), idle.Zeros(network));
        Assert.Equal(["1", "3"], whole.Zeros(network).Select(one => one.Name));

        // Counted a second time, by hand, from the outputs themselves.
        double[] hidden = network[1].Forward(network[0].Forward(inputs)).ToArray<double>();
        Assert.Equal(hidden.Count(value => value == 0), whole.Zeros(network)[0].Zeros);
        Assert.Equal(
            Enumerable.Range(0, 7).Count(unit => Enumerable.Range(0, 11).All(row => hidden[(row * 7) + unit] == 0)), whole.Zeros(network)[0].Dead);
    }

    [Fact]
    public void Units_of_a_convolution_are_channels_at_positions_before_the_pooling()
    {
        using var scope = new TensorScope();
        var network = new Sequential(new Conv2d(1, 2, 1), new ReLU(), new MaxPool2d(2), new Flatten(), new Linear(2, 2));
        Tensor[] values = [Tensor.From([1.0, -1], 2, 1, 1, 1), Tensor.From([0.0, 0]), Tensor.Zeros([2, 2], ScalarType.Float64), Tensor.Zeros([2], ScalarType.Float64)];
        new ParameterLayout(network).Bind(values);

        // Channel 0 is the image's positive part, channel 1 its negative part; the pooling would leave neither zero.
        using var record = new ActivationRecord();
        record.Run(network, Tensor.From([1.0, -1, 2, 0], 1, 1, 2, 2));
        Assert.Equal([new ActivationZeros("1", 8, 5, 5, 1)], record.Zeros(network));
        Assert.False(ActivationRecord.IsRecording);
    }

    [Fact]
    public void A_module_called_twice_is_two_activations()
    {
        using var scope = new TensorScope();
        var relu = new ReLU();
        var network = new Sequential([("act", (Module)relu), ("body", new Residual(new Sequential([("act", (Module)relu)]), bodyName: ""))]);
        using var record = new ActivationRecord();
        record.Run(network, Tensor.From([1.0, -1], 1, 2));
        Assert.Equal(["act", "act#2"], record.Zeros(network).Select(one => one.Name));
        Assert.All(record.Zeros(network), one => Assert.Equal((2, 1, 1, 1), (one.Units, one.Dead, one.Zeros, one.Samples)));
    }

    [Fact]
    public void Only_activations_with_an_exact_zero_region_are_counted()
    {
        using var scope = new TensorScope();
        var network = new Sequential(new Tanh(), new GELU(), new ELU(), new Softplus(), new Sigmoid(), new Hardtanh(), new Hardtanh(0, 6), new ReLU());
        using var record = new ActivationRecord();
        record.Run(network, Tensor.From([1.0, -100], 1, 2));
        Assert.Equal(["6", "7"], record.Zeros(network).Select(one => one.Name));
        using var none = new ActivationRecord();
        none.Run(new Tanh(), Tensor.From([1.0], 1, 1));
        Assert.Empty(none.Zeros(new Tanh()));
    }

    [Fact]
    public void What_other_threads_compute_meanwhile_is_not_counted()
    {
        using var scope = new TensorScope();
        var network = new Sequential(new Elsewhere(), new ReLU());
        using var record = new ActivationRecord();
        record.Run(network, Tensor.From([1.0, -1], 1, 2));
        Assert.Equal([new ActivationZeros("1", 2, 1, 1, 1)], record.Zeros(network));
    }

    [Fact]
    public void A_network_that_takes_another_way_is_refused()
    {
        using var scope = new TensorScope();
        using var record = new ActivationRecord();
        record.Run(new Sequential(new ReLU()), Tensor.From([1.0], 1, 1));
        Assert.Throws<InvalidOperationException>(() => record.Run(new Sequential(new ReLU()), Tensor.From([1.0], 1, 1)));
        Assert.Throws<InvalidOperationException>(() => record.Run(new Tanh(), Tensor.From([1.0], 1, 1)));
        Assert.False(ActivationRecord.IsRecording);
    }

    private static (Sequential Network, Tensor[] Values) ThreeUnits()
    {
        var network = new Sequential(new Linear(2, 3), new ReLU(), new Linear(3, 1));
        Tensor[] values =
        [
            Tensor.From([1.0, 0, -1, 0, 0, -1], 3, 2), Tensor.From([0.0, 0, -1]),
            Tensor.From([1.0, 1, 1], 1, 3), Tensor.From([0.0]),
        ];
        new ParameterLayout(network).Bind(values);
        return (network, values);
    }

    /// <summary>Runs a ReLU on another thread, and then changes nothing.</summary>
    private sealed class Elsewhere : Module
    {
        public override Tensor Forward(Tensor input)
        {
            var thread = new Thread(() => new ReLU().Forward(input).Dispose());
            thread.Start();
            thread.Join();
            return input;
        }
    }
}
