using System.Net;
using Microsoft.AspNetCore.Http;
using TrackHub.Ingest.Answering;
using TrackHub.Ingest.Appending;
using TrackHub.Ingest.Limiting;
using TrackHub.Platform.Identity;
using TrackHub.Platform.Streams;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;
using Result = (TrackHub.Ingest.Answering.Receipt? Receipt, TrackHub.Ingest.Answering.Problem? Problem);

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
    public Task AcceptAsync(HttpContext context, EventKind kind, string route)
    {
        var (visit, _, refusal) = Admit(context, events: 1);
        if (refusal is not null)
            return RefuseAsync(context, route, refusal.Reason, refusal.Answer);

        // Nearly every body came with its headers.
        var reading = BodyReader.ReadAsync(context, BodyReader.MaxSmallBody);
        return reading.IsCompletedSuccessfully ? StoreAsync(context, kind, visit, route, reading.Result) : StoreOnceReadAsync(context, kind, visit, route, reading);
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

        if (Store(context, visit, key!, body.Bytes.Span, out var refused) is not { } stores)
        {
            await RefuseAsync(context, BatchRoute, refused!.Reason, refused.Answer);
            return;
        }

        var results = await Task.WhenAll(stores);
        var status = Array.Exists(results, static result => result.Problem is null)
            ? StatusCodes.Status202Accepted
            : results.Max(static result => result.Problem!.Status);
        if (status is StatusCodes.Status503ServiceUnavailable)
            context.Response.Headers.RetryAfter = "1";
        await Receipts.WriteAsync(context, status, results);
    }

    private Task<Result>[]? Store(HttpContext context, in Visit visit, WriteKey key, ReadOnlySpan<byte> body, out Refusal? refused)
    {
        var arena = TextArena.For(body.Length);
        try
        {
            var fault = TrackReader.ReadBatch(body, ref arena, out var events);
            refused = events is not { Count: > 0 }
                ? new("malformed", Problems.Malformed(fault ?? "events: at least one is needed."))
                : limits.Take(ClientOf(context), key, visit.Brand, events.Count);
            if (refused is not null)
                return null;

            var stores = new Task<Result>[events!.Count];
            for (var i = 0; i < stores.Length; i++)
            {
                // What is wrong with one event is told for that one; the others are stored.
                var (tracked, wrong) = events[i];
                if (!TrackRules.TryKind(tracked.Kind.Span, out var kind))
                    wrong ??= "kind: click, pageview, initiate_checkout, identify or consent.";
                var append = Append(tracked, wrong, kind, visit, BatchRoute);
                stores[i] = append.Problem is null ? StoredAsync(append) : Task.FromResult<Result>((null, append.Problem));
            }

            return stores;
        }
        finally
        {
            arena.Dispose();
        }
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

    private async Task StoreOnceReadAsync(HttpContext context, EventKind kind, Visit visit, string route, ValueTask<Body> reading) =>
        await StoreAsync(context, kind, visit, route, await reading);

    private Task StoreAsync(HttpContext context, EventKind kind, in Visit visit, string route, Body body)
    {
        if (body.Reason is { } reason)
            return RefuseAsync(context, route, reason, body.Problem);

        var append = Append(body, kind, visit, route);
        return append.Problem is null ? AnswerAsync(context, append) : Problems.WriteAsync(context, append.Problem);
    }

    // The body is given back before anybody waits for the log.
    private PendingAppend Append(Body body, EventKind kind, in Visit visit, string route)
    {
        using var read = body;
        var json = body.Bytes.Span;
        var arena = TextArena.For(json.Length);
        try
        {
            var fault = TrackReader.Read(json, ref arena, out var tracked);
            return Append(tracked, fault, kind, visit, route);
        }
        finally
        {
            arena.Dispose();
        }
    }

    private PendingAppend Append(in TrackedBody tracked, string? fault, EventKind kind, in Visit visit, string route)
    {
        fault ??= TrackRules.Check(tracked, kind, visit.IsServer);
        if (fault is not null)
            return Malformed(fault, route);

        try
        {
            using var record = records.Build(tracked, kind, visit);

            // Acknowledging it would promise what nobody could keep: it would apply to no one.
            return kind is EventKind.Consent && tracked.SessionId.IsEmpty && record.NamesNobody
                ? Malformed("email, phone: neither could be read, and there is no session_id; the consent would be nobody's.", route)
                : new(log.AppendAsync(Topics.TrackEvents, visit.Brand, record.Key, record.Value), record.Id, kind, clock.GetTimestamp());
        }
        catch (KeyGoneException)
        {
            metrics.Unavailable("day_key_missing");
            return PendingAppend.Refused(Problems.Overloaded);
        }
    }

    private PendingAppend Malformed(string fault, string route)
    {
        metrics.Refused(route, "malformed");
        return PendingAppend.Refused(Problems.Malformed(fault));
    }

    // One asynchronous method a click, because each costs its object.
    private async Task AnswerAsync(HttpContext context, PendingAppend append)
    {
        RecordCoordinates stored;
        try
        {
            stored = await append.Ack;
        }
        catch (Exception fault) when (Unavailability.ReasonOf(fault) is { } reason)
        {
            metrics.Unavailable(reason);
            await Problems.WriteAsync(context, Problems.LogUnavailable);
            return;
        }

        Count(append);
        await Receipts.WriteAsync(context, append.Id.Utf8, stored);
    }

    private async Task<Result> StoredAsync(PendingAppend append)
    {
        try
        {
            var stored = await append.Ack;
            Count(append);
            return (new Receipt(append.Id.ToString(), stored), null);
        }
        catch (Exception fault) when (Unavailability.ReasonOf(fault) is { } reason)
        {
            metrics.Unavailable(reason);
            return (null, Problems.LogUnavailable);
        }
    }

    private void Count(in PendingAppend append)
    {
        metrics.Acknowledged(clock.GetElapsedTime(append.Started));
        metrics.Accepted("track", append.Kind.ToSymbol());
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
