using Brink.Torch.Interop;

namespace Brink.Torch;

/// <summary>A TorchScript module read from a file: any PyTorch user's model, its parameters by name and its forward pass.</summary>
public sealed unsafe class ScriptModule : IDisposable
{
    private nint _handle;

    private ScriptModule(nint handle) => _handle = handle;

    /// <summary>Releases a module that nobody disposed.</summary>
    ~ScriptModule() => Release();

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

    /// <summary>The parameters by name, in the module's order; they share the module's memory.</summary>
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

    /// <summary>Chooses between training and evaluation behaviour of normalisation and dropout layers.</summary>
    /// <param name="training">Whether to train.</param>
    public void Train(bool training) => Native.Check(Native.ScriptTrain(Handle, training ? 1 : 0));

    /// <summary>Runs the module on one input.</summary>
    /// <param name="input">The input.</param>
    /// <returns>The output.</returns>
    public Tensor Forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        Native.Check(Native.ScriptForward(Handle, input.Handle, out nint output));
        GC.KeepAlive(input);
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
