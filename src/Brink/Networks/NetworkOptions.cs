namespace Brink.Networks;

/// <summary>What a network is made for and how; every architecture takes the fields it knows.</summary>
public sealed record NetworkOptions
{
    /// <summary>Channels of the images, ≥ 1.</summary>
    public required int Channels { get; init; }

    /// <summary>Height of the images in pixels, ≥ 1.</summary>
    public required int Height { get; init; }

    /// <summary>Width of the images in pixels, ≥ 1.</summary>
    public required int Width { get; init; }

    /// <summary>K, the number of classes: the network's outputs.</summary>
    public required int Classes { get; init; }

    /// <summary>Widths of the hidden layers, or channels of the convolutions, the input's end first; none makes an MLP a linear model.</summary>
    public IReadOnlyList<int> Widths { get; init; } = [100, 100];

    /// <summary>Name of the activation, one of <see cref="ActivationCatalogue.Names"/>.</summary>
    public string Activation { get; init; } = "relu";

    /// <summary>
    /// Whether linear layers and convolutions have biases; in torchvision's networks and the vision transformer, whether the
    /// last linear layer has one (Flatland, App. J).
    /// </summary>
    public bool Bias { get; init; } = true;

    /// <summary>Whether each hidden linear layer or convolution is followed by batch normalisation.</summary>
    public bool BatchNorm { get; init; }

    /// <summary>Whether 2×2 windows give their mean instead of their largest element.</summary>
    public bool AveragePooling { get; init; }

    /// <summary>Numbers in one image.</summary>
    public long InputCount => (long)Channels * Height * Width;

    /// <summary>Refuses what no network can be made for.</summary>
    /// <exception cref="BrinkException">A size is not positive.</exception>
    public void Check()
    {
        if (Channels < 1 || Height < 1 || Width < 1)
        {
            throw new BrinkException($"a network needs images of at least 1×1×1, not {Channels}×{Height}×{Width}");
        }

        if (Classes < 1)
        {
            throw new BrinkException($"a network needs at least 1 class, not {Classes}");
        }

        foreach (int width in Widths)
        {
            if (width < 1)
            {
                throw new BrinkException($"widths must be whole numbers of at least 1, not {width}");
            }
        }
    }
}
