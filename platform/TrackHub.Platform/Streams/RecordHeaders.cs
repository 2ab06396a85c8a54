using System.Diagnostics;
using System.Text;
using Confluent.Kafka;

namespace TrackHub.Platform.Streams;

/// <summary>Headers of a record to be produced. Not thread-safe.</summary>
public sealed class RecordHeaders
{
    /// <summary>Header that names the brand by its public id.</summary>
    public const string BrandName = "brand";

    /// <summary>Header of the W3C trace context (https://www.w3.org/TR/trace-context/#traceparent-header).</summary>
    public const string TraceParentName = "traceparent";

    /// <summary>Header of a copy that a replay made: the replay's id.</summary>
    public const string ReplayName = "replay-id";

    private readonly Headers _headers = new();

    /// <summary>Number of headers.</summary>
    public int Count => _headers.Count;

    /// <summary>Headers of a record of a brand, with the current trace context.</summary>
    public static RecordHeaders ForBrand(string brandId) => new RecordHeaders().Brand(brandId).TraceParent();

    /// <summary>Sets <c>brand</c>.</summary>
    public RecordHeaders Brand(string brandId) => Set(BrandName, brandId);

    /// <summary>Sets <c>traceparent</c> from the current activity, if there is one.</summary>
    public RecordHeaders TraceParent() =>
        Activity.Current is { IdFormat: ActivityIdFormat.W3C, Id: { } id } ? Set(TraceParentName, id) : this;

    /// <summary>Sets <c>traceparent</c> so that the record belongs to the trace of the one it follows from, if that has one.</summary>
    public RecordHeaders Follow(StreamRecord source) => source.TraceParent is { } trace ? Set(TraceParentName, trace) : this;

    /// <summary>Sets a header to UTF-8 text, in place of an earlier value.</summary>
    public RecordHeaders Set(string name, string value) => Set(name, Encoding.UTF8.GetBytes(value));

    /// <summary>Sets a header, in place of an earlier value.</summary>
    public RecordHeaders Set(string name, byte[] value)
    {
        if (_headers.TryGetLastBytes(name, out _))
            _headers.Remove(name);
        _headers.Add(name, value);
        return this;
    }

    /// <summary>Copies the headers of a record, in place of earlier values of the same names.</summary>
    public RecordHeaders CopyFrom(StreamRecord record)
    {
        foreach (var (name, value) in record.Headers)
            Set(name, value);
        return this;
    }

    /// <summary>Value of <c>traceparent</c>, or null.</summary>
    internal byte[]? TraceParentValue => _headers.TryGetLastBytes(TraceParentName, out var value) ? value : null;

    /// <summary>The headers, under the span of their sending if there is one. Not to be changed afterwards.</summary>
    internal Headers ToKafka(Activity? send = null)
    {
        if (send?.Id is not { } id || TraceParentValue is null)
            return _headers;

        var headers = new Headers();
        foreach (var header in _headers)
            headers.Add(header.Key, header.Key == TraceParentName ? Encoding.ASCII.GetBytes(id) : header.GetValueBytes());
        return headers;
    }
}
