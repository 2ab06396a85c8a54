using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using TrackHub.MetaSim.ConversionsApi.Rules;

namespace TrackHub.MetaSim.Arrivals;

/// <summary>What all events of one request share.</summary>
/// <param name="Dataset">Dataset id of the path.</param>
/// <param name="Token">Fingerprint of the token; see <see cref="TokenFingerprint"/>.</param>
/// <param name="Batch">Id of the request.</param>
/// <param name="Size">Events in the request.</param>
internal sealed record ArrivalOrigin(string Dataset, string Token, string Batch, int Size, DateTimeOffset ReceivedAt, string? TestEventCode);

/// <summary>The stored form of a request's events: one JSON line each, rendered before the store's lock is taken.</summary>
internal sealed class ArrivalBatch
{
    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly ArrayBufferWriter<byte> _lines;

    private ArrivalBatch(ArrayBufferWriter<byte> lines, List<ArrivalLine> entries, string dataset)
    {
        _lines = lines;
        Entries = entries;
        Dataset = dataset;
    }

    public string Dataset { get; }

    /// <summary>The lines' bytes, each ended by a line feed.</summary>
    public ReadOnlyMemory<byte> Lines => _lines.WrittenMemory;

    /// <summary>One entry a line, in order.</summary>
    public List<ArrivalLine> Entries { get; }

    /// <summary>Renders the events. Line: the three identifying keys first, so that a restart need read no further.</summary>
    public static ArrivalBatch Render(ArrivalOrigin origin, List<ValidEvent> events)
    {
        var lines = new ArrayBufferWriter<byte>(events.Count * 1024);
        var entries = new List<ArrivalLine>(events.Count);
        var receivedAt = origin.ReceivedAt.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        using var json = new Utf8JsonWriter(lines, Compact);
        foreach (var item in events)
        {
            var start = lines.WrittenCount;
            WriteLine(json, origin, receivedAt, item);
            json.Flush();
            json.Reset();
            lines.Write("\n"u8);
            entries.Add(new ArrivalLine(ArrivalKeys.Of(origin.Dataset, item.Name, item.Id), lines.WrittenCount - start, ArrivalKeys.Hash(item.Id)));
        }

        return new ArrivalBatch(lines, entries, origin.Dataset);
    }

    private static void WriteLine(Utf8JsonWriter json, ArrivalOrigin origin, string receivedAt, in ValidEvent item)
    {
        json.WriteStartObject();
        json.WriteString("dataset"u8, origin.Dataset);
        json.WriteString("event_name"u8, item.Name);
        json.WriteString("event_id"u8, item.Id);
        json.WriteString("received_at"u8, receivedAt);
        json.WriteString("batch"u8, origin.Batch);
        json.WriteNumber("batch_size"u8, origin.Size);
        json.WriteString("token"u8, origin.Token);
        if (origin.TestEventCode is { } code)
            json.WriteString("test_event_code"u8, code);
        json.WriteStartArray("warnings"u8);
        if (item.Warnings is not EventWarnings.None)
        {
            foreach (var name in item.Warnings.Names())
                json.WriteStringValue(name);
        }

        json.WriteEndArray();
        foreach (var property in item.Element.EnumerateObject())
        {
            if (property.NameEquals("event_name"u8) || property.NameEquals("event_id"u8))
                continue;
            if (property.NameEquals("user_data"u8))
                WriteKeys(json, property.Value);
            else if (property.NameEquals("custom_data"u8))
                WriteAmount(json, property.Value);
            property.WriteTo(json);
        }

        json.WriteEndObject();
    }

    private static void WriteKeys(Utf8JsonWriter json, JsonElement userData)
    {
        json.WriteStartArray("user_data_keys"u8);
        foreach (var property in userData.EnumerateObject())
            json.WriteStringValue(property.Name);
        json.WriteEndArray();
    }

    private static void WriteAmount(Utf8JsonWriter json, JsonElement customData)
    {
        if (customData.TryGetProperty("value"u8, out var value))
        {
            json.WritePropertyName("value"u8);
            value.WriteTo(json);
        }

        if (customData.TryGetProperty("currency"u8, out var currency))
        {
            json.WritePropertyName("currency"u8);
            currency.WriteTo(json);
        }
    }
}

/// <summary>One rendered line.</summary>
/// <param name="Key">Key of deduplication; null for an event without an id, which equals no other.</param>
/// <param name="Length">Bytes, line feed included.</param>
/// <param name="IdHash">Hash of the event id, for look-ups.</param>
internal readonly record struct ArrivalLine(UInt128? Key, int Length, int IdHash);

/// <summary>Keys of the dedup view.</summary>
internal static class ArrivalKeys
{
    /// <summary>First 16 bytes of SHA-256 over dataset, name and id, each preceded by its byte length; null without an id.</summary>
    public static UInt128? Of(string dataset, string name, string id)
    {
        if (id.Length == 0)
            return null;
        using var hash = new PooledBytes(dataset, name, id);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(hash.Span, digest);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(digest);
    }

    /// <summary>A hash of an event id that lasts as long as the process.</summary>
    public static int Hash(string id) => string.GetHashCode(id, StringComparison.Ordinal);

    private ref struct PooledBytes
    {
        private readonly byte[] _rented;
        private int _length;

        public PooledBytes(string a, string b, string c)
        {
            _rented = ArrayPool<byte>.Shared.Rent(12 + Encoding.UTF8.GetMaxByteCount(a.Length + b.Length + c.Length));
            Append(a);
            Append(b);
            Append(c);
        }

        public readonly ReadOnlySpan<byte> Span => _rented.AsSpan(0, _length);

        public readonly void Dispose() => ArrayPool<byte>.Shared.Return(_rented);

        private void Append(string part)
        {
            var bytes = Encoding.UTF8.GetBytes(part, _rented.AsSpan(_length + sizeof(int)));
            System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(_rented.AsSpan(_length), bytes);
            _length += sizeof(int) + bytes;
        }
    }
}

/// <summary>Stands for a token wherever it would be stored or shown.</summary>
internal static class TokenFingerprint
{
    /// <summary>First 16 hex digits of the token's SHA-256.</summary>
    public static string Of(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)).AsSpan(0, 8));
}
