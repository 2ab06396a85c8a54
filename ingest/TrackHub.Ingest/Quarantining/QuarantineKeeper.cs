using TrackHub.Ingest.Spooling;
using TrackHub.Ingest.Webhooks;
using TrackHub.Platform.Identity;
using TrackHub.Schemas;

namespace TrackHub.Ingest.Quarantining;

/// <summary>What became of a delivery that did not prove itself.</summary>
internal enum Kept
{
    /// <summary>Its connection is unknown: there is nobody to keep it for.</summary>
    No,

    /// <summary>It waits for the right secret.</summary>
    Yes,

    /// <summary>Its connection's quota of the day is used up.</summary>
    QuotaUsedUp,

    /// <summary>Neither log nor spool took it.</summary>
    Nowhere,
}

/// <summary>
/// Keeps deliveries to a known connection that do not prove themselves, sealed, for as long as their day's key lives: a secret pasted wrongly
/// costs no sale once it is corrected. Singleton.
/// </summary>
internal sealed class QuarantineKeeper(Sealer sealer, SaleLog log, QuarantineQuota quota, IngestMetrics metrics, TimeProvider clock)
{
    // More than sealing, record and frame add to a delivery.
    private const int RecordBytes = 4 * 1024;

    /// <summary>Whether neither log nor spool took the last that came, a short while ago.</summary>
    public bool IsShut => log.IsShut;

    /// <summary>Whether the spool would keep a delivery of this size if the log did not: found out without asking whose it is.</summary>
    public async Task<bool> HasPlaceAsync(Webhook webhook) => await log.HasPlaceAsync(KeptDelivery.Of(webhook).ToBytes().Length + RecordBytes);

    /// <summary>Keeps one, in the log or in the spool.</summary>
    /// <param name="gateway">Gateway.</param>
    /// <param name="webhook">The delivery.</param>
    /// <param name="sender">Whose it says it is.</param>
    /// <param name="reason">One word.</param>
    public async ValueTask<Kept> KeepAsync(IGateway gateway, Webhook webhook, WebhookSender sender, string reason)
    {
        var kept = quota.TryTake(sender.Connection.Id) ? await AppendAsync(gateway, webhook, sender, reason) : Kept.QuotaUsedUp;
        metrics.Quarantined(gateway.Name, kept);
        return kept;
    }

    private async ValueTask<Kept> AppendAsync(IGateway gateway, Webhook webhook, WebhookSender sender, string reason)
    {
        SealedBox delivery;
        try
        {
            delivery = sealer.Seal(sender.Brand.TenantId, SealPurpose.Quarantine, KeptDelivery.Of(webhook).ToBytes(), KeyRef.Day(webhook.ReceivedAt));
        }
        catch (KeyGoneException)
        {
            return Kept.Nowhere;
        }

        var receipt = await log.AppendQuarantinedAsync(sender.Brand.TenantId, new()
        {
            QuarantineId = EventIds.NewIngestId(clock),
            BrandId = sender.Brand.Id,
            Gateway = gateway.Name,
            ConnectionId = sender.Connection.Id,
            State = QuarantineState.Waiting,
            ReceivedAt = webhook.ReceivedAt,
            At = clock.GetUtcNow(),
            Reason = reason,
            Delivery = delivery,
        });
        return receipt is null ? Kept.Nowhere : Kept.Yes;
    }
}
