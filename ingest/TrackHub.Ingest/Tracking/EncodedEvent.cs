using System.Buffers;
using System.Text.Unicode;
using TrackHub.Schemas;

namespace TrackHub.Ingest.Tracking;

/// <summary>A browser event as it goes to the log, in a rented buffer. Dispose it once the log has taken it.</summary>
internal readonly ref struct EncodedEvent : IDisposable
{
    private const int UsualBytes = 4096;

    private readonly byte[] _rented;
    private readonly int _valueLength;
    private readonly int _keyLength;

    private EncodedEvent(byte[] rented, int valueLength, int keyLength) => (_rented, _valueLength, _keyLength) = (rented, valueLength, keyLength);

    /// <summary>Its key.</summary>
    public ReadOnlySpan<byte> Key => _rented.AsSpan(_valueLength, _keyLength);

    /// <summary>Its value in Avro, behind room for the header of the <see cref="WireFormat"/>.</summary>
    public Span<byte> Value => _rented.AsSpan(0, _valueLength);

    /// <summary>Its id.</summary>
    public BrowserEventId Id { get; private init; }

    /// <summary>Whether it has neither e-mail nor phone to be found by.</summary>
    public bool NamesNobody { get; private init; }

    /// <summary>Encodes a record.</summary>
    /// <param name="record">The record.</param>
    /// <param name="sequence">What its order is kept by, beside the brand: its key's second part.</param>
    public static EncodedEvent Of(scoped TrackedEventSpans record, scoped ReadOnlySpan<char> sequence)
    {
        for (var size = UsualBytes; ; size *= 2)
        {
            var rented = ArrayPool<byte>.Shared.Rent(size);
            scoped var writer = new AvroWriter(rented.AsSpan(WireFormat.HeaderBytes));
            record.Encode(ref writer);
            var valueLength = WireFormat.HeaderBytes + writer.Written;
            if (!writer.Overflowed && Utf8.TryWrite(rented.AsSpan(valueLength), $"{record.BrandId}/{sequence}", out var keyLength))
                return new(rented, valueLength, keyLength) { Id = new(record.EventId), NamesNobody = record.Keys.Email.IsEmpty && record.Keys.Phone.IsEmpty };
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => ArrayPool<byte>.Shared.Return(_rented);
}
