using Brink.Torch;
using Brink.Torch.Interop;
using Brink.Torch.Nn;

namespace Brink.Objectives;

/// <summary>
/// A network's first layer, where it is linear in its weights and takes the inputs themselves: z = X Wᵀ + b. Along a
/// ray w − ηd its output is z − η·(X Dᵀ + c), so that one product serves every trial; and its part of gradients and
/// Hessian-vector products is one product with X, outside the recorded graph.
/// </summary>
internal sealed class LinearPrefix : IDisposable
{
    private static readonly Operator s_addProduct = Operator.Find("addmm_");

    private readonly Tensor[] _rows;
    private readonly Sequential _network;
    private readonly int _tailStart;
    private readonly bool _hasBias;

    private LinearPrefix(Tensor[] rows, Sequential network, int tailStart, bool hasBias)
    {
        _rows = rows;
        _network = network;
        _tailStart = tailStart;
        _hasBias = hasBias;
    }

    /// <summary>Parameters of the layer: the first of the network's, weight before bias.</summary>
    internal int ParameterCount => _hasBias ? 2 : 1;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor rows in _rows)
        {
            rows.Dispose();
        }
    }

    /// <summary>Finds the layer, if the network begins with one.</summary>
    /// <param name="network">The network.</param>
    /// <param name="batches">The samples.</param>
    /// <returns>The layer with its inputs, or null.</returns>
    internal static LinearPrefix? Find(Module network, SampleBatches batches)
    {
        if (network is not Sequential sequential)
        {
            return null;
        }

        int first = 0;
        while (first < sequential.Count && sequential[first] is Flatten)
        {
            first++;
        }

        if (first == sequential.Count || sequential[first] is not Linear linear)
        {
            return null;
        }

        var rows = new Tensor[batches.Count];
        for (int k = 0; k < rows.Length; k++)
        {
            using var scope = new TensorScope();
            rows[k] = batches.Inputs(k).Flatten(1).Contiguous().Unscoped();
        }

        return new LinearPrefix(rows, sequential, first + 1, linear.Bias is not null);
    }

    /// <summary>X Wᵀ + b for one micro-batch.</summary>
    /// <param name="batch">Which.</param>
    /// <param name="parameters">All parameters, or a direction in the same layout.</param>
    /// <returns>Samples × width.</returns>
    internal Tensor Product(int batch, ReadOnlySpan<Tensor> parameters) =>
        _rows[batch].Linear(parameters[0], _hasBias ? parameters[1] : null);

    /// <summary>The network's output from the layer's.</summary>
    /// <param name="product">z, samples × width.</param>
    /// <returns>Samples × K.</returns>
    internal Tensor Tail(Tensor product) => _network.ForwardFrom(_tailStart, product);

    /// <summary>Adds the layer's part of a gradient, Jᵀ·δ.</summary>
    /// <param name="batch">Which micro-batch.</param>
    /// <param name="cotangent">δ, the derivative with respect to z.</param>
    /// <param name="gradient">Where it is added: views in the layout of the parameters.</param>
    internal void AddGradient(int batch, Tensor cotangent, ReadOnlySpan<Tensor> gradient)
    {
        using Tensor transposed = cotangent.Transpose(0, 1);
        s_addProduct.CallInPlace(gradient[0], transposed, _rows[batch]);
        if (_hasBias)
        {
            using Tensor sum = cotangent.Sum(0L);
            gradient[1].AddInPlace(sum);
        }
    }
}
