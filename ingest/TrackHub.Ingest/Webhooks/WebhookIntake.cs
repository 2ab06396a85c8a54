using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using TrackHub.Ingest.Answering;
using TrackHub.Ingest.Limiting;
using TrackHub.Ingest.Quarantining;
using TrackHub.Platform.Telemetry;
using TrackHub.Platform.Tenants;

namespace TrackHub.Ingest.Webhooks;

/// <summary>Takes a gateway's delivery from socket to log: raw bytes, proof, mapping, sealing, append, answer. Singleton.</summary>
internal sealed partial class WebhookIntake(
    TenantDirectory directory,
    WebhookStore store,
    QuarantineKeeper quarantine,
    RateLimits limits,
    IngestMetrics metrics,
    TimeProvider clock,
    ILogger<WebhookIntake> logger)
{
    // The log acknowledges in less as a rule, see trackhub.ingest.ack.duration.
    private static readonly TimeSpan UnprovenAnswer = TimeSpan.FromMilliseconds(25);

    /// <summary>
    /// Answers 200 with the receipt once everything the body says is durable, in the log or in the spool; 401, 404, 413, 415 or 503 otherwise. What does not prove itself is 401
    /// or 202, as its gateway needs it, and kept where its connection is known.
    /// </summary>
    public async Task AcceptAsync(HttpContext context, string? gatewayName, string? connectionPath)
    {
        var receivedAt = clock.GetUtcNow();
        using var trace = RequestTrace.StartOwn();
        if (!GatewayTable.TryFind(gatewayName, out var gateway))
        {
            await RefuseAsync(context, "webhook", "unknown_gateway", Problems.NotFound);
            return;
        }

        if (!directory.IsLoaded)
        {
            // Nobody can be told from anybody yet; a 401 now would look final.
            metrics.Refused(gateway.Name, "directory_away");
            await ComeBackAsync(context, gateway, Problems.Overloaded);
            return;
        }

        using var body = await BodyReader.ReadAsync(context, BodyReader.MaxLargeBody);
        if (body.Reason is { } reason)
        {
            await RefuseAsync(context, gateway.Name, reason, body.Problem);
            return;
        }

        using var webhook = new Webhook(body.Bytes, context.Request.Headers, context.Request.Query, receivedAt);
        var (proof, sender, secretsUsable) = Authenticate(gateway, webhook, connectionPath);
        if (!proof.Holds || sender is null)
        {
            await TurnAwayAsync(context, gateway, webhook, proof, sender, secretsUsable);
            return;
        }

        metrics.Proved(gateway.Name, proof.Step!);
        var receipts = await store.StoreAsync(gateway, webhook, sender, context.Request.ContentType);
        await (receipts is null ? ComeBackAsync(context, gateway, Problems.LogUnavailable) : Receipts.WriteAsync(context, StatusCodes.Status200OK, receipts));
    }

    // What could not be kept must come again: a gateway that takes any answer for success gets none.
    private static Task ComeBackAsync(HttpContext context, IGateway gateway, Problem problem)
    {
        if (!gateway.TakesAnyAnswerAsFinal)
            return Problems.WriteAsync(context, problem);

        context.Abort();
        return Task.CompletedTask;
    }

    // Every path does the same work: look-up, two secrets, one answer, so that an unknown address cannot be told from a wrong proof.
    private (Proof Proof, WebhookSender? Sender, int SecretsUsable) Authenticate(IGateway gateway, Webhook webhook, string? connectionPath)
    {
        var snapshot = directory.Current;
        var connection = snapshot.Connection(gateway.Name, connectionPath) is { Active: true } active ? active : null;
        var brand = connection is null ? null : snapshot.Brand(connection.BrandId);
        var secrets = Secrets.Of(connection, webhook.ReceivedAt, out var usable);
        var proof = gateway.Verify(webhook, secrets);
        return (proof, connection is null || brand is null ? null : new(connection, brand, secrets), usable);
    }

    private async Task TurnAwayAsync(HttpContext context, IGateway gateway, Webhook webhook, Proof proof, WebhookSender? sender, int secretsUsable)
    {
        var reason = sender is null ? "unknown_connection" : secretsUsable is 0 ? "secret_unusable" : proof.OutOfWindow ? "timestamp_out_of_window" : "signature_invalid";
        var flood = limits.TakeUnproven(context.Connection.RemoteIpAddress);
        metrics.Refused(gateway.Name, flood?.Reason ?? reason);
        if (flood is not null)
            context.Response.Headers.Connection = "close";   // a connection for each forgery

        // Beyond the limit too: what a known connection may keep has its own bound. The append takes time that an unknown address does not need, so
        // both wait for the longer of the two.
        var keeping = KeepAsync(gateway, webhook, sender, secretsUsable, reason);
        var isLastWord = gateway.TakesAnyAnswerAsFinal || gateway.AcceptsUnproven;
        var placing = isLastWord ? quarantine.HasPlaceAsync(webhook) : Task.FromResult(true);
        await Task.WhenAll(keeping, placing, Task.Delay(UnprovenAnswer, clock));
        var kept = await keeping;

        // Without a place in the spool it may be kept nowhere, and the answer would be the last we hear of it. Whether there is one was found out alike for every
        // sender, or an unknown address could be told from a known one; it comes again even if the log has it, and is absorbed then. Where there is no
        // spool, only what was found out shortly before can be held against an unknown address.
        var isShut = !await placing || kept is Kept.Nowhere || (kept is not Kept.Yes && quarantine.IsShut);
        if (isShut && isLastWord)
        {
            await ComeBackAsync(context, gateway, Problems.LogUnavailable);
            return;
        }

        if (gateway.AcceptsUnproven && !proof.OutOfWindow)
        {
            await Receipts.WriteUnprovenAsync(context);
            return;
        }

        await Problems.WriteAsync(context, flood?.Answer ?? (proof.OutOfWindow ? Problems.TimestampOutOfWindow : Problems.SignatureInvalid));
    }

    private async Task<Kept> KeepAsync(IGateway gateway, Webhook webhook, WebhookSender? sender, int secretsUsable, string reason)
    {
        if (sender is null)
            return Kept.No;

        using var scope = logger.BeginBrand(sender.Brand.Id);
        var kept = await quarantine.KeepAsync(gateway, webhook, sender, reason);
        if (kept is not Kept.QuotaUsedUp)   // beyond it the metric counts, and the log does not grow
            SignatureInvalid(logger, gateway.Name, sender.Connection.Id, secretsUsable, kept);
        return kept;
    }

    private Task RefuseAsync(HttpContext context, string route, string reason, Problem? problem)
    {
        metrics.Refused(route, reason);
        return problem is null ? Task.CompletedTask : Problems.WriteAsync(context, problem);
    }

    [LoggerMessage(2101, LogLevel.Information,
        "A {Gateway} delivery to connection {Connection} does not prove itself; the connection has {UsableSecrets} usable secrets (16 bytes or more). Kept: {Kept}")]
    private static partial void SignatureInvalid(ILogger logger, string gateway, string connection, int usableSecrets, Kept kept);
}
