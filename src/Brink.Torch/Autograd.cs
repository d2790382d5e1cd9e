using Brink.Torch.Interop;

namespace Brink.Torch;

/// <summary>Reverse-mode differentiation of recorded graphs.</summary>
public static unsafe class Autograd
{
    /// <summary>Gradients of Σ⟨outputs, outputGradients⟩ with respect to the inputs.</summary>
    /// <param name="outputs">What is differentiated.</param>
    /// <param name="inputs">With respect to what; each must have been recorded.</param>
    /// <param name="outputGradients">One tensor per output, of its shape; omitted for scalar outputs (then 1).</param>
    /// <param name="retainGraph">Keep the graph, to differentiate it again.</param>
    /// <param name="createGraph">Record the differentiation itself, to differentiate the gradients (second derivatives).</param>
    /// <returns>One gradient per input; null where an input does not reach the outputs.</returns>
    /// <exception cref="TorchException">The graph was freed already, or an input was never recorded.</exception>
    public static Tensor?[] Gradients(
        ReadOnlySpan<Tensor> outputs,
        ReadOnlySpan<Tensor> inputs,
        ReadOnlySpan<Tensor> outputGradients = default,
        bool retainGraph = false,
        bool createGraph = false)
    {
        if (outputGradients.Length != 0 && outputGradients.Length != outputs.Length)
        {
            throw new ArgumentException("there must be one output gradient per output, or none", nameof(outputGradients));
        }

        nint* ys = stackalloc nint[outputs.Length];
        nint* seeds = stackalloc nint[outputs.Length];
        nint* xs = stackalloc nint[inputs.Length];
        nint* found = stackalloc nint[inputs.Length];
        Handles(outputs, ys);
        Handles(outputGradients, seeds);
        Handles(inputs, xs);
        int status = Native.Grad(
            ys, outputs.Length, xs, inputs.Length, outputGradients.Length == 0 ? null : seeds,
            retainGraph || createGraph ? 1 : 0, createGraph ? 1 : 0, 1, found);
        KeepAlive(outputs);
        KeepAlive(inputs);
        KeepAlive(outputGradients);
        Native.Check(status);
        var gradients = new Tensor?[inputs.Length];
        for (int k = 0; k < gradients.Length; k++)
        {
            gradients[k] = found[k] == 0 ? null : Tensor.Own(found[k]);
        }

        return gradients;
    }

    private static void Handles(ReadOnlySpan<Tensor> tensors, nint* handles)
    {
        for (int k = 0; k < tensors.Length; k++)
        {
            handles[k] = tensors[k].Handle;
        }
    }

    private static void KeepAlive(ReadOnlySpan<Tensor> tensors)
    {
        foreach (Tensor tensor in tensors)
        {
            GC.KeepAlive(tensor);
        }
    }
}
