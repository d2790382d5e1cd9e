namespace Brink.Torch.Tests;

/// <summary>
/// The fixture is <c>torch.jit.script(Sequential(Linear(3, 2), Tanh(), Linear(2, 1)))</c> of PyTorch 1.13; parameter k holds
/// 0, 0.1, 0.2, … less 0.2·k.
/// </summary>
public sealed class ScriptModuleTests
{
    private static readonly string s_fixture = Path.Combine(AppContext.BaseDirectory, "Fixtures", "tanh-network.pt");

    [Fact]
    public void Parameters_have_their_names_and_the_output_is_the_formulas()
    {
        using var scope = new TensorScope();
        using ScriptModule module = ScriptModule.Load(s_fixture);
        IReadOnlyList<(string Name, Tensor Value)> parameters = module.Parameters();
        Assert.Equal(["0.weight", "0.bias", "2.weight", "2.bias"], parameters.Select(parameter => parameter.Name));
        float[] w = parameters[0].Value.Detach().ToArray<float>();
        float[] b = parameters[1].Value.Detach().ToArray<float>();
        float[] v = parameters[2].Value.Detach().ToArray<float>();
        float c = parameters[3].Value.Detach().ToArray<float>()[0];
        float[] x = [1, -2, 0.5f];
        double expected = c;
        for (int i = 0; i < 2; i++)
        {
            expected += v[i] * Math.Tanh(b[i] + (w[3 * i] * x[0]) + (w[(3 * i) + 1] * x[1]) + (w[(3 * i) + 2] * x[2]));
        }

        Tensor output = module.Forward(Tensor.From(x, 1, 3), Values(module));
        Assert.Equal(expected, output.Detach().Item(), 1e-6);
    }

    [Fact]
    public void The_module_computes_with_the_parameters_it_is_given_and_gradients_reach_them()
    {
        using var scope = new TensorScope();
        using ScriptModule module = ScriptModule.Load(s_fixture);
        Tensor[] values = Values(module);
        Tensor input = Tensor.From([0.3f, 0.2f, 0.1f], 1, 3);
        double before = module.Forward(input, values).Detach().Item();
        values[3] = values[3].Detach() + 2;
        values[3].RequiresGrad = true;
        Tensor output = module.Forward(input, values).Sum();
        Assert.Equal(before + 2, output.Detach().Item(), 1e-6);
        Assert.Equal(1, Autograd.Gradients([output], [values[3]])[0]!.Item(), 1e-7);
        Assert.Equal(before, module.Forward(input, Values(module)).Detach().Item(), 1e-7);
    }

    [Fact]
    public void A_wrong_number_of_parameters_is_refused()
    {
        using var scope = new TensorScope();
        using ScriptModule module = ScriptModule.Load(s_fixture);
        Assert.Throws<ArgumentException>(() => module.Forward(Tensor.Zeros([1, 3], ScalarType.Float32), Values(module).AsSpan(1)));
    }

    [Fact]
    public void A_missing_file_is_a_message()
    {
        TorchException failure = Assert.Throws<TorchException>(() => ScriptModule.Load("/nowhere/model.pt"));
        Assert.Contains("/nowhere/model.pt", failure.Message);
    }

    private static Tensor[] Values(ScriptModule module) => [.. module.Parameters().Select(parameter => parameter.Value)];
}
