using System.Net;
using Microsoft.AspNetCore.Http;
using TrackHub.Ingest.Answering;
using TrackHub.Ingest.Appending;
using TrackHub.Ingest.Limiting;
using TrackHub.Platform.Identity;
using TrackHub.Platform.Streams;
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

        var (key, record, problem) = await ReadAsync(context, kind, visit, route);
        if (record is null)
        {
            await (problem is null ? Task.CompletedTask : Problems.WriteAsync(context, problem));
            return;
        }

        await (await log.AppendAsync(Topics.TrackEvents, key, record) is { } coordinates
            ? Receipts.WriteAsync(context, StatusCodes.Status202Accepted, Stored(record, coordinates))
            : Problems.WriteAsync(context, Problems.LogUnavailable));
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

        var fault = TrackReader.ReadBatch(body.Bytes.Span, out var events);
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
            var (tracked, wrong) = events[i];
            if (!TrackRules.TryKind(tracked.Kind, out var kind))
                wrong ??= "kind: click, pageview, initiate_checkout, identify or consent.";
            stores[i] = StoreAsync(Prepare(tracked, wrong, kind, visit, BatchRoute));
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

    // The body is given back before anybody waits for the log.
    private async ValueTask<Prepared> ReadAsync(HttpContext context, EventKind kind, Visit visit, string route)
    {
        using var body = await BodyReader.ReadAsync(context, BodyReader.MaxSmallBody);
        if (body.Reason is { } reason)
        {
            metrics.Refused(route, reason);
            return Prepared.Refused(body.Problem);
        }

        var fault = TrackReader.Read(body.Bytes.Span, out var tracked);
        return Prepare(tracked, fault, kind, visit, route);
    }

    private Prepared Prepare(in TrackedBody tracked, string? fault, EventKind kind, in Visit visit, string route)
    {
        fault ??= TrackRules.Check(tracked, kind, visit.IsServer);
        if (fault is not null)
            return Malformed(fault, route);
        if (Build(tracked, kind, visit) is not var (key, record))
            return Prepared.Refused(Problems.Overloaded);

        // Acknowledging it would promise what nobody could keep: it would apply to no one.
        return kind is EventKind.Consent && record is { SessionId: null, Keys: { Email: null, Phone: null } }
            ? Malformed("email, phone: neither could be read, and there is no session_id; the consent would be nobody's.", route)
            : new(key, record, Problem: null);
    }

    private Prepared Malformed(string fault, string route)
    {
        metrics.Refused(route, "malformed");
        return Prepared.Refused(Problems.Malformed(fault));
    }

    private async Task<(Receipt? Receipt, Problem? Problem)> StoreAsync(Prepared prepared)
    {
        if (prepared.Record is not { } record)
            return (null, prepared.Problem);
        return await log.AppendAsync(Topics.TrackEvents, prepared.Key, record) is { } coordinates
            ? (Stored(record, coordinates), null)
            : (null, Problems.LogUnavailable);
    }

    private Receipt Stored(TrackedEvent record, RecordCoordinates coordinates)
    {
        metrics.Accepted("track", record.Kind.ToSymbol());
        return new(record.EventId, coordinates);
    }

    private (string Key, TrackedEvent Record)? Build(in TrackedBody body, EventKind kind, in Visit visit)
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

    // An event ready for the log; without one, why there is none, and not even that where nobody is left to be told.
    private readonly record struct Prepared(string Key, TrackedEvent? Record, Problem? Problem)
    {
        public static Prepared Refused(Problem? problem) => new("", Record: null, problem);
    }
}
