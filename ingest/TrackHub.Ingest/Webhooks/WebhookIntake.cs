using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using TrackHub.Ingest.Answering;
using TrackHub.Ingest.Appending;
using TrackHub.Platform.Identity;
using TrackHub.Platform.Streams;
using TrackHub.Platform.Telemetry;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;

namespace TrackHub.Ingest.Webhooks;

/// <summary>Takes a gateway's delivery from socket to log: raw bytes, proof, mapping, sealing, append, answer. Singleton.</summary>
internal sealed partial class WebhookIntake(
    TenantDirectory directory, SaleRecords records, IEventLog log, IngestMetrics metrics, TimeProvider clock, ILogger<WebhookIntake> logger)
{
    private const int MaxContentType = 128;

    /// <summary>Answers 200 with the receipt once everything the body says is durable; 401, 404, 413, 415 or 503 otherwise.</summary>
    public async Task AcceptAsync(HttpContext context, string? gatewayName, string? connectionPath)
    {
        var receivedAt = clock.GetUtcNow();
        if (!GatewayTable.TryFind(gatewayName, out var gateway))
        {
            await RefuseAsync(context, "webhook", "unknown_gateway", Problems.NotFound);
            return;
        }

        if (!directory.IsLoaded)
        {
            // Nobody can be told from anybody yet; a 401 now would look final.
            await RefuseAsync(context, gateway.Name, "directory_away", Problems.Overloaded);
            return;
        }

        using var body = await BodyReader.ReadAsync(context, BodyReader.MaxLargeBody);
        if (body.Reason is { } reason)
        {
            await RefuseAsync(context, gateway.Name, reason, body.Problem);
            return;
        }

        using var webhook = new Webhook(body.Bytes, context.Request.Headers, context.Request.Query, receivedAt);
        var (proof, sender) = Authenticate(gateway, webhook, connectionPath);
        if (sender is null)
        {
            // On a known connection this is where quarantine will keep the body; until then the gateway's own resend is the second chance.
            await Problems.WriteAsync(context, proof.OutOfWindow ? Problems.TimestampOutOfWindow : Problems.SignatureInvalid);
            return;
        }

        var receipts = await StoreAsync(gateway, webhook, sender, receivedAt, context.Request.ContentType);
        await (receipts is null ? Problems.WriteAsync(context, Problems.LogUnavailable) : Receipts.WriteAsync(context, StatusCodes.Status200OK, receipts));
    }

    // Every path does the same work: look-up, two secrets, one answer, so that an unknown address cannot be told from a wrong proof.
    private (Proof Proof, Sender? Sender) Authenticate(IGateway gateway, Webhook webhook, string? connectionPath)
    {
        var snapshot = directory.Current;
        var connection = snapshot.Connection(gateway.Name, connectionPath) is { Active: true } active ? active : null;
        var brand = connection is null ? null : snapshot.Brand(connection.BrandId);
        var secrets = Secrets.Of(connection, webhook.ReceivedAt, out var usable);
        var proof = gateway.Verify(webhook, secrets);
        if (proof.Step is { } step && connection is not null && brand is not null)
        {
            metrics.Proved(gateway.Name, step);
            return (proof, new(connection, brand, secrets));
        }

        metrics.Refused(
            gateway.Name,
            connection is null ? "unknown_connection" : usable is 0 ? "secret_unusable" : proof.OutOfWindow ? "timestamp_out_of_window" : "signature_invalid");
        if (connection is not null)
        {
            using var scope = logger.BeginBrand(connection.BrandId);
            SignatureInvalid(logger, gateway.Name, connection.Id, usable);
        }

        return (proof, null);
    }

    private async Task<List<Receipt>?> StoreAsync(
        IGateway gateway, Webhook webhook, Sender sender, DateTimeOffset receivedAt, string? contentType)
    {
        var root = webhook.Root;
        var mapping = webhook.Fault is { } fault
            ? Mapping.Failed("malformed", fault)
            : gateway.Map(root, new(receivedAt, sender.Brand.Currency));
        var origin = new SaleOrigin(sender.Brand, gateway.Name, sender.Connection.Id, receivedAt);

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
        if (await log.AppendAsync(Topics.IngestEvents, key, record) is not { } coordinates)
            return null;

        metrics.Accepted(origin.Gateway, sale.Kind.ToSymbol());
        return new(record.EventId, coordinates);
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

    private async Task<Receipt?> AppendDeadAsync(IGateway gateway, Webhook webhook, Sender sender, MappingFault fault, string? contentType)
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
        if (await log.AppendDeadAsync(letter, outcome) is not { } coordinates)
            return null;

        metrics.Unmapped(gateway.Name, fault.Reason);
        using var scope = logger.BeginBrand(sender.Brand.Id);
        WebhookUnmapped(logger, gateway.Name, sender.Connection.Id, fault.Reason);
        return new(ingestId, coordinates);
    }

    private Task RefuseAsync(HttpContext context, string route, string reason, Problem? problem)
    {
        metrics.Refused(route, reason);
        return problem is null ? Task.CompletedTask : Problems.WriteAsync(context, problem);
    }

    [LoggerMessage(2101, LogLevel.Information,
        "A {Gateway} delivery to connection {Connection} does not prove itself; the connection has {UsableSecrets} usable secrets (16 bytes or more)")]
    private static partial void SignatureInvalid(ILogger logger, string gateway, string connection, int usableSecrets);

    [LoggerMessage(2102, LogLevel.Warning, "A {Gateway} delivery to connection {Connection} could not be mapped ({Reason}) and is kept in dead-letters")]
    private static partial void WebhookUnmapped(ILogger logger, string gateway, string connection, string reason);

    private sealed record Sender(GatewayConnection Connection, Brand Brand, IReadOnlyList<byte[]> Secrets);
}
