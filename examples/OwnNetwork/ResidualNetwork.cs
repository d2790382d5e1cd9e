using Brink.Networks;
using Brink.Torch;
using Brink.Torch.Nn;

namespace OwnNetwork;

/// <summary>
/// A residual network without normalisation: a linear layer to some width, blocks x + W₂ReLU(W₁x), a linear layer to the classes. Deep networks
/// without normalisation are where large steps lead into the flat region most easily.
/// </summary>
public sealed class ResidualNetwork : Module
{
    private const int Blocks = 8;
    private readonly Sequential _layers;

    /// <summary>Makes the network.</summary>
    /// <param name="options">Sizes of the images, number of classes, and the width.</param>
    public ResidualNetwork(NetworkOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        long width = options.Widths[0];
        List<Module> layers = [new Flatten(), new Linear(options.InputCount, width)];
        for (int k = 0; k < Blocks; k++)
        {
            layers.Add(new Block(width));
        }

        layers.Add(new Linear(width, options.Classes));
        _layers = new Sequential(layers);

        // What is added here is seen by everything else: the flat vector, checkpoints, initialisation.
        AddChild("layers", _layers);
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => _layers.Forward(input);

    /// <summary>x + W₂ReLU(W₁x), with biases.</summary>
    private sealed class Block : Module
    {
        private readonly Linear _first;
        private readonly Linear _second;

        internal Block(long width)
        {
            (_first, _second) = (new Linear(width, width), new Linear(width, width));
            AddChild("first", _first);
            AddChild("second", _second);
        }

        public override Tensor Forward(Tensor input)
        {
            // A new tensor at every step, none changed in place: the graph of derivatives holds them all.
            using Tensor inner = _first.Forward(input);
            using Tensor active = inner.Relu();
            using Tensor outer = _second.Forward(active);
            return input + outer;
        }
    }
}
