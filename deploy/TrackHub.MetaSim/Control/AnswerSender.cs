using System.IO.Compression;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace TrackHub.MetaSim.Control;

/// <summary>Sends answers, well-behaved and otherwise.</summary>
internal sealed class AnswerSender(TimeProvider clock, IHostApplicationLifetime lifetime)
{
    private const string JsonType = "application/json; charset=UTF-8";
    private const int BombBytes = 64 * 1024 * 1024;

    private static readonly byte[] Html = Encoding.UTF8.GetBytes(
        "<!DOCTYPE html><html><head><title>Error</title></head><body><h1>Sorry, something went wrong.</h1></body></html>");

    private static readonly byte[] Junk = Encoding.UTF8.GetBytes("""{"hello":"world","data":[1,2""");
    private static readonly Lazy<byte[]> Bomb = new(MakeBomb);

    /// <summary>Sends a whole JSON body.</summary>
    public static async Task SendAsync(HttpContext context, int status, byte[] body)
    {
        Start(context, status, JsonType, body.Length);
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }

    /// <summary>Waits a behaviour's latency; ends early when the caller leaves or the simulator stops.</summary>
    /// <exception cref="OperationCanceledException">It ended early.</exception>
    public async Task WaitAsync(HttpContext context, TimeSpan latency)
    {
        if (latency <= TimeSpan.Zero)
            return;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        await Task.Delay(latency, clock, ended.Token);
    }

    /// <summary>Sends a JSON body at one byte a second.</summary>
    public async Task DripAsync(HttpContext context, int status, string? contentType, byte[] body)
    {
        Start(context, status, contentType ?? JsonType, body.Length);
        foreach (var item in body)
        {
            await context.Response.Body.WriteAsync(new[] { item }, context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await WaitAsync(context, TimeSpan.FromSeconds(1));
        }
    }

    /// <summary>Sends a body that is not the Graph API's.</summary>
    public async Task SendBodyAsync(HttpContext context, Behaviour behaviour, BodyKind kind)
    {
        switch (kind)
        {
            case BodyKind.Html or BodyKind.Junk:
                var (type, body) = kind is BodyKind.Html ? ("text/html; charset=UTF-8", Html) : (JsonType, Junk);
                if (behaviour.Drip)
                {
                    await DripAsync(context, behaviour.BodyStatus, type, body);
                    break;
                }

                Start(context, behaviour.BodyStatus, type, body.Length);
                await context.Response.Body.WriteAsync(body, context.RequestAborted);
                break;
            case BodyKind.Empty:
                Start(context, behaviour.BodyStatus, JsonType, 0);
                break;
            case BodyKind.GzipBomb:
                context.Response.Headers.ContentEncoding = "gzip";
                Start(context, behaviour.BodyStatus, JsonType, Bomb.Value.Length);
                await context.Response.Body.WriteAsync(Bomb.Value, context.RequestAborted);
                break;
            default:
                await SendEndlessAsync(context, behaviour.BodyStatus);
                break;
        }
    }

    // Back-pressure of the connection paces it; the pause keeps a caller that reads everything from costing a core.
    private async Task SendEndlessAsync(HttpContext context, int status)
    {
        Start(context, status, JsonType, length: null);
        var block = new byte[16 * 1024];
        block.AsSpan().Fill((byte)' ');
        while (true)
        {
            await context.Response.Body.WriteAsync(block, context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await WaitAsync(context, TimeSpan.FromMilliseconds(10));
        }
    }

    private static void Start(HttpContext context, int status, string contentType, long? length)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        context.Response.ContentLength = length;
    }

    private static byte[] MakeBomb()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            var zeros = new byte[1024 * 1024];
            for (var written = 0; written < BombBytes; written += zeros.Length)
                gzip.Write(zeros);
        }

        return packed.ToArray();
    }
}
