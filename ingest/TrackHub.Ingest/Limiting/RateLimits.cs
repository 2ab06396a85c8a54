using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TrackHub.Ingest.Answering;
using TrackHub.Ingest.Listening;
using TrackHub.Platform.Hosting;
using TrackHub.Platform.Tenants;

namespace TrackHub.Ingest.Limiting;

/// <summary>
/// What one client, and one write key, may send. Webhooks that prove themselves are never limited: only what did not is counted, afterwards.
/// Singleton, thread-safe.
/// </summary>
/// <remarks>
/// A server key is a secret, and its requests come from one machine for many visitors: its bucket alone counts. A publishable key is in every page, so
/// whoever floods one is first stopped at the address, which has less than the key.
/// </remarks>
internal sealed partial class RateLimits(IOptions<IngestOptions> options, TimeProvider clock, ILogger<RateLimits> logger) : IDisposable
{
    private static readonly TimeSpan ToldEvery = TimeSpan.FromMinutes(1);

    private readonly KeyLimits _keys = new();
    private readonly AddressBuckets _events = new(options.Value.AddressPerSecond, options.Value.AddressBurst, clock);
    private readonly AddressBuckets _unproven = new(options.Value.UnprovenPerSecond, options.Value.UnprovenBurst, clock);
    private long _told = long.MinValue;

    /// <summary>Takes events from the address's bucket and the key's.</summary>
    /// <param name="client">Who sends; see <see cref="ForwardedClients"/>.</param>
    /// <param name="key">A key of the directory.</param>
    /// <param name="brand">Its brand.</param>
    /// <param name="events">How many; 0 asks whether there is one, before a body is read.</param>
    /// <returns>Null if there is room.</returns>
    public Refusal? Take(IPAddress? client, WriteKey key, Brand brand, int events)
    {
        if (!key.IsServer && TakeOf(client, events) is { } refusal)
            return refusal;
        return _keys.Take(key, brand, events) is var wait && wait > TimeSpan.Zero ? Refuse("rate_limited_key", key.Id, wait) : null;
    }

    /// <summary>Takes one from the address's bucket for a request without a key that counts, so that keys cannot be guessed at any speed.</summary>
    public Refusal? TakeUnknown(IPAddress? client) => TakeOf(client, 1);

    /// <summary>Counts a webhook that did not prove itself.</summary>
    /// <returns>Null while its address has not sent many of them; then what to answer.</returns>
    public Refusal? TakeUnproven(IPAddress? client) =>
        _unproven.Take(client, 1) is var wait && wait > TimeSpan.Zero ? Refuse("rate_limited_unproven", "", wait) : null;

    /// <inheritdoc/>
    public void Dispose() => _keys.Dispose();

    private Refusal? TakeOf(IPAddress? client, int events) =>
        _events.Take(client, events) is var wait && wait > TimeSpan.Zero ? Refuse("rate_limited_address", "", wait) : null;

    private Refusal Refuse(string reason, string key, TimeSpan wait)
    {
        // Once a minute: what floods the door must not flood the log. Addresses are personal and not told; the metric has the number.
        var (now, told) = (clock.GetTimestamp(), Interlocked.Read(ref _told));
        if ((told == long.MinValue || clock.GetElapsedTime(told, now) >= ToldEvery) && Interlocked.CompareExchange(ref _told, now, told) == told)
            Limited(logger, reason, key);
        return new(reason, Problems.RateLimited((int)Math.Ceiling(wait.TotalSeconds)));
    }

    [LoggerMessage(2104, LogLevel.Warning, "More came than one client or write key may send: requests are answered 429 ({Reason} {Key}); told once a minute")]
    private static partial void Limited(ILogger logger, string reason, string key);
}
