using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using TrackHub.MetaSim.AdAccounts;
using TrackHub.MetaSim.Arrivals;

namespace TrackHub.MetaSim.Control;

/// <summary>What arrived, and how to answer: routes under <c>/_sim</c>. Not authenticated, hence the loopback default.</summary>
internal static class ControlRoutes
{
    private const int MaxLimit = 1000;
    private const int DefaultLimit = 100;
    private const int MaxBehaviourBytes = 64 * 1024;

    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 8, AllowDuplicateProperties = false };

    /// <summary>Maps the control routes.</summary>
    public static void MapControl(this IEndpointRouteBuilder app)
    {
        var store = app.ServiceProvider.GetRequiredService<ArrivalStore>();
        var behaviours = app.ServiceProvider.GetRequiredService<BehaviourBook>();
        var statistics = app.ServiceProvider.GetRequiredService<SimStatistics>();
        var calls = app.ServiceProvider.GetRequiredService<CallLog>();
        var accounts = app.ServiceProvider.GetRequiredService<AdAccountBook>();

        app.MapGet("/_sim/events", context => ReadEventsAsync(context, store));
        app.MapGet("/_sim/calls", context => ReadCallsAsync(context, calls));
        app.MapGet("/_sim/stats", context => SendAsync(context, json => WriteStatistics(json, store.Count(), statistics)));
        app.MapPost("/_sim/behaviour", context => AddBehaviourAsync(context, behaviours));
        app.MapGet("/_sim/behaviour", context => SendAsync(context, json => WriteBehaviours(json, behaviours)));
        app.MapDelete("/_sim/behaviour", context =>
        {
            behaviours.Clear();
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        });
        app.MapDelete("/_sim", context =>
        {
            behaviours.Clear();
            store.Clear();
            statistics.Clear();
            calls.Clear();
            accounts.Clear();
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        });
        app.MapFallback("/_sim/{**path}", static context => FailAsync(
            context, StatusCodes.Status404NotFound, "Routes: GET /_sim/events, /_sim/calls, /_sim/stats; GET, POST, DELETE /_sim/behaviour; POST /_sim/ads; GET, POST /_sim/ads/hours; DELETE /_sim."));
    }

    private static Task ReadEventsAsync(HttpContext context, ArrivalStore store)
    {
        var query = new ControlQuery(context.Request.Query, "dataset", "event_id", "event_name", "deduplicated", "after", "limit");
        var after = query.Number("after", 0, 0, long.MaxValue);
        var limit = (int)query.Number("limit", DefaultLimit, 0, MaxLimit);
        var deduplicatedOnly = query.Boolean("deduplicated");
        if (query.Fault is { } fault)
            return FailAsync(context, StatusCodes.Status400BadRequest, fault);

        var page = store.Read(new ArrivalQuery(query.Text("dataset"), query.Text("event_id"), query.Text("event_name"), deduplicatedOnly, after, limit));
        return SendAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteNumber("raw", page.Raw);
            json.WriteNumber("deduplicated", page.Deduplicated);
            WriteAfter(json, page.Lines.Count == limit && limit > 0 ? page.Lines[^1].Sequence : null);
            json.WriteStartArray("events");
            foreach (var line in page.Lines)
                WriteEvent(json, line);
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static Task ReadCallsAsync(HttpContext context, CallLog calls)
    {
        var query = new ControlQuery(context.Request.Query, "dataset", "event_id", "after", "limit");
        var after = query.Number("after", 0, 0, long.MaxValue);
        var limit = (int)query.Number("limit", DefaultLimit, 0, MaxLimit);
        if (query.Fault is { } fault)
            return FailAsync(context, StatusCodes.Status400BadRequest, fault);

        var page = calls.Read(query.Text("dataset"), query.Text("event_id"), after, limit);
        return SendAsync(context, json =>
        {
            json.WriteStartObject();
            WriteAfter(json, page.Count == limit && limit > 0 ? page[^1].Sequence : null);
            json.WriteStartArray("calls");
            foreach (var call in page)
                WriteCall(json, call);
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static async Task AddBehaviourAsync(HttpContext context, BehaviourBook behaviours)
    {
        try
        {
            if (context.Request.ContentLength is not <= MaxBehaviourBytes)
                throw new BehaviourException($"A behaviour is sent with Content-Length, of at most {MaxBehaviourBytes} bytes.");
            using var document = await JsonDocument.ParseAsync(context.Request.Body, Strict, context.RequestAborted);
            var entry = behaviours.Add(BehaviourReader.Read(document.RootElement));
            await SendAsync(context, json => BehaviourWriter.Write(json, entry), StatusCodes.Status201Created);
        }
        catch (JsonException)
        {
            await FailAsync(context, StatusCodes.Status400BadRequest, "The body is not one JSON object with distinct keys.");
        }
        catch (BehaviourException e)
        {
            await FailAsync(context, StatusCodes.Status400BadRequest, e.Message);
        }
    }

    private static void WriteStatistics(Utf8JsonWriter json, ArrivalCounts counts, SimStatistics statistics)
    {
        var (calls, outcomes) = statistics.Read();
        json.WriteStartObject();
        json.WriteNumber("calls", calls);
        json.WriteStartObject("outcomes");
        foreach (var (name, count) in outcomes)
            json.WriteNumber(name, count);
        json.WriteEndObject();
        json.WriteNumber("raw", counts.Raw);
        json.WriteNumber("deduplicated", counts.Deduplicated);
        json.WriteNumber("forgotten", counts.Forgotten);
        json.WriteStartArray("datasets");
        foreach (var dataset in counts.Datasets)
        {
            json.WriteStartObject();
            json.WriteString("dataset", dataset.Dataset);
            json.WriteNumber("raw", dataset.Raw);
            json.WriteNumber("deduplicated", dataset.Deduplicated);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteBehaviours(Utf8JsonWriter json, BehaviourBook behaviours)
    {
        json.WriteStartObject();
        json.WriteStartArray("behaviours");
        foreach (var entry in behaviours.Entries)
            BehaviourWriter.Write(json, entry);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteCall(Utf8JsonWriter json, LoggedCall call)
    {
        json.WriteStartObject();
        json.WriteNumber("sequence", call.Sequence);
        json.WriteString("received_at", call.ReceivedAt.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        json.WriteString("dataset", call.Dataset);
        json.WriteString("token", call.Token);
        json.WriteString("batch", call.Batch);
        json.WriteString("outcome", call.Outcome);
        json.WriteBoolean("stored", call.IsStored);
        if (call.Behaviour is { } behaviour)
            json.WriteNumber("behaviour", behaviour);
        json.WriteStartArray("event_ids");
        foreach (var id in call.EventIds)
            json.WriteStringValue(id);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    // A stored line is a whole JSON object; its opening brace gives way to what only the reader knows.
    private static void WriteEvent(Utf8JsonWriter json, in ArrivedLine line)
    {
        var head = string.Create(CultureInfo.InvariantCulture, $$"""{"sequence":{{line.Sequence}},"duplicate":{{(line.IsDuplicate ? "true" : "false")}},""");
        json.WriteRawValue([.. System.Text.Encoding.UTF8.GetBytes(head), .. line.Json.AsSpan(1)], skipInputValidation: true);
    }

    private static void WriteAfter(Utf8JsonWriter json, long? after)
    {
        if (after is { } sequence)
            json.WriteNumber("after", sequence);
        else
            json.WriteNull("after");
    }

    private static Task FailAsync(HttpContext context, int status, string detail) =>
        SendAsync(
            context,
            json =>
            {
                json.WriteStartObject();
                json.WriteString("code", status == StatusCodes.Status404NotFound ? "not_found" : "malformed_request");
                json.WriteString("detail", detail);
                json.WriteEndObject();
            },
            status,
            "application/problem+json");

    private static async Task SendAsync(HttpContext context, Action<Utf8JsonWriter> write, int status = StatusCodes.Status200OK, string type = "application/json")
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var json = new Utf8JsonWriter(buffer, Readable))
            write(json);
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        context.Response.ContentLength = buffer.WrittenCount;
        await context.Response.Body.WriteAsync(buffer.WrittenMemory, context.RequestAborted);
    }
}
