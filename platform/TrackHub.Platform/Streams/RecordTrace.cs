using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace TrackHub.Platform.Streams;

/// <summary>
/// Spans of records on their way through the log. The ingress decides whether an event is sampled; from there the flag travels in each record's
/// <c>traceparent</c>, and a record that is not sampled costs a look at one byte.
/// </summary>
/// <remarks>
/// A sampled record has a span of its own in its own trace wherever it is sent or processed; the work that records share has a span beside them, linked
/// both ways. Names and attributes: https://opentelemetry.io/docs/specs/semconv/messaging/. None of these spans is left as the current activity.
/// </remarks>
public static class RecordTrace
{
    // version "-" trace id "-" parent id "-" flags: https://www.w3.org/TR/trace-context/#traceparent-header
    private const int HeaderLength = 55;
    private const int TraceIdStart = 3;
    private const int TraceIdLength = 32;
    private const int SpanIdStart = 36;
    private const int SpanIdLength = 16;
    private const int MaxLinks = 64;

    internal static ActivitySource Source { get; } = new(StreamMetrics.SourceName);

    /// <summary>Starts the span of work that records share and makes it current; null if none of them is sampled.</summary>
    /// <param name="operation">What is done: <c>process batch</c>.</param>
    /// <param name="records">The records; the first 64 sampled ones are linked.</param>
    public static Activity? StartShared(string operation, IEnumerable<StreamRecord> records)
    {
        if (!Source.HasListeners())
            return null;

        // Each asked for once: another thread takes them away from records whose partitions are revoked.
        var spans = records.Select(static record => record.Span).OfType<Activity>().Take(MaxLinks).ToList();
        if (spans.Count == 0)
            return null;

        Activity.Current = null;   // of many traces, so part of none
        var shared = Source.StartActivity(ActivityKind.Consumer, tags: [new("messaging.system", "kafka"), new("messaging.batch.message_count", records.Count())],
            links: spans.ConvertAll(static span => new ActivityLink(span.Context)), name: operation);
        if (shared is not null)
        {
            foreach (var span in spans)
                span.AddLink(new(shared.Context));
        }

        return shared;
    }

    /// <summary>Starts a span of a sampled record's own trace, below the record's; null if it is not sampled.</summary>
    /// <param name="record">The record.</param>
    /// <param name="name">Name of the span, of few values.</param>
    /// <param name="link">A span it is told with, in another trace.</param>
    public static Activity? StartChild(StreamRecord record, string name, ActivityContext link = default) =>
        record.Span is { } parent ? Start(name, ActivityKind.Internal, parent.Context, [], link == default ? [] : [new(link)]) : null;

    /// <summary>Ends a span and leaves the current activity as it is.</summary>
    public static void End(Activity? span, string? error = null)
    {
        if (span is null)
            return;

        if (error is not null)
            span.SetStatus(ActivityStatusCode.Error).SetTag("error.type", error);
        var current = Activity.Current;
        span.Stop();
        if (current != span)
            Activity.Current = current;
    }

    /// <summary>Begins the span of each sampled record; it ends when the record is done, or no longer ours to do.</summary>
    internal static void Begin(string group, RecordBatch batch)
    {
        if (!Source.HasListeners())
            return;

        for (var i = 0; i < batch.Count; i++)
        {
            if (batch[i].TraceParentHeader is { } header && IsSampled(header) && TryParse(header, out var parent))
                batch[i].Span = StartProcess(group, batch[i], parent);
        }
    }

    /// <summary>Starts the span of a record that is sent; null if its event is not sampled.</summary>
    internal static Activity? StartSend(string topic, RecordHeaders headers)
    {
        if (!headers.IsSampled || !Source.HasListeners() || !TryParse(headers.TraceParentValue!, out var parent))
            return null;

        return Start($"send {topic}", ActivityKind.Producer, parent,
        [
            new("messaging.system", "kafka"), new("messaging.operation.name", "send"), new("messaging.operation.type", "send"), new("messaging.destination.name", topic),
        ]);
    }

    /// <summary>Writes a <c>traceparent</c> that names a trace of its own, not recorded, and returns it.</summary>
    internal static ReadOnlySpan<byte> WriteOwn(Span<byte> room)
    {
        // One of nothing but zeros would be invalid, and takes 2^64 tries.
        Span<byte> ids = stackalloc byte[(TraceIdLength + SpanIdLength) / 2];
#pragma warning disable CA5394 // Ids are to be unlike each other, not secret.
        Random.Shared.NextBytes(ids);
#pragma warning restore CA5394
        "00-"u8.CopyTo(room);
        Convert.TryToHexStringLower(ids[..(TraceIdLength / 2)], room[TraceIdStart..], out _);
        room[TraceIdStart + TraceIdLength] = (byte)'-';
        Convert.TryToHexStringLower(ids[(TraceIdLength / 2)..], room[SpanIdStart..], out _);
        "-00"u8.CopyTo(room[(SpanIdStart + SpanIdLength)..]);
        return room[..HeaderLength];
    }

    /// <summary>Whether the sender records this trace: the lowest bit of the flags, two hex digits of which only the last matters.</summary>
    internal static bool IsSampled(ReadOnlySpan<byte> traceParent) =>
        traceParent.Length == HeaderLength && "13579bdf"u8.Contains(traceParent[^1]);

    /// <inheritdoc cref="IsSampled(ReadOnlySpan{byte})"/>
    internal static bool IsSampled(ReadOnlySpan<char> traceParent) =>
        traceParent.Length == HeaderLength && "13579bdf".Contains(traceParent[^1], StringComparison.Ordinal);

    /// <summary>The trace id in a header's value, 32 hex digits; null if it is none.</summary>
    internal static string? TraceIdOf(byte[]? traceParent) =>
        traceParent is not null && TryParse(traceParent, out _) ? Encoding.ASCII.GetString(traceParent, TraceIdStart, TraceIdLength) : null;

    private static bool TryParse(byte[] traceParent, out ActivityContext context) =>
        ActivityContext.TryParse(Encoding.ASCII.GetString(traceParent), traceState: null, isRemote: true, out context);

    private static Activity? StartProcess(string group, StreamRecord record, ActivityContext parent)
    {
        var (topic, partition, offset) = record.Coordinates;
        return Start($"process {topic}", ActivityKind.Consumer, parent,
        [
            new("messaging.system", "kafka"), new("messaging.operation.name", "process"), new("messaging.operation.type", "process"),
            new("messaging.destination.name", topic), new("messaging.destination.partition.id", partition.ToString(CultureInfo.InvariantCulture)),
            new("messaging.kafka.offset", offset), new("messaging.consumer.group.name", group), new("trackhub.brand", record.Header(RecordHeaders.BrandName)),
        ]);
    }

    private static Activity? Start(
        string name, ActivityKind kind, ActivityContext parent, IEnumerable<KeyValuePair<string, object?>> tags, IEnumerable<ActivityLink>? links = null)
    {
        var current = Activity.Current;
        var span = Source.StartActivity(kind, parent, tags, links, name: name);
        Activity.Current = current;
        return span;
    }
}
