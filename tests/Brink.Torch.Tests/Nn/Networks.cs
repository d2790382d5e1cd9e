using Brink.Torch.Nn;

namespace Brink.Torch.Tests.Nn;

/// <summary>Weights and inputs for the tests of modules.</summary>
internal static class Networks
{
    /// <summary>Standard normal numbers.</summary>
    internal static Tensor Normal(ulong seed, params long[] shape)
    {
        using var generator = new Generator(seed);
        Tensor tensor = Tensor.Empty(shape, ScalarType.Float64);
        tensor.FillNormal(0, 1, generator);
        return tensor;
    }

    /// <summary>Binds a vector of normal numbers of deviation ½, so that no parameter is special, and returns it.</summary>
    internal static Tensor BindRandom(Module module, ulong seed = 1)
    {
        var layout = new ParameterLayout(module);
        Tensor vector = Normal(seed, layout.Count);
        vector.MultiplyInPlace(0.5);
        layout.Bind(vector);
        return vector;
    }

    /// <summary>A parameter's elements as a matrix or higher array, row by row.</summary>
    internal static double[] Values(Parameter parameter) => parameter.Value.Detach().ToArray<double>();
}
