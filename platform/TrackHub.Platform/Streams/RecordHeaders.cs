using System.Diagnostics;
using System.Text;

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

    private const int Usual = 2;   // brand and trace

    private static readonly byte[] OfEachRecord = new byte[1];   // known by its address

    private Header[] _headers = new Header[Usual];

    /// <summary>Number of headers.</summary>
    public int Count { get; private set; }

    /// <summary>Headers of a record of a brand, with the current trace context.</summary>
    public static RecordHeaders ForBrand(string brandId) => new RecordHeaders().Brand(brandId).TraceParent();

    /// <summary>Sets <c>brand</c>.</summary>
    public RecordHeaders Brand(string brandId) => Set(BrandName, brandId);

    /// <summary>Sets <c>traceparent</c> from the current activity, if there is one.</summary>
    public RecordHeaders TraceParent() =>
        Activity.Current is { IdFormat: ActivityIdFormat.W3C, Id: { } id } ? Set(TraceParentName, id) : this;

    /// <summary>
    /// Sets <c>traceparent</c> so that each record sent with these headers begins a trace of its own, not recorded: headers that many records share may be kept.
    /// </summary>
    public RecordHeaders OwnTrace() => Set(TraceParentName, OfEachRecord);

    /// <summary>Sets <c>traceparent</c> so that the record belongs to the trace of the one it follows from, if that has one.</summary>
    public RecordHeaders Follow(StreamRecord source) => source.TraceParent is { } trace ? Set(TraceParentName, trace) : this;

    /// <summary>Sets a header to UTF-8 text, in place of an earlier value.</summary>
    public RecordHeaders Set(string name, string value) => Set(new Header(name, value, null));

    /// <summary>Sets a header, in place of an earlier value. The array is not to be changed afterwards.</summary>
    public RecordHeaders Set(string name, byte[] value) => Set(new Header(name, null, value));

    /// <summary>Copies the headers of a record, in place of earlier values of the same names.</summary>
    public RecordHeaders CopyFrom(StreamRecord record)
    {
        foreach (var (name, value) in record.Headers)
            Set(name, value);
        return this;
    }

    /// <summary>Value of <c>traceparent</c>, or null.</summary>
    internal byte[]? TraceParentValue => IndexOf(TraceParentName) is >= 0 and var index ? _headers[index].ToBytes() : null;

    /// <summary>Whether the trace that the record belongs to is recorded, as far as its <c>traceparent</c> says.</summary>
    internal bool IsSampled => IndexOf(TraceParentName) is >= 0 and var index && _headers[index] switch
    {
        { Text: { } text } => RecordTrace.IsSampled(text),
        var header => RecordTrace.IsSampled(header.Bytes),
    };

    /// <summary>A header as it is sent: as text or else as bytes.</summary>
    /// <param name="index">Which one.</param>
    /// <param name="send">Span of the sending, which <c>traceparent</c> then names; or null.</param>
    internal Header Sent(int index, Activity? send) =>
        send?.Id is { } id && _headers[index].Name == TraceParentName ? new(TraceParentName, id, null) : _headers[index];

    private RecordHeaders Set(Header header)
    {
        var index = IndexOf(header.Name);
        if (index < 0)
        {
            if (Count == _headers.Length)
                Array.Resize(ref _headers, Count * 2);
            index = Count++;
        }

        _headers[index] = header;
        return this;
    }

    private int IndexOf(string name)
    {
        for (var i = 0; i < Count; i++)
        {
            if (_headers[i].Name == name)
                return i;
        }

        return -1;
    }

    /// <summary>A header; its value is a text, else bytes.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Text">Its value, sent as UTF-8.</param>
    /// <param name="Bytes">Its value, if that is no text.</param>
    internal readonly record struct Header(string Name, string? Text, byte[]? Bytes)
    {
        /// <summary>The value.</summary>
        public byte[] ToBytes() => Text is null ? Bytes! : Encoding.UTF8.GetBytes(Text);

        /// <summary>Whether each record has another value, see <see cref="OwnTrace"/>.</summary>
        public bool IsOwnTrace => ReferenceEquals(Bytes, OfEachRecord);
    }
}
