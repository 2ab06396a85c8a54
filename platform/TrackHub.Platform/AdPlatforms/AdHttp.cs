using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace TrackHub.Platform.AdPlatforms;

/// <summary>A platform's answer.</summary>
/// <param name="Status">HTTP status; 0: none came.</param>
/// <param name="Body">JSON; undefined where there was none.</param>
/// <param name="Headers">Headers of the answer; null where none came.</param>
internal sealed record AdReply(int Status, JsonElement Body, HttpResponseHeaders? Headers)
{
    /// <summary>Whether it is a JSON object under 200.</summary>
    public bool IsOk => Status == 200 && Body.ValueKind is JsonValueKind.Object;
}

/// <summary>
/// HTTP to ad platforms. What fails for a moment (no connection, no answer in time, 5xx) is asked again, twice: everything asked here only reads. A throttled call is
/// not: it is told, and waits with its account. No request, answer or key is logged. Thread-safe.
/// </summary>
internal sealed class AdHttp : IDisposable
{
    private const int FurtherAttempts = 2;
    private const int MaxAnswerBytes = 16 * 1024 * 1024;

    private readonly HttpClient _http;
    private readonly ResiliencePipeline<AdReply> _pipeline;

    public AdHttp(AdHttpLimits limits, TimeProvider clock)
    {
        _http = new(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,                 // a redirect would carry the key to an address nobody configured
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),   // follows DNS
            ActivityHeadersPropagator = System.Diagnostics.DistributedContextPropagator.CreateNoOutputPropagator(),   // our trace is none of theirs
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,        // each attempt has its own
            MaxResponseContentBufferSize = MaxAnswerBytes,
        };
        _pipeline = new ResiliencePipelineBuilder<AdReply> { TimeProvider = clock }
            .AddRetry(new RetryStrategyOptions<AdReply>
            {
                MaxRetryAttempts = FurtherAttempts,
                Delay = limits.Pause,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                ShouldHandle = new PredicateBuilder<AdReply>()
                    .Handle<HttpRequestException>().Handle<IOException>().Handle<TimeoutRejectedException>().HandleResult(static reply => reply.Status is 408 or >= 500),
            })
            .AddTimeout(new TimeoutStrategyOptions { Timeout = limits.Attempt })
            .Build();
    }

    /// <summary>Asks. Whatever goes wrong on the way is a reply without a status.</summary>
    /// <param name="make">Makes the request, once for each attempt.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<AdReply> SendAsync(Func<HttpRequestMessage> make, CancellationToken cancellationToken)
    {
        try
        {
            return await _pipeline.ExecuteAsync(async token => await SendOnceAsync(make, token), cancellationToken);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or TimeoutRejectedException)
        {
            return new(0, default, null);
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<AdReply> SendOnceAsync(Func<HttpRequestMessage> make, CancellationToken token)
    {
        using var request = make();
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseContentRead, token);
        return new((int)response.StatusCode, Parse(await response.Content.ReadAsByteArrayAsync(token)), response.Headers);
    }

    private static JsonElement Parse(byte[] body)
    {
        try
        {
            return JsonElement.Parse(body);
        }
        catch (JsonException)
        {
            return default;
        }
    }
}

/// <summary>How long a call of an ad platform may take.</summary>
/// <param name="Attempt">One attempt, from connect to last byte.</param>
/// <param name="Pause">Before the first further attempt; doubled for the next, with jitter.</param>
internal sealed record AdHttpLimits(TimeSpan Attempt, TimeSpan Pause)
{
    /// <summary>A page of a month's hours takes a platform some seconds.</summary>
    public static readonly AdHttpLimits Usual = new(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(1));
}
