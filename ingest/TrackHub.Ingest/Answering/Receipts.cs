using System.Text.Json;
using Microsoft.AspNetCore.Http;
using TrackHub.Platform.Streams;

namespace TrackHub.Ingest.Answering;

/// <summary>What an accepted event is told: its id and where its record lies.</summary>
/// <param name="EventId">Deduplication id; the ingest id of a webhook that could not be mapped.</param>
/// <param name="Coordinates">Where the record was persisted; null for the local spool, from which it reaches the log later.</param>
internal readonly record struct Receipt(string EventId, RecordCoordinates? Coordinates);

/// <summary>Writes receipts.</summary>
internal static class Receipts
{
    // One for each thread: an answer is written in one go, and goes nowhere else before the next sets it anew.
    [ThreadStatic]
    private static Utf8JsonWriter? _writer;

    /// <summary>Answers with one receipt: <c>{event_id, topic, partition, offset}</c>, or <c>{event_id, spooled: true}</c>.</summary>
    public static Task WriteAsync(HttpContext context, int status, Receipt receipt) =>
        WriteAsync(context, status, receipt, static (writer, one) => WriteFields(writer, one));

    /// <summary>Answers a body that held several events: the first receipt, and all of them under <c>events</c>.</summary>
    public static Task WriteAsync(HttpContext context, int status, IReadOnlyList<Receipt> receipts) => receipts.Count is 1
        ? WriteAsync(context, status, receipts[0])
        : WriteAsync(context, status, receipts, static (writer, all) =>
        {
            WriteFields(writer, all[0]);
            writer.WriteStartArray("events"u8);
            foreach (var receipt in all)
            {
                writer.WriteStartObject();
                WriteFields(writer, receipt);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        });

    /// <summary>Answers what did not prove itself, to gateways that give up an address which refuses: 202 and no receipt, nothing is counted yet.</summary>
    public static Task WriteUnprovenAsync(HttpContext context) =>
        WriteAsync(context, StatusCodes.Status202Accepted, 0, static (writer, _) => writer.WriteBoolean("unproven"u8, true));

    /// <summary>Answers a batch: <c>{results: [{status, …receipt} | {status, code, detail}]}</c> in the order of its events.</summary>
    public static Task WriteAsync(HttpContext context, int status, IReadOnlyList<(Receipt? Receipt, Problem? Problem)> results) =>
        WriteAsync(context, status, results, static (writer, all) =>
        {
            writer.WriteStartArray("results"u8);
            foreach (var (receipt, problem) in all)
            {
                writer.WriteStartObject();
                writer.WriteNumber("status"u8, problem?.Status ?? StatusCodes.Status202Accepted);
                if (receipt is { } stored)
                    WriteFields(writer, stored);
                if (problem is not null)
                {
                    writer.WriteString("code"u8, problem.Code);
                    writer.WriteString("detail"u8, problem.Detail);
                }

                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        });

    /// <summary>Answers one browser event: 202 and its receipt.</summary>
    /// <param name="context">The request.</param>
    /// <param name="eventId">Its id, ASCII.</param>
    /// <param name="stored">Where its record was persisted.</param>
    public static Task WriteAsync(HttpContext context, ReadOnlySpan<byte> eventId, RecordCoordinates stored)
    {
        var writer = Begin(context, StatusCodes.Status202Accepted);
        writer.WriteString("event_id"u8, eventId);
        WriteCoordinates(writer, stored);
        return EndAsync(context, writer);
    }

    private static Task WriteAsync<T>(HttpContext context, int status, T content, Action<Utf8JsonWriter, T> write)
    {
        var writer = Begin(context, status);
        write(writer, content);
        return EndAsync(context, writer);
    }

    private static Utf8JsonWriter Begin(HttpContext context, int status)
    {
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = "application/json";
        var writer = _writer ??= new(Stream.Null);
        writer.Reset(response.BodyWriter);
        writer.WriteStartObject();
        return writer;
    }

    private static Task EndAsync(HttpContext context, Utf8JsonWriter writer)
    {
        writer.WriteEndObject();
        writer.Flush();
        context.Response.ContentLength = writer.BytesCommitted;
        return context.Response.CompleteAsync();
    }

    private static void WriteFields(Utf8JsonWriter writer, Receipt receipt)
    {
        writer.WriteString("event_id"u8, receipt.EventId);
        if (receipt.Coordinates is { } stored)
            WriteCoordinates(writer, stored);
        else
            writer.WriteBoolean("spooled"u8, true);
    }

    private static void WriteCoordinates(Utf8JsonWriter writer, RecordCoordinates stored)
    {
        writer.WriteString("topic"u8, stored.Topic);
        writer.WriteNumber("partition"u8, stored.Partition);
        if (stored.IsKnown)
            writer.WriteNumber("offset"u8, stored.Offset);
    }
}
