using TrackHub.Ingest.Appending;
using TrackHub.Ingest.Webhooks;
using TrackHub.Platform.Identity;
using TrackHub.Platform.Streams;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;

namespace TrackHub.Ingest.Quarantining;

/// <summary>What a release came to.</summary>
/// <param name="Admitted">Deliveries that prove themselves by now: they are in the log like any other.</param>
/// <param name="Unproven">Those that still do not.</param>
/// <param name="Gone">Those whose key is destroyed: they are older than eight days.</param>
public readonly record struct ReleaseReport(int Admitted, int Unproven, int Gone)
{
    /// <summary>Both together.</summary>
    public ReleaseReport Add(ReleaseReport other) => new(Admitted + other.Admitted, Unproven + other.Unproven, Gone + other.Gone);
}

/// <summary>
/// Checks kept deliveries again, each against the secrets its connection has now, and takes those that prove themselves to the log as if they came
/// this moment, with the time they did come. One that is let in twice, after a crash, is absorbed like every repetition.
/// </summary>
/// <remarks>For a process of its own, which waits for the log as long as that takes; see <see cref="QuarantineReleaseRegistration"/>.</remarks>
public sealed class QuarantineRelease
{
    private readonly TenantDirectory _directory;
    private readonly Sealer _sealer;
    private readonly WebhookStore _store;
    private readonly IEventLog _log;
    private readonly TimeProvider _clock;

    internal QuarantineRelease(TenantDirectory directory, Sealer sealer, WebhookStore store, IEventLog log, TimeProvider clock) =>
        (_directory, _sealer, _store, _log, _clock) = (directory, sealer, store, log, clock);

    /// <summary>Checks one delivery and lets it in if it holds.</summary>
    /// <exception cref="LogUnavailableException">The log did not take it; it waits as before.</exception>
    public async Task<ReleaseReport> TryAsync(QuarantinedWebhook kept)
    {
        ArgumentNullException.ThrowIfNull(kept);
        if (kept.Delivery is null || _directory.Current.ConnectionById(kept.ConnectionId) is not { Active: true } connection
            || _directory.Current.Brand(connection.BrandId) is not { } brand || !GatewayTable.TryFind(connection.Gateway, out var gateway))
        {
            return new(0, 1, 0);
        }

        KeptDelivery delivery;
        try
        {
            delivery = KeptDelivery.Parse(_sealer.Open(brand.TenantId, SealPurpose.Quarantine, kept.Delivery));
        }
        catch (KeyGoneException)
        {
            return new(0, 0, 1);
        }

        using var webhook = delivery.Again();
        var secrets = Secrets.Of(connection, _clock.GetUtcNow(), out _);
        if (!gateway.Verify(webhook, secrets).Holds)
            return new(0, 1, 0);

        if (await _store.StoreAsync(gateway, webhook, new(connection, brand, secrets), delivery.ContentType) is null)
            throw new LogUnavailableException(LogFault.Away, "The log did not take a delivery that proves itself; it waits as before.");
        await _log.AppendQuarantinedAsync(kept with { State = QuarantineState.Admitted, At = _clock.GetUtcNow(), Delivery = null });
        return new(1, 0, 0);
    }
}
