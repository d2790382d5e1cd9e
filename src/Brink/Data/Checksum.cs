using System.Security.Cryptography;

namespace Brink.Data;

/// <summary>A published checksum of a file: which algorithm, and the value in lower-case hexadecimal.</summary>
/// <param name="Algorithm">MD5, SHA256 or SHA512 (what the publishers of data sets give).</param>
/// <param name="Hex">The value, lower-case.</param>
public sealed record Checksum(HashAlgorithmName Algorithm, string Hex)
{
    /// <summary>An MD5 checksum.</summary>
    /// <param name="hex">32 hexadecimal digits.</param>
    public static Checksum Md5(string hex) => new(HashAlgorithmName.MD5, hex);

    /// <summary>A SHA-256 checksum.</summary>
    /// <param name="hex">64 hexadecimal digits.</param>
    public static Checksum Sha256(string hex) => new(HashAlgorithmName.SHA256, hex);

    /// <summary>The same algorithm's value of some bytes.</summary>
    /// <param name="content">The bytes.</param>
    public Checksum Of(ReadOnlySpan<byte> content)
    {
        using var hash = IncrementalHash.CreateHash(Algorithm);
        hash.AppendData(content);
        return this with { Hex = Convert.ToHexStringLower(hash.GetHashAndReset()) };
    }

    /// <summary>The same algorithm's value of a stream, from where it stands to its end.</summary>
    /// <param name="stream">What is read.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public async Task<Checksum> OfAsync(Stream stream, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        byte[] value = await CryptographicOperations.HashDataAsync(Algorithm, stream, cancellation).ConfigureAwait(false);
        return this with { Hex = Convert.ToHexStringLower(value) };
    }

    /// <summary>The name and value, e.g. <c>MD5 8d4f…</c>.</summary>
    public override string ToString() => $"{Algorithm.Name} {Hex}";
}
