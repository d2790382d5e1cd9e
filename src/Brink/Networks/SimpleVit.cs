using Brink.Torch.Nn;

namespace Brink.Networks;

/// <summary>
/// The tiny vision transformer of Flatland: SimpleViT (Beyer et al. 2022) of width 256, depth 4, 8 heads of 64 and 512
/// hidden units, on patches of 8×8 pixels, or 7×7 where 8 does not divide the image. Layout and parameter names are those
/// of <c>vit-pytorch</c> since its layer normalisation moved from the head into the transformer.
/// </summary>
internal static class SimpleVit
{
    internal static Module Tiny(NetworkOptions options)
    {
        int side = Array.Find([8, 7], side => options.Height % side == 0 && options.Width % side == 0);
        return side == 0
            ? throw new BrinkException(
                $"the network 'vit' cuts images into patches of 8×8 or 7×7 pixels, and neither divides {options.Height}×{options.Width}")
            : Create(options, side, width: 256, depth: 4, heads: 8, headWidth: 64, hidden: 512);
    }

    /// <summary>Makes a network of this kind.</summary>
    /// <param name="options">What it is made for.</param>
    /// <param name="side">Side of a patch, which divides height and width.</param>
    /// <param name="width">Length of a token.</param>
    /// <param name="depth">Number of layers.</param>
    /// <param name="heads">Heads of each attention.</param>
    /// <param name="headWidth">Length of a head's queries, keys and values.</param>
    /// <param name="hidden">Hidden units of the part after each attention.</param>
    internal static Module Create(
        NetworkOptions options, int side, int width, int depth, int heads, int headWidth, int hidden)
    {
        long patch = (long)side * side * options.Channels;
        return new Sequential(
        [
            ("to_patch_embedding", new Sequential(new ImagePatches(side), new LayerNorm(patch), new Linear(patch, width), new LayerNorm(width))),
            ("pos_embedding", new SinePositions(options.Height / side, options.Width / side, width)),
            ("transformer", new Transformer(width, depth, heads, headWidth, hidden)),
            ("pool", new TokenMean()),
            ("linear_head", new Linear(width, options.Classes, options.Bias)),
        ]);
    }
}
