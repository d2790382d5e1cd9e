using Brink.Torch;
using Brink.Torch.Nn;

namespace Brink.Networks;

/// <summary>Networks from TorchScript files: any PyTorch user's model, held against the samples it is to be trained on.</summary>
public static class NetworkFile
{
    private const int ProbeSamples = 3;

    /// <summary>Reads a network and tries it on made-up images.</summary>
    /// <param name="path">A file that <c>torch.jit.save</c> wrote.</param>
    /// <param name="options">Images and classes; the other fields are passed over.</param>
    /// <param name="type">Element type of the images and of the parameters wanted.</param>
    /// <param name="device">Where they are wanted.</param>
    /// <returns>The network.</returns>
    /// <exception cref="BrinkException">
    /// The file is missing or no TorchScript; a parameter cannot be trained; or its outputs are not samples × classes, are
    /// random, or do not depend on the parameters in a differentiable way. One line says which.
    /// </exception>
    public static ScriptNetwork Load(string path, NetworkOptions options, ScalarType type, Device device)
    {
        ArgumentNullException.ThrowIfNull(options);
        ScriptModule script = Read(path);
        using var scope = new TensorScope();
        foreach ((string name, Tensor value) in script.Parameters())
        {
            if (value.Type is not (ScalarType.Float32 or ScalarType.Float64 or ScalarType.Float16))
            {
                throw new BrinkException($"{path}: the parameter '{name}' holds {value.Type}, which cannot be trained; parameters are floating-point, other tensors buffers");
            }

            if (!value.RequiresGrad)
            {
                throw new BrinkException($"{path}: the parameter '{name}' is frozen (requires_grad is False); register it as a buffer before scripting, or unfreeze it");
            }
        }

        script.Convert(type, device);
        var network = new ScriptNetwork(script);
        Try(path, network, options, type, device);
        return network;
    }

    private static ScriptModule Read(string path)
    {
        if (!File.Exists(path))
        {
            throw new BrinkException($"there is no network file {path}; networks by name are {string.Join(", ", NetworkCatalogue.Names)}");
        }

        try
        {
            return ScriptModule.Load(path);
        }
        catch (TorchException failure)
        {
            throw new BrinkException($"{path} is no TorchScript file; torch.jit.script(model).save(\"model.pt\") writes one, torch.save does not", failure);
        }
    }

    private static void Try(string path, ScriptNetwork network, NetworkOptions options, ScalarType type, Device device)
    {
        using GradientMode on = GradientMode.On();
        var layout = new ParameterLayout(network);
        if (layout.Count == 0)
        {
            throw new BrinkException($"{path} has no parameters to train");
        }

        using var generator = new Generator(0);
        Tensor vector = layout.Pack(Initialization.Draw(network, InitializationScheme.Default, 0, type)).To(device).Detach();
        vector.RequiresGrad = true;
        layout.Bind(vector);
        Tensor images = Tensor.Empty([ProbeSamples, options.Channels, options.Height, options.Width], type);
        images.FillNormal(0, 1, generator);
        images = images.To(device);
        string shape = $"{options.Channels}×{options.Height}×{options.Width}";
        Tensor output;
        Tensor again;
        try
        {
            output = network.Forward(images);
            again = network.Forward(images);
        }
        catch (TorchException failure)
        {
            throw new BrinkException($"{path} does not take a batch of {shape} images in {type}: {OneLine(failure.Message)}", failure);
        }

        if (!output.Shape.AsSpan().SequenceEqual([ProbeSamples, options.Classes]))
        {
            throw new BrinkException(
                $"{path} gives [{string.Join(", ", output.Shape)}] for {ProbeSamples} images of {shape}; {options.Classes} classes need [{ProbeSamples}, {options.Classes}]");
        }

        if (output.Type != type)
        {
            throw new BrinkException($"{path} gives {output.Type} for images in {type}; it must keep the element type");
        }

        if (!output.RequiresGrad)
        {
            throw new BrinkException($"{path}: its outputs do not depend on its parameters in a differentiable way, so there is nothing to train");
        }

        if (output.IsFinite() && !output.IsSameAs(again))
        {
            throw new BrinkException($"{path} gives other outputs every time, as dropout does; set it to 0, or call model.eval(), before scripting");
        }
    }

    /// <summary>The last line that says something: before it stands a trace of the model's own code.</summary>
    private static string OneLine(string message)
    {
        string line = message.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).LastOrDefault() ?? "no reason given";
        const string Kind = "RuntimeError: ";
        return line.StartsWith(Kind, StringComparison.Ordinal) ? line[Kind.Length..] : line;
    }
}
