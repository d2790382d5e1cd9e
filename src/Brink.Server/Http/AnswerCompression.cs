using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.Extensions.Options;

namespace Brink.Server;

/// <summary>
/// Compresses answers, but not short ones: what a page asks for four times a second of a run that it watches fits a packet or two as it is,
/// and a compressor that is set up for it costs more than all the rest of the answer.
/// </summary>
/// <param name="services">Where the compressors are made.</param>
/// <param name="options">Which there are.</param>
internal sealed class AnswerCompression(IServiceProvider services, IOptions<ResponseCompressionOptions> options) : ResponseCompressionProvider(services, options)
{
    /// <summary>Bytes up to which an answer is sent as it is.</summary>
    internal const int Short = 4 << 10;

    /// <inheritdoc/>
    public override bool ShouldCompressResponse(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.Response.ContentLength is not <= Short && base.ShouldCompressResponse(context);
    }
}
