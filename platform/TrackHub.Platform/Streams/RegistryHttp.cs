using System.Net;
using System.Security.Cryptography.X509Certificates;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace TrackHub.Platform.Streams;

/// <summary>How long a call of the schema registry may take.</summary>
/// <param name="Attempt">One attempt, from connect to last byte.</param>
/// <param name="Pause">Before the first further attempt; doubled for the next, with jitter.</param>
internal sealed record RegistryLimits(TimeSpan Attempt, TimeSpan Pause);

/// <summary>
/// HTTP to the schema registry. A registry answers 5xx while it elects a leader and 429 when it is asked too much, both for moments: such a
/// call is made again. Every call may be: registering a schema twice gives the id it has. What lasts longer is its caller's to wait for.
/// </summary>
internal sealed class RegistryHttp : DelegatingHandler
{
    /// <summary>Limits for a registry near by: three attempts within ten seconds.</summary>
    public static readonly RegistryLimits Limits = new(TimeSpan.FromSeconds(3), TimeSpan.FromMilliseconds(200));

    private const int FurtherAttempts = 2;

    private readonly RegistryLimits _limits;
    private readonly ResiliencePipeline<HttpResponseMessage> _pipeline;

    private RegistryHttp(string? caLocation, RegistryLimits limits, TimeProvider clock)
        : base(new SocketsHttpHandler
        {
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),   // the registry may move behind its name
            SslOptions = { CertificateChainPolicy = TrustOnly(caLocation) },
        })
    {
        _limits = limits;
        _pipeline = new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = clock }
            .AddRetry(new RetryStrategyOptions<HttpResponseMessage>
            {
                MaxRetryAttempts = FurtherAttempts,
                Delay = limits.Pause,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                ShouldHandle = new PredicateBuilder<HttpResponseMessage>()
                    .Handle<HttpRequestException>().Handle<TimeoutRejectedException>().HandleResult(static answer => IsTemporary(answer.StatusCode)),
                DelayGenerator = arguments => ValueTask.FromResult(WaitAsked(arguments.Outcome.Result)),
            })
            .AddTimeout(new TimeoutStrategyOptions { Timeout = limits.Attempt })
            .Build();
    }

    /// <summary>A client of that registry; made once per process.</summary>
    public static HttpClient Create(SchemaRegistryOptions registry, RegistryLimits limits, TimeProvider clock) => new(new RegistryHttp(registry.SslCaLocation, limits, clock))
    {
        BaseAddress = registry.Address,
        Timeout = Timeout.InfiniteTimeSpan,   // each attempt has its own
    };

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await _pipeline.ExecuteAsync(async token => await SendOnceAsync(request, token), cancellationToken);
        }
        catch (TimeoutRejectedException late)
        {
            throw new HttpRequestException(HttpRequestError.ConnectionError, $"no answer within {_limits.Attempt.TotalSeconds} s", late);
        }
    }

    private async Task<HttpResponseMessage> SendOnceAsync(HttpRequestMessage request, CancellationToken token)
    {
        var answer = await base.SendAsync(request, token);
        try
        {
            await answer.Content.LoadIntoBufferAsync(token);   // a body that does not come is a late answer as well
            return answer;
        }
        catch
        {
            answer.Dispose();
            throw;
        }
    }

    /// <summary>Trusts what those certificates sign and nothing else; null, without a file, trusts as the system does.</summary>
    private static X509ChainPolicy? TrustOnly(string? caLocation)
    {
        if (string.IsNullOrEmpty(caLocation))
            return null;

        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPemFile(caLocation);
        return policy;
    }

    private static bool IsTemporary(HttpStatusCode status) =>
        status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError;

    /// <summary>What the registry asks for, where it does and that is not longer than an attempt; null for our own pause.</summary>
    private TimeSpan? WaitAsked(HttpResponseMessage? answer) => answer?.Headers.RetryAfter?.Delta is { } asked && asked <= _limits.Attempt ? asked : null;
}
