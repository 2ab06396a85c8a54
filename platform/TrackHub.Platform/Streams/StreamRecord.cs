using System.Diagnostics;
using System.Text;
using Confluent.Kafka;

namespace TrackHub.Platform.Streams;

/// <summary>One record as read from the log. Immutable; the arrays belong to the record and are not to be written to.</summary>
public sealed class StreamRecord
{
    private static readonly Dictionary<string, byte[]> NoHeaders = [];
    private IReadOnlyDictionary<string, byte[]>? _headers;

    /// <summary>Where it lies.</summary>
    public required RecordCoordinates Coordinates { get; init; }

    /// <summary>Append time where the topic has LogAppendTime, else the producer's time. UTC, milliseconds.</summary>
    public required DateTimeOffset Timestamp { get; init; }

    /// <summary>Key bytes; null if the record has none.</summary>
    public byte[]? Key { get; init; }

    /// <summary>Value bytes; null for a tombstone.</summary>
    public byte[]? Value { get; init; }

    /// <summary>Headers by name; of a repeated name the last one. A header without a value is empty.</summary>
    public IReadOnlyDictionary<string, byte[]> Headers
    {
        get => _headers ??= ReadHeaders();
        init => _headers = value;
    }

    /// <summary>Leader epoch the record was read under, stored with the offset so that a truncated log is noticed (KIP-320).</summary>
    internal int? LeaderEpoch { get; init; }

    /// <summary>Headers as the client library gives them; most records' are never asked for.</summary>
    internal Headers? KafkaHeaders { get; init; }

    /// <summary>The assignment it was read under; guarded by the <see cref="RecordBuffer"/>, as are the next two.</summary>
    internal OwnedPartition? Home { get; set; }

    /// <summary>The batch it is at work in, or null.</summary>
    internal RecordBatch? Batch { get; set; }

    /// <summary>True once its offset is known to <see cref="OwnedPartition.Taken"/>.</summary>
    internal bool Tracked { get; set; }

    /// <summary>Its span while it is at work, if its event is sampled.</summary>
    internal Activity? Span { get; set; }

    /// <summary>Trace id of its event, 32 hex digits, or null: what a log line about it names.</summary>
    public string? TraceId => RecordTrace.TraceIdOf(TraceParentHeader);

    /// <summary>What records that follow from this one carry as <c>traceparent</c>, or null.</summary>
    internal byte[]? TraceParent => Span?.Id is { } id ? Encoding.ASCII.GetBytes(id) : TraceParentHeader;

    /// <summary><c>traceparent</c> as it came, or null.</summary>
    internal byte[]? TraceParentHeader => HeaderBytes(RecordHeaders.TraceParentName);

    /// <summary>The header's value as UTF-8 text, or null.</summary>
    public string? Header(string name) => Headers.TryGetValue(name, out var value) ? Encoding.UTF8.GetString(value) : null;

    /// <summary>The header's bytes, or null. Reads no other header, where none was asked for before.</summary>
    internal byte[]? HeaderBytes(string name) => _headers is null && KafkaHeaders is { } raw
        ? raw.TryGetLastBytes(name, out var found) ? found ?? [] : null
        : Headers.GetValueOrDefault(name);

    /// <inheritdoc/>
    public override string ToString() => Coordinates.ToString();

    private Dictionary<string, byte[]> ReadHeaders()
    {
        if (KafkaHeaders is not { Count: > 0 } headers)
            return NoHeaders;

        var read = new Dictionary<string, byte[]>(headers.Count);
        foreach (var header in headers)
            read[header.Key] = header.GetValueBytes() ?? [];
        return read;
    }
}
