using System.Net;

namespace Brink.Server;

/// <summary>How a server is to be.</summary>
public sealed record ServerOptions
{
    /// <summary>The port where none is given.</summary>
    public const int DefaultPort = 5757;

    /// <summary>Fewer characters can be guessed.</summary>
    public const int ShortestToken = 16;

    /// <summary>The folder of runs that is served, or a run folder.</summary>
    public required string Root { get; init; }

    /// <summary>The port; 0 for any that is free.</summary>
    public int Port { get; init; } = DefaultPort;

    /// <summary>The address or name to listen on.</summary>
    public string Host { get; init; } = "localhost";

    /// <summary>The token that requests must bring; null for none, which only a loopback address allows.</summary>
    public string? Token { get; init; }

    /// <summary>Whether nothing may be started, changed or deleted.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>This program and the arguments that stand before <c>train</c>; empty where no run can be started.</summary>
    public IReadOnlyList<string> Program { get; init; } = [];

    /// <summary>Memory for the columns of runs that were looked at, in bytes.</summary>
    public long CacheBytes { get; init; } = Math.Clamp(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 8, 64L << 20, 2L << 30);

    /// <summary>Whether only this machine can reach the server.</summary>
    public bool IsLoopback => Host == "localhost" || (IPAddress.TryParse(Host, out IPAddress? address) && IPAddress.IsLoopback(address));

    /// <summary>Checks the options.</summary>
    /// <exception cref="BrinkException">One is not right; one line.</exception>
    public void Validate()
    {
        if (Port is < 0 or > 65535)
        {
            throw new BrinkException($"--port must be from 0 to 65535, not {Port}");
        }

        if (!IsLoopback && Token is null)
        {
            throw new BrinkException($"listening on {Host} lets other machines in, and needs a token");
        }

        if (Token is { } token && (token.Length < ShortestToken || !token.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')))
        {
            throw new BrinkException($"--token must have at least {ShortestToken} letters, digits, - or _; without one it is made");
        }
    }
}
