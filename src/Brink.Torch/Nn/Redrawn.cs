namespace Brink.Torch.Nn;

/// <summary>
/// A network whose PyTorch constructor, once every layer has drawn its default, draws some parameters again from the same
/// stream: torchvision's networks do. It computes what the network computes, under the network's own names.
/// </summary>
public sealed class Redrawn : Module
{
    private readonly Module _network;
    private readonly Action<WeightDraw, Module> _redraw;

    /// <summary>Wraps a network.</summary>
    /// <param name="network">The network.</param>
    /// <param name="redraw">
    /// Called for each of the network's parts in the order of <see cref="Module.Modules"/>; draws that part's own parameters
    /// again, or leaves them.
    /// </param>
    public Redrawn(Module network, Action<WeightDraw, Module> redraw)
    {
        _network = AddChild(string.Empty, network);
        _redraw = redraw;
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => _network.Forward(input);

    /// <inheritdoc/>
    public override void DrawDefault(WeightDraw draw)
    {
        base.DrawDefault(draw);
        foreach (Module part in _network.Modules())
        {
            _redraw(draw, part);
        }
    }
}
