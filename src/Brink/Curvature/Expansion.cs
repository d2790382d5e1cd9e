namespace Brink.Curvature;

/// <summary>What became of a direction that was offered to a <see cref="RitzSpace"/>.</summary>
internal enum Expansion
{
    /// <summary>The basis has one vector more.</summary>
    Grown,

    /// <summary>The direction lies in the basis already, up to rounding; no product was spent.</summary>
    NothingNew,

    /// <summary>The product held a NaN or an infinity.</summary>
    NotFinite,
}
