using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.Options;
using TrackHub.Dispatch.Verdicts;
using TrackHub.Platform.Graph;
using TrackHub.Platform.Tenants;

namespace TrackHub.Dispatch.Calling;

/// <summary>Posts a body to a dataset's events edge and reads the answer. Every expected failure is an answer, not an exception. Thread-safe.</summary>
internal sealed class MetaClient : IDisposable
{
    // Meta's answers take some 200 bytes; what is longer is not one.
    private const int MaxAnswerBytes = 64 * 1024;

    // Source: Marketing API versioning.
    private const string UpgradeHeader = "X-Ad-Api-Version-Warning";

    private readonly HttpClient _http;
    private readonly MetaOptions _meta;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _clock;

    public MetaClient(IOptions<MetaOptions> meta, IOptions<DispatchOptions> options, TimeProvider clock)
    {
        (_meta, _timeout, _clock) = (meta.Value, options.Value.AttemptTimeout, clock);

        // HTTP/1.1 and as many connections as calls: on a shared HTTP/2 connection one lane's slow answer would hold up the others'.
        _http = new(
            new SocketsHttpHandler
            {
                AllowAutoRedirect = false,                 // a redirect would carry the token to an address nobody configured
                UseCookies = false,
                UseProxy = false,
                AutomaticDecompression = DecompressionMethods.None,
                MaxConnectionsPerServer = options.Value.Concurrency,
                MaxResponseHeadersLength = 32,             // kilobytes
                ConnectTimeout = TimeSpan.FromSeconds(2),
                PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
                PooledConnectionLifetime = TimeSpan.FromMinutes(5),   // follows DNS
                ActivityHeadersPropagator = DistributedContextPropagator.CreateNoOutputPropagator(),   // a span for us; our trace is none of Meta's business
            },
            disposeHandler: true)
        {
            Timeout = Timeout.InfiniteTimeSpan,            // the attempt's own limit runs on our clock
        };
    }

    /// <summary>Makes one call.</summary>
    /// <param name="pixel">Dataset and token.</param>
    /// <param name="body">JSON, UTF-8.</param>
    /// <param name="stopped">Ends the call; its outcome is then unknown.</param>
    /// <exception cref="OperationCanceledException">Stopped.</exception>
    public async Task<MetaAnswer> SendAsync(Pixel pixel, ReadOnlyMemory<byte> body, CancellationToken stopped)
    {
        var started = _clock.GetTimestamp();
        using var timeout = new CancellationTokenSource(_timeout, _clock);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stopped);
        try
        {
            using var request = Request(pixel, body);
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ended.Token);
            var answer = await ReadAsync(response.Content, ended.Token);
            var latency = _clock.GetElapsedTime(started);
            var read = answer is { } whole
                ? AnswerReader.Read((int)response.StatusCode, whole, latency)
                : new() { Transport = Transport.Broken, HttpStatus = (int)response.StatusCode, Latency = latency };
            return read with { IsUpgraded = response.Headers.Contains(UpgradeHeader), RetryAfter = RetryAfter(response.Headers.RetryAfter), Usage = UsageReader.Read(response.Headers) };
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !stopped.IsCancellationRequested)
        {
            return new() { Transport = Transport.TimedOut, Latency = _clock.GetElapsedTime(started) };
        }
        catch (OperationCanceledException failure) when (failure.InnerException is TimeoutException && !ended.IsCancellationRequested)
        {
            return new() { Transport = Transport.NotSent, Latency = _clock.GetElapsedTime(started) };   // how the handler says that ConnectTimeout is over
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            return new() { Transport = NeverConnected(failure) ? Transport.NotSent : Transport.Broken, Latency = _clock.GetElapsedTime(started) };
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private HttpRequestMessage Request(Pixel pixel, ReadOnlyMemory<byte> body)
    {
        var content = new ReadOnlyMemoryContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_meta.BaseUrl, $"/{_meta.ApiVersion}/{pixel.DatasetId}/events")) { Content = content };

        // In the header, for a token in the address would end up in logs on the way.
        request.Headers.Authorization = new("Bearer", pixel.Token.Reveal());
        return request;
    }

    /// <summary>The body, or null if it is longer than an answer can be.</summary>
    private static async Task<ReadOnlyMemory<byte>?> ReadAsync(HttpContent content, CancellationToken ended)
    {
        await using var stream = await content.ReadAsStreamAsync(ended);
        var buffer = new byte[4 * 1024];
        var length = 0;
        while (await stream.ReadAsync(buffer.AsMemory(length), ended) is var read and > 0)
        {
            length += read;
            if (length == MaxAnswerBytes)
                return null;
            if (length == buffer.Length)
                Array.Resize(ref buffer, Math.Min(buffer.Length * 4, MaxAnswerBytes));
        }

        return buffer.AsMemory(0, length);
    }

    private TimeSpan? RetryAfter(RetryConditionHeaderValue? told) => told?.Delta ?? (told?.Date is { } date ? date - _clock.GetUtcNow() : null);

    private static bool NeverConnected(Exception failure) =>
        failure is HttpRequestException
        {
            HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError,
        };
}
