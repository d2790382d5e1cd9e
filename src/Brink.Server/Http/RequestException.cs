namespace Brink.Server;

/// <summary>A request that is refused, with the one line of the answer.</summary>
/// <param name="status">The status code: 400, 403, 404, 409 or 413.</param>
/// <param name="message">What is wrong, and what would be right.</param>
/// <param name="blamed">The field of the specification that is to blame; else null.</param>
public sealed class RequestException(int status, string message, string? blamed = null) : Exception(message)
{
    /// <summary>The status code.</summary>
    public int Status => status;

    /// <summary>The field of the specification that is to blame; else null.</summary>
    public string? Field => blamed;

    /// <summary>The answer to an id that names nothing, whatever the reason: what lies outside is not told apart from what is not there.</summary>
    /// <param name="id">The id.</param>
    internal static RequestException NoRun(string id) =>
        new(404, $"there is no run '{(id.Length > 100 ? id[..100] + "…" : id).ReplaceLineEndings(" ")}'");
}
