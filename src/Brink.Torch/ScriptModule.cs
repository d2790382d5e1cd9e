using Brink.Torch.Interop;

namespace Brink.Torch;

/// <summary>
/// A TorchScript module read from a file: any PyTorch user's model, its parameters by name and its forward pass, in the mode
/// (training or evaluation) in which it was saved.
/// </summary>
/// <remarks>
/// A forward pass takes the parameters as arguments and changes nothing: what a batch normalisation writes into its running
/// statistics goes to a copy. The graph is interpreted as it was written, without the optimising executor, whose backward
/// passes cannot be differentiated again.
/// </remarks>
public sealed unsafe class ScriptModule : IDisposable
{
    private nint _handle;

    private ScriptModule(nint handle) => _handle = handle;

    /// <summary>Releases a module that nobody disposed.</summary>
    ~ScriptModule() => Release();

    /// <summary>Whether some part normalises by the statistics of the batch, so that samples depend on each other.</summary>
    public bool NormalisesByBatch
    {
        get
        {
            int answer;
            Native.Check(Native.ScriptNormalisesByBatch(Handle, &answer));
            return answer != 0;
        }
    }

    private nint Handle => _handle != 0 ? _handle : throw new ObjectDisposedException(nameof(ScriptModule));

    /// <summary>Reads a module that <c>torch.jit.save</c> wrote.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The module, on the CPU.</returns>
    /// <exception cref="TorchException">The file is missing or no TorchScript module.</exception>
    public static ScriptModule Load(string path)
    {
        Native.Check(Native.ScriptLoad(path, out nint handle));
        return new ScriptModule(handle);
    }

    /// <summary>Converts parameters and buffers to an element type, on a device.</summary>
    /// <param name="type">Float32 or Float64.</param>
    /// <param name="device">The device.</param>
    public void Convert(ScalarType type, Device device) =>
        Native.Check(Native.ScriptConvert(Handle, (int)type, (int)device.Kind, device.Index));

    /// <summary>The parameters by name, in the module's order, tied ones once; they share the module's memory.</summary>
    /// <returns>Names and tensors.</returns>
    public IReadOnlyList<(string Name, Tensor Value)> Parameters()
    {
        var parameters = new List<(string, Tensor)>();
        int count = Native.ScriptParameterCount(Handle);
        for (int k = 0; k < count; k++)
        {
            parameters.Add((Native.Text(Native.ScriptParameterName(Handle, k)), Tensor.Own(Native.ScriptParameter(Handle, k))));
        }

        return parameters;
    }

    /// <summary>Runs the module on one input; safe to call from several threads at once.</summary>
    /// <param name="input">The input.</param>
    /// <param name="parameters">What stands for the parameters, in the order of <see cref="Parameters"/>.</param>
    /// <returns>The output.</returns>
    /// <exception cref="ArgumentException">There are too few or too many parameters.</exception>
    /// <exception cref="TorchException">The module refused the input, or gives something other than one tensor.</exception>
    public Tensor Forward(Tensor input, ReadOnlySpan<Tensor> parameters)
    {
        ArgumentNullException.ThrowIfNull(input);
        int count = Native.ScriptParameterCount(Handle);
        if (parameters.Length != count)
        {
            throw new ArgumentException($"the module has {count} parameters; {parameters.Length} were given", nameof(parameters));
        }

        nint* values = stackalloc nint[Math.Max(count, 1)];
        for (int k = 0; k < count; k++)
        {
            values[k] = parameters[k].Handle;
        }

        Native.Check(Native.ScriptForward(Handle, input.Handle, values, out nint output));
        GC.KeepAlive(input);
        foreach (Tensor parameter in parameters)
        {
            GC.KeepAlive(parameter);
        }

        return Tensor.Own(output);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    private void Release()
    {
        nint handle = Interlocked.Exchange(ref _handle, 0);
        if (handle != 0)
        {
            Native.ScriptRelease(handle);
        }
    }
}
