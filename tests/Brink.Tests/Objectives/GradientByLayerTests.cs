using Brink.Objectives;
using Brink.Torch;
using Brink.Torch.Nn;
using FsCheck;
using FsCheck.Fluent;

namespace Brink.Tests.Objectives;

/// <summary>A gradient's parts against slices of the flat vector.</summary>
public sealed class GradientByLayerTests
{
    [Fact]
    public void Norms_are_those_of_the_slices_and_zeros_are_counted() =>
        Prop.ForAll(Gen.Choose(0, 10000).Zip(Gen.Elements(true, false)).ToArbitrary(), given =>
        {
            (int seed, bool bias) = given;
            using var scope = new TensorScope();
            using var workers = new Workers(1);
            var problem = new TinyProblem { Activation = "relu", Widths = [5, 4, 3], Bias = bias, Seed = (ulong)seed };
            using NetworkObjective objective = problem.Objective(workers);
            Tensor gradient = Derivatives.Gradient(objective, problem.Weights());
            double[] flat = gradient.ToArray<double>();
            var parts = GradientByLayer.Of(objective.Layout, gradient, problem.Classes);

            int place = 0;
            Dictionary<string, double> squares = [];
            foreach ((string name, Parameter parameter) in problem.Network().NamedParameters())
            {
                double[] slice = flat[place..(place += (int)parameter.Count)];
                double square = slice.Sum(x => x * x);
                GradientNorm norm = parts.Norms.Single(one => one.Name == name);
                Assert.Equal(Math.Sqrt(square), norm.Norm, 1e-14 + (1e-12 * norm.Norm));
                string layer = name.Split('.')[0];
                squares[layer] = squares.GetValueOrDefault(layer) + square;
            }

            Assert.Equal(flat.Length, place);
            Assert.Equal(flat.Count(x => x == 0), parts.ZeroEntries);
            double[] hidden = [.. new[] { "1", "3", "5" }.Select(layer => Math.Sqrt(squares[layer])).Order()];
            Assert.Equal(hidden[1], parts.HiddenMedian!.Value, 1e-14);
            if (!bias)
            {
                Assert.Null(parts.LastBias);
                Assert.Null(parts.LastBiasRatio);
                return;
            }

            double last = Math.Sqrt(flat[^problem.Classes..].Sum(x => x * x));
            Assert.Equal(last, parts.LastBias!.Value, 1e-14);
            Assert.Equal(hidden[1] > 0 ? last / hidden[1] : null, parts.LastBiasRatio, (a, b) => a == b || Math.Abs(a!.Value - b!.Value) <= 1e-10 * a.Value);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(25));

    [Fact]
    public void A_network_whose_units_are_dead_moves_its_last_bias_alone()
    {
        using var scope = new TensorScope();
        using var workers = new Workers(1);
        var problem = new TinyProblem { Activation = "relu", Widths = [4, 4] };
        using NetworkObjective objective = problem.Objective(workers);

        // A bias far below every input kills the first layer, and zero biases after it leave the rest at zero.
        double[] weights = problem.Weights().ToArray<double>();
        foreach (ParameterPlace place in objective.Layout.Places.Where(place => place.Name.EndsWith(".bias", StringComparison.Ordinal)))
        {
            weights.AsSpan((int)place.Offset, (int)place.Count).Fill(place.Name == "1.bias" ? -1000 : -1);
        }

        var parts = GradientByLayer.Of(objective.Layout, Derivatives.Gradient(objective, Tensor.From(weights)), problem.Classes);
        Assert.Equal(objective.Dimension - problem.Classes, parts.ZeroEntries);
        Assert.True(parts.LastBias > 0);
        Assert.Equal(0, parts.HiddenMedian);
        Assert.Null(parts.LastBiasRatio);
        Assert.All(ZeroActivations.Count(objective, Tensor.From(weights)), zeros => Assert.Equal((4, 4, 28), (zeros.Units, zeros.Dead, zeros.Zeros)));
    }

    [Fact]
    public void Only_a_vector_of_K_called_bias_at_the_end_is_the_last_bias()
    {
        using var scope = new TensorScope();
        double? LastBias(int? outputs, params (string, long[])[] parameters)
        {
            var layout = new ParameterLayout(parameters);
            return GradientByLayer.Of(layout, Tensor.From([.. Enumerable.Repeat(1.0, (int)layout.Count)]), outputs).LastBias;
        }

        Assert.Equal(Math.Sqrt(3), LastBias(3, ("fc.weight", [3, 2]), ("fc.bias", [3]))!.Value, 1e-15);
        Assert.Equal(Math.Sqrt(3), LastBias(3, ("bias", [3]))!.Value, 1e-15);
        Assert.Null(LastBias(4, ("fc.weight", [3, 2]), ("fc.bias", [3])));
        Assert.Null(LastBias(null, ("fc.weight", [3, 2]), ("fc.bias", [3])));
        Assert.Null(LastBias(3, ("fc.bias", [3]), ("fc.weight", [3, 2])));
        Assert.Null(LastBias(3, ("fc.nobias", [3])));
    }
}
