using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace TrackHub.Ingest.Answering;

/// <summary>The bytes of a body in a rented buffer, or why there are none. Dispose it when the bytes are no longer used.</summary>
internal readonly struct Body : IDisposable
{
    private readonly byte[]? _rented;
    private readonly int _length;

    /// <summary>A body that was read.</summary>
    public Body(byte[] rented, int length) => (_rented, _length) = (rented, length);

    /// <summary>A body that is refused, or null if the caller has gone.</summary>
    public Body(Problem? problem, string reason) => (Problem, Reason) = (problem, reason);

    /// <summary>The answer; null if the body was read, or nobody is left to answer.</summary>
    public Problem? Problem { get; }

    /// <summary>Why there are no bytes, a metric tag; null if there are.</summary>
    public string? Reason { get; }

    /// <summary>The bytes.</summary>
    public ReadOnlyMemory<byte> Bytes => _rented.AsMemory(0, _length);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_rented is not null)
            ArrayPool<byte>.Shared.Return(_rented);
    }
}

/// <summary>Reads bodies of bounded size.</summary>
internal static class BodyReader
{
    /// <summary>Largest body of one track event, in bytes.</summary>
    public const int MaxSmallBody = 16 * 1024;

    /// <summary>Largest body of a batch or a webhook, in bytes.</summary>
    public const int MaxLargeBody = 256 * 1024;

    private static readonly Problem NotFramed = Problems.Malformed("The body is not framed as HTTP/1.1 asks.");

    // Most bodies are below; a chunked one announces no length.
    private const int FirstBuffer = 4 * 1024;

    /// <summary>Reads a whole body of at most <paramref name="limit"/> bytes.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<Body> ReadAsync(HttpContext context, int limit)
    {
        var request = context.Request;
        if (IsEncoded(request))
            return new(Problems.Compressed, "content_encoding");
        if (request.ContentLength > limit)
            return new(Problems.TooLarge(limit), "too_large");

        // The server counts the frames of a chunked body as well, so its limit is wider than ours.
        if (request.ContentLength is null && context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = 2L * limit;

        byte[] rented = [];
        try
        {
            if (request.ContentLength is { } announced && TryTake(request.BodyReader, announced, out var whole))
                return whole;

            // An announced length is only a promise yet: thousands of slow senders must not each hold what they announced.
            rented = ArrayPool<byte>.Shared.Rent((int)Math.Min(request.ContentLength ?? FirstBuffer, MaxSmallBody) + 1);
            var length = 0;
            while (true)
            {
                var read = await request.Body.ReadAsync(rented.AsMemory(length), context.RequestAborted);
                if (read is 0)
                    return new(rented, length);
                length += read;
                if (length > limit)
                    return Drop(rented, Problems.TooLarge(limit), "too_large");
                if (length == rented.Length)
                    rented = Grow(rented, limit);
            }
        }
        catch (BadHttpRequestException fault)
        {
            return fault.StatusCode switch
            {
                StatusCodes.Status413PayloadTooLarge => Drop(rented, Problems.TooLarge(limit), "too_large"),
                StatusCodes.Status408RequestTimeout => Drop(
                    rented, new(StatusCodes.Status408RequestTimeout, "request_timeout", "The body came too slowly."), "too_slow"),
                _ => Drop(rented, NotFramed, "framing"),
            };
        }
        catch (Exception fault) when (fault is ConnectionResetException or OperationCanceledException || context.RequestAborted.IsCancellationRequested)
        {
            // The caller went away in the middle: there is nothing whole to store and nobody to tell. Without the abort the answer would be 200.
            context.Abort();
            return Drop(rented, null, "aborted");
        }
        catch (IOException)
        {
            // A chunk's size beyond 32 bits.
            return Drop(rented, NotFramed, "framing");
        }
    }

    // Nearly every body has come with its headers.
    private static bool TryTake(PipeReader arrived, long length, out Body body)
    {
        body = default;
        if (!arrived.TryRead(out var read))
            return false;
        if (read.Buffer.Length != length)
        {
            arrived.AdvanceTo(read.Buffer.Start);
            return false;
        }

        var rented = ArrayPool<byte>.Shared.Rent((int)length);
        read.Buffer.CopyTo(rented);
        arrived.AdvanceTo(read.Buffer.End);
        body = new(rented, (int)length);
        return true;
    }

    private static bool IsEncoded(HttpRequest request) =>
        request.Headers.TryGetValue(HeaderNames.ContentEncoding, out var encoding)
        && encoding.Any(static value => !string.Equals(value, "identity", StringComparison.OrdinalIgnoreCase));

    private static Body Drop(byte[] rented, Problem? problem, string reason)
    {
        ArrayPool<byte>.Shared.Return(rented);
        return new(problem, reason);
    }

    private static byte[] Grow(byte[] rented, int limit)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Min(rented.Length * 2, limit + 1));
        rented.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(rented);
        return larger;
    }
}
