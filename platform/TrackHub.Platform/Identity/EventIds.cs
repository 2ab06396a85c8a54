using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace TrackHub.Platform.Identity;

/// <summary>The ids that make delivery idempotent. Definition and vectors: docs/event_id.md.</summary>
public static class EventIds
{
    /// <summary>Characters of an ingest_id.</summary>
    public const int IngestIdLength = 36;

    /// <summary>Most characters of a browser event's id.</summary>
    public const int BrowserIdMax = 64;

    /// <summary>Characters of one that was made here.</summary>
    public const int NewBrowserIdLength = 32;

    private const int BrowserIdMin = 16;
    private static readonly long LastUnixMilliseconds = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    private static readonly SearchValues<char> BrowserIdCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    /// <summary>
    /// The event_id of an order's event: lower-case hex SHA-256 over brand, event name, gateway and sale id, each as UTF-8
    /// preceded by its byte length as 4 bytes big-endian. Nothing random, no clock: every process gives the same id.
    /// </summary>
    /// <param name="brandId">Public id of the brand.</param>
    /// <param name="eventName">Meta's name of the event, for instance <c>Purchase</c>.</param>
    /// <param name="gateway">The gateway's name as in its webhook route; made lower case.</param>
    /// <param name="saleId">The gateway's id of the sale; trimmed.</param>
    /// <returns>64 lower-case hex digits.</returns>
    /// <exception cref="ArgumentException">A part is empty: two sales without id would share one event.</exception>
    public static string ForOrder(string brandId, string eventName, string gateway, string saleId)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(brandId);
        ArgumentException.ThrowIfNullOrWhiteSpace(eventName);
        ArgumentException.ThrowIfNullOrWhiteSpace(gateway);
        ArgumentException.ThrowIfNullOrWhiteSpace(saleId);

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        HashParts(hash, brandId, eventName, gateway.ToLowerInvariant(), saleId.Trim());
        return Convert.ToHexStringLower(hash);
    }

    /// <summary>Whether a page's own event id may be kept as it is: 16 to 64 of <c>A-Z a-z 0-9 . _ -</c>.</summary>
    public static bool IsValidBrowserId(ReadOnlySpan<char> id) =>
        id.Length is >= BrowserIdMin and <= BrowserIdMax && !id.ContainsAnyExcept(BrowserIdCharacters);

    /// <summary>A new id for a browser event that came without one: 32 lower-case hex digits, 128 random bits.</summary>
    public static string NewBrowserId() => RandomNumberGenerator.GetHexString(NewBrowserIdLength, lowercase: true);

    /// <summary>Writes a new id for a browser event to the first <see cref="NewBrowserIdLength"/> of <paramref name="id"/>.</summary>
    public static void WriteBrowserId(Span<char> id) => RandomNumberGenerator.GetHexString(id[..NewBrowserIdLength], lowercase: true);

    /// <summary>A new ingest_id: a UUIDv7 (RFC 9562) of the clock's time, 36 characters.</summary>
    public static string NewIngestId(TimeProvider clock)
    {
        Span<char> id = stackalloc char[IngestIdLength];
        WriteIngestId(clock, id);
        return id.ToString();
    }

    /// <summary>Writes a new ingest_id to the first <see cref="IngestIdLength"/> of <paramref name="id"/>.</summary>
    /// <remarks>RFC 9562, section 5.7. Not <c>Guid.CreateVersion7</c>, which asks the system for random bytes each time.</remarks>
    public static void WriteIngestId(TimeProvider clock, Span<char> id)
    {
        ArgumentNullException.ThrowIfNull(clock);
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(bytes, clock.GetUtcNow().ToUnixTimeMilliseconds() << 16);
        RandomBytes.Take(bytes[6..]);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x70);   // version
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);   // variant
        new Guid(bytes, bigEndian: true).TryFormat(id[..IngestIdLength], out _, "D");
    }

    /// <summary>
    /// Reads an ingest_id; false for anything but a UUIDv7 of 36 characters whose time is before the year 10000. Every role asks here, so that none
    /// takes what another refuses.
    /// </summary>
    public static bool TryParseIngestId(string? ingestId, out Guid id) =>
        Guid.TryParseExact(ingestId, "D", out id) && id.Version == 7 && UnixMillisecondsOf(id) <= LastUnixMilliseconds;

    /// <summary>The time inside an ingest_id, to the millisecond.</summary>
    /// <exception cref="FormatException">The text is not an ingest_id.</exception>
    public static DateTimeOffset TimeOf(string ingestId) => TryParseIngestId(ingestId, out var id)
        ? DateTimeOffset.FromUnixTimeMilliseconds(UnixMillisecondsOf(id))
        : throw new FormatException("An ingest_id is a UUIDv7 of 36 characters.");

    // The first 48 bits, unsigned: they reach to the year 10889. https://www.rfc-editor.org/rfc/rfc9562#section-5.7
    private static long UnixMillisecondsOf(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return (long)(BinaryPrimitives.ReadUInt64BigEndian(bytes) >> 16);
    }

    private static void HashParts(Span<byte> hash, params ReadOnlySpan<string> parts)
    {
        var length = 0;
        foreach (var part in parts)
            length += sizeof(int) + Encoding.UTF8.GetByteCount(part);

        byte[]? rented = null;
        var bytes = length <= 512 ? stackalloc byte[512] : rented = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            var written = 0;
            foreach (var part in parts)
                written += LengthPrefixed.Write(bytes[written..], part);
            SHA256.HashData(bytes[..written], hash);
        }
        finally
        {
            if (rented is not null)
                ArrayPool<byte>.Shared.Return(rented);
        }
    }
}
