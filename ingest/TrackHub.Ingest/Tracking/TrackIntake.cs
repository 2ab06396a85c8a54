using System.Net;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using TrackHub.Ingest.Answering;
using TrackHub.Ingest.Appending;
using TrackHub.Ingest.Limiting;
using TrackHub.Platform.Identity;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;

namespace TrackHub.Ingest.Tracking;

/// <summary>Takes browser events from socket to log: key, origin, raw bytes, parse, check, seal, append, answer. Singleton.</summary>
internal sealed class TrackIntake(
    TenantDirectory directory, RateLimits limits, TrackRecords records, IEventLog log, IngestMetrics metrics, TimeProvider clock)
{
    /// <summary>Header of the write key.</summary>
    public const string KeyHeader = "X-TrackHub-Key";

    private const string BatchRoute = "batch";
    private static readonly Refusal DirectoryAway = new("directory_away", Problems.Overloaded);
    private static readonly Refusal UnknownKey = new("unknown_key", Problems.UnknownKey);
    private static readonly Refusal OriginNotAllowed = new("origin_not_allowed", Problems.UnknownKey);
    private static readonly Refusal ContentType = new("content_type", Problems.ContentType);

    /// <summary>The write key of a request, from its header, else from <c>?k=</c>; null if there is none or several.</summary>
    public static string? PresentedKey(HttpRequest request)
    {
        var values = request.Headers[KeyHeader];
        if (values.Count is 0)
            values = request.Query["k"];
        return values.Count is 1 ? values[0] : null;
    }

    /// <summary>Answers one event with 202 and its receipt once it is durable; 400, 401, 413, 415, 429 or 503 otherwise.</summary>
    public async Task AcceptAsync(HttpContext context, EventKind kind, string route)
    {
        var (visit, _, refusal) = Admit(context, events: 1);
        if (refusal is not null)
        {
            await RefuseAsync(context, route, refusal.Reason, refusal.Answer);
            return;
        }

        using var body = await BodyReader.ReadAsync(context, BodyReader.MaxSmallBody);
        if (body.Reason is { } reason)
        {
            await RefuseAsync(context, route, reason, body.Problem);
            return;
        }

        var (receipt, problem) = await StoreAsync(TrackReader.Read(body.Bytes.Span), kind, visit, route);
        await (problem is null
            ? Receipts.WriteAsync(context, StatusCodes.Status202Accepted, receipt!.Value)
            : Problems.WriteAsync(context, problem));
    }

    /// <summary>
    /// Answers a batch with a result per event: 202 if any was stored, 503 if none was and one could be by sending it again, else 400; 429 for all.
    /// </summary>
    public async Task AcceptBatchAsync(HttpContext context)
    {
        // Whose bucket is empty already does not even get its body read.
        var (visit, key, refusal) = Admit(context, events: 0);
        if (refusal is not null)
        {
            await RefuseAsync(context, BatchRoute, refusal.Reason, refusal.Answer);
            return;
        }

        using var body = await BodyReader.ReadAsync(context, BodyReader.MaxLargeBody);
        if (body.Reason is { } reason)
        {
            await RefuseAsync(context, BatchRoute, reason, body.Problem);
            return;
        }

        var (events, fault) = TrackReader.ReadBatch(body.Bytes.Span);
        if (events is not { Count: > 0 })
        {
            await RefuseAsync(context, BatchRoute, "malformed", Problems.Malformed(fault ?? "events: at least one is needed."));
            return;
        }

        if (limits.Take(ClientOf(context), key!, visit.Brand, events.Count) is { } limited)
        {
            await RefuseAsync(context, BatchRoute, limited.Reason, limited.Answer);
            return;
        }

        var stores = new Task<(Receipt? Receipt, Problem? Problem)>[events.Count];
        for (var i = 0; i < stores.Length; i++)
        {
            // What is wrong with one event is told for that one; the others are stored.
            stores[i] = TrackRules.TryKind(events[i].Body?.Kind, out var kind) || events[i].Body is null
                ? StoreAsync(events[i], kind, visit, BatchRoute).AsTask()
                : StoreAsync((null, "kind: click, pageview, initiate_checkout, identify or consent."), kind, visit, BatchRoute).AsTask();
        }

        var results = await Task.WhenAll(stores);
        var status = Array.Exists(results, static result => result.Problem is null)
            ? StatusCodes.Status202Accepted
            : results.Max(static result => result.Problem!.Status);
        if (status is StatusCodes.Status503ServiceUnavailable)
            context.Response.Headers.RetryAfter = "1";
        await Receipts.WriteAsync(context, status, results);
    }

    // Known key, allowed origin, room for that many events, readable type: what can be told before the body is read.
    private (Visit Visit, WriteKey? Key, Refusal? Refusal) Admit(HttpContext context, int events)
    {
        // Nobody can be told from anybody yet; a 401 now would look final.
        if (!directory.IsLoaded)
            return (default, null, DirectoryAway);

        var snapshot = directory.Current;
        if (snapshot.FindWriteKey(PresentedKey(context.Request)) is not { } key || snapshot.Brand(key.BrandId) is not { } brand)
            return (default, null, limits.TakeUnknown(ClientOf(context)) ?? UnknownKey);
        if (!Origins.Allows(key, context.Request))
            return (default, null, limits.TakeUnknown(ClientOf(context)) ?? OriginNotAllowed);

        Origins.Admit(context);
        if (limits.Take(ClientOf(context), key, brand, events) is { } limited)
            return (default, null, limited);
        return IsReadable(context.Request.ContentType)
            ? (new Visit(brand, key.IsServer, context.Request, clock.GetUtcNow()), key, null)
            : (default, null, ContentType);
    }

    private static IPAddress? ClientOf(HttpContext context) => context.Connection.RemoteIpAddress;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<(Receipt? Receipt, Problem? Problem)> StoreAsync(
        (TrackedBody? Body, string? Fault) read, EventKind kind, Visit visit, string route)
    {
        var fault = read.Body is null ? read.Fault : TrackRules.Check(read.Body, kind, visit.IsServer);
        if (fault is not null)
        {
            metrics.Refused(route, "malformed");
            return (null, Problems.Malformed(fault));
        }

        if (Build(read.Body!, kind, visit) is not var (key, record))
            return (null, Problems.Overloaded);
        if (kind is EventKind.Consent && record is { SessionId: null, Keys: { Email: null, Phone: null } })
        {
            // Acknowledging it would promise what nobody could keep: it would apply to no one.
            metrics.Refused(route, "malformed");
            return (null, Problems.Malformed("email, phone: neither could be read, and there is no session_id; the consent would be nobody's."));
        }

        if (await log.AppendAsync(Topics.TrackEvents, key, record) is not { } coordinates)
            return (null, Problems.LogUnavailable);

        metrics.Accepted("track", kind.ToSymbol());
        return (new Receipt(record.EventId, coordinates), null);
    }

    private (string Key, TrackedEvent Record)? Build(TrackedBody body, EventKind kind, Visit visit)
    {
        try
        {
            return records.Build(body, kind, visit, EventIds.NewIngestId(clock));
        }
        catch (KeyGoneException)
        {
            metrics.Unavailable("day_key_missing");
            return null;
        }
    }

    // A beacon sends text/plain, or nothing, so that no preflight is needed.
    private static bool IsReadable(string? contentType)
    {
        var type = contentType.AsSpan();
        var end = type.IndexOf(';');
        type = (end < 0 ? type : type[..end]).Trim();
        return type.IsEmpty
            || type.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            || type.Equals("text/plain", StringComparison.OrdinalIgnoreCase);
    }

    private Task RefuseAsync(HttpContext context, string route, string reason, Problem? problem)
    {
        metrics.Refused(route, reason);
        return problem is null ? Task.CompletedTask : Problems.WriteAsync(context, problem);
    }
}
