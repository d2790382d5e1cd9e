using Brink.Torch.Nn;

namespace Brink.Networks;

/// <summary>
/// What torchvision's constructors draw again after PyTorch's defaults, part by part; each formula rounds in the order of
/// <c>torch/nn/init.py</c>. Batch normalisations stay at γ = 1, β = 0.
/// </summary>
internal static class TorchvisionWeights
{
    /// <summary>VGG: convolutions N(0, 2/fan_out), linear layers N(0, 0.01²), all biases 0.</summary>
    internal static void OfVgg(WeightDraw draw, Module part)
    {
        if (part is not AffineLayer layer)
        {
            return;
        }

        draw.Normal(layer.Weight, layer is Conv2d ? Math.Sqrt(2) / Math.Sqrt(layer.FanOut) : 0.01);
        Clear(draw, layer);
    }

    /// <summary>ResNet: convolutions N(0, 2/fan_out); the linear layer stays as it is.</summary>
    internal static void OfResNet(WeightDraw draw, Module part)
    {
        if (part is Conv2d layer)
        {
            draw.Normal(layer.Weight, Math.Sqrt(2) / Math.Sqrt(layer.FanOut));
        }
    }

    /// <summary>DenseNet: convolutions N(0, 2/fan_in); the linear layer's bias 0.</summary>
    internal static void OfDenseNet(WeightDraw draw, Module part)
    {
        if (part is Conv2d convolution)
        {
            draw.Normal(convolution.Weight, Math.Sqrt(2) / Math.Sqrt(convolution.FanIn));
        }
        else if (part is Linear linear)
        {
            Clear(draw, linear);
        }
    }

    private static void Clear(WeightDraw draw, AffineLayer layer)
    {
        if (layer.Bias is not null)
        {
            draw.Constant(layer.Bias, 0);
        }
    }
}
