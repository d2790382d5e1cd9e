using Brink.Torch.Nn;
using FsCheck;
using FsCheck.Fluent;

namespace Brink.Torch.Tests.Nn;

public sealed class ParameterLayoutTests
{
    private static readonly Sequential Network = new(new Flatten(), new Linear(4, 3), new ReLU(), new Linear(3, 2));

    [Fact]
    public void Parameters_lie_one_after_the_other_in_their_order()
    {
        var layout = new ParameterLayout(Network);
        Assert.Equal(["1.weight", "1.bias", "3.weight", "3.bias"], layout.Places.Select(place => place.Name));
        Assert.Equal([0L, 12, 15, 21], layout.Places.Select(place => place.Offset));
        Assert.Equal(23, layout.Count);
    }

    [Fact]
    public void Unpacking_undoes_packing_and_packing_unpacking()
    {
        Prop.ForAll(Gen.Choose(1, 9).ArrayOf(5).Zip(Gen.Choose(0, 1000)).ToArbitrary(), sizes =>
        {
            using var scope = new TensorScope();
            (int[] widths, int seed) = (sizes.Item1, sizes.Item2);
            var network = new Sequential(widths.Zip(widths.Skip(1), (inputs, outputs) => new Linear(inputs, outputs, bias: outputs % 2 == 0)));
            var layout = new ParameterLayout(network);
            Tensor vector = Networks.Normal((ulong)seed, layout.Count);
            IReadOnlyList<(string Name, Tensor Value)> values = layout.Unpack(vector);
            Tensor again = layout.Pack([.. values.Reverse()]);
            return again.IsSameAs(vector) && layout.Unpack(again).Zip(values).All(pair => pair.First.Value.IsSameAs(pair.Second.Value));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Bound_views_follow_the_vector()
    {
        using var scope = new TensorScope();
        var layout = new ParameterLayout(Network);
        Tensor vector = Networks.Normal(1, layout.Count);
        layout.Bind(vector);
        vector.Fill(0.5);
        Tensor output = Network.Forward(Tensor.From([1.0, 1, 1, 1], 1, 4));
        Assert.Equal([(2.5 * 0.5 * 3) + 0.5, (2.5 * 0.5 * 3) + 0.5], output.ToArray<double>());
    }

    [Fact]
    public void Gradients_reach_the_vector_through_the_views()
    {
        using var scope = new TensorScope();
        var network = new Sequential(new Linear(2, 1));
        var layout = new ParameterLayout(network);
        Tensor vector = Tensor.From([1.0, 2, 3]);
        vector.RequiresGrad = true;
        layout.Bind(vector);
        Tensor output = network.Forward(Tensor.From([5.0, 7], 1, 2)).Sum();
        Assert.Equal([5.0, 7, 1], Autograd.Gradients([output], [vector])[0]!.ToArray<double>());
    }

    [Fact]
    public void Wrong_values_are_refused_by_name()
    {
        using var scope = new TensorScope();
        var layout = new ParameterLayout(Network);
        List<(string Name, Tensor Value)> right = [.. layout.Unpack(Networks.Normal(1, layout.Count))];

        Refused("no value is given for the parameter '3.bias'", right[..3]);
        Refused("no value is given for the parameter '1.weight'", []);
        Refused("'2.weight' is not a parameter", [.. right, ("2.weight", right[0].Value)]);
        Refused("'1.bias' is given twice", [.. right, right[1]]);
        Refused("'1.weight' has shape [4, 3]; this network needs [3, 4]", [("1.weight", right[0].Value.Transpose(0, 1)), .. right[1..]]);
        Refused("'3.bias' is Float32", [.. right[..3], ("3.bias", right[3].Value.To(ScalarType.Float32))]);
        Assert.Contains("has 23 parameters", Assert.Throws<ArgumentException>(() => layout.Unpack(Networks.Normal(1, 22))).Message);

        void Refused(string message, IReadOnlyList<(string, Tensor)> values) =>
            Assert.Contains(message, Assert.Throws<FormatException>(() => layout.Pack(values)).Message);
    }
}
