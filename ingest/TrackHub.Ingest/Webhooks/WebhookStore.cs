using Microsoft.Extensions.Logging;
using TrackHub.Ingest.Answering;
using TrackHub.Ingest.Spooling;
using TrackHub.Platform.Identity;
using TrackHub.Platform.Streams;
using TrackHub.Platform.Telemetry;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;

namespace TrackHub.Ingest.Webhooks;

/// <summary>Takes an authentic delivery to the log or its spool: mapping, sealing, append. Singleton.</summary>
internal sealed partial class WebhookStore(SaleRecords records, SaleLog log, IngestMetrics metrics, TimeProvider clock, ILogger<WebhookStore> logger)
{
    private const int MaxContentType = 128;

    /// <summary>Stores every event of a delivery, and what of it could not be mapped in dead-letters.</summary>
    /// <returns>A receipt for each, in the body's order; null if not all are durable: the sender sends again what is then absorbed.</returns>
    public async Task<List<Receipt>?> StoreAsync(IGateway gateway, Webhook webhook, WebhookSender sender, string? contentType)
    {
        var root = webhook.Root;
        var mapping = webhook.Fault is { } fault
            ? Mapping.Failed("malformed", fault)
            : gateway.Map(root, new(webhook.ReceivedAt, sender.Brand.Currency));
        var origin = new SaleOrigin(sender.Brand, gateway.Name, sender.Connection.Id, webhook.ReceivedAt);

        var appends = new List<Task<Receipt?>>(mapping.Events.Count + 1);
        foreach (var sale in mapping.Events)
            appends.Add(AppendAsync(sale, origin, SaleRecords.DeliveryIdOf(webhook.Body.Span, appends.Count)));
        if (mapping.Fault is not null)
            appends.Add(AppendDeadAsync(gateway, webhook, sender, mapping.Fault, contentType));

        // All or nothing for the sender: what is stored of a body that is sent again is absorbed downstream.
        var receipts = new List<Receipt>(appends.Count);
        foreach (var receipt in await Task.WhenAll(appends))
        {
            if (receipt is not { } stored)
                return null;
            receipts.Add(stored);
        }

        return receipts;
    }

    private async Task<Receipt?> AppendAsync(SaleEvent sale, SaleOrigin origin, string deliveryId)
    {
        if (Build(sale, origin, deliveryId) is not var (key, record))
            return null;

        metrics.Zone(origin.Gateway, sale.Time.Zone);
        if (sale.Money.Unreadable)
            metrics.Dropped("amount");
        if (await log.AppendAsync(origin.Brand.TenantId, key, record) is not { } receipt)
            return null;

        metrics.Accepted(origin.Gateway, sale.Kind.ToSymbol());
        return receipt;
    }

    private (string Key, TrackedEvent Record)? Build(SaleEvent sale, SaleOrigin origin, string deliveryId)
    {
        try
        {
            return records.Build(sale, origin, deliveryId, EventIds.NewIngestId(clock));
        }
        catch (KeyGoneException)
        {
            metrics.Unavailable("day_key_missing");
            return null;
        }
    }

    private async Task<Receipt?> AppendDeadAsync(IGateway gateway, Webhook webhook, WebhookSender sender, MappingFault fault, string? contentType)
    {
        var ingestId = EventIds.NewIngestId(clock);
        var masked = Masking.Mask(webhook.Body.Span, gateway.SecretProperties, sender.Secrets);
        var letter = new DeadWebhook(
            sender.Brand.Id,
            gateway.Name,
            sender.Connection.Id,
            ingestId,
            contentType is { Length: > MaxContentType } ? contentType[..MaxContentType] : contentType,
            masked,
            fault.Reason,
            fault.Detail);
        var outcome = new EventOutcome
        {
            IngestId = ingestId,
            BrandId = sender.Brand.Id,
            EventId = ingestId,
            Destination = "none",
            State = OutcomeState.Unmapped,
            Reason = fault.Reason,
            At = clock.GetUtcNow(),
            Gateway = gateway.Name,
        };
        if (await log.AppendDeadAsync(sender.Brand.TenantId, letter, outcome) is not { } receipt)
            return null;

        metrics.Unmapped(gateway.Name, fault.Reason);
        using var scope = logger.BeginBrand(sender.Brand.Id);
        WebhookUnmapped(logger, gateway.Name, sender.Connection.Id, fault.Reason);
        return receipt;
    }

    [LoggerMessage(2102, LogLevel.Warning, "A {Gateway} delivery to connection {Connection} could not be mapped ({Reason}) and is kept in dead-letters")]
    private static partial void WebhookUnmapped(ILogger logger, string gateway, string connection, string reason);
}

/// <summary>Whose delivery it is.</summary>
/// <param name="Connection">The connection it came to.</param>
/// <param name="Brand">Its brand.</param>
/// <param name="Secrets">What it was checked against, filled up as <see cref="Webhooks.Secrets"/> does.</param>
internal sealed record WebhookSender(GatewayConnection Connection, Brand Brand, IReadOnlyList<byte[]> Secrets);
