using System.Text.Json;
using System.Text.Unicode;
using TrackHub.Ingest.Json;

namespace TrackHub.Ingest.Tracking;

/// <summary>Reads track bodies token by token: no document is built on the path that must take 15,000 events a second.</summary>
/// <remarks>
/// Strict about JSON (UTF-8, no duplicate properties, 32 levels, nothing behind the body) and about types; unknown properties are skipped, so
/// that an older ingress takes a newer page's events.
/// </remarks>
internal static class TrackReader
{
    /// <summary>Most events of one batch.</summary>
    public const int MaxBatch = 100;

    private const int MaxUrl = 8 * 1024;
    private const int MaxId = 128;
    private const int MaxText = 512;
    private const int MaxMetaId = 2 * 1024;
    private const int UtmParts = 5;
    private const int MaxUtmName = 72;   // utm_campaign, each character as an escape

    /// <summary>Reads one event.</summary>
    /// <param name="json">The body.</param>
    /// <param name="arena">Where its texts go, and stay as long as the event is used.</param>
    /// <param name="body">The event; of no use with a fault.</param>
    /// <returns>Null, or the fault: field, limit and remedy, never the value.</returns>
    public static string? Read(ReadOnlySpan<byte> json, ref TextArena arena, out TrackedBody body) => Guarded(json, ref arena, ReadEvent, out body);

    /// <summary>Reads a batch: <c>{"events": […]}</c>, or the array alone; each event names its <c>kind</c>.</summary>
    /// <param name="json">The body.</param>
    /// <param name="arena">As above.</param>
    /// <param name="events">Per event what <see cref="Read"/> gives; null with a fault.</param>
    /// <returns>Null, or why the batch itself cannot be read.</returns>
    public static string? ReadBatch(ReadOnlySpan<byte> json, ref TextArena arena, out IReadOnlyList<(TrackedBody Body, string? Fault)>? events)
    {
        var fault = Guarded<List<(TrackedBody Body, string? Fault)>?>(json, ref arena, ReadAll, out var read);
        events = fault is null ? read : null;
        return fault;
    }

    // Gives a fault of the whole; what is not JSON throws.
    private delegate string? Reading<T>(ref Utf8JsonReader reader, ref TextArena arena, out T read);

    private static string? Guarded<T>(ReadOnlySpan<byte> json, ref TextArena arena, Reading<T> reading, out T? read)
    {
        read = default;
        if (!Utf8.IsValid(json))
            return "The body is not valid UTF-8.";

        var reader = new Utf8JsonReader(json, StrictJson.ReaderOptions);
        try
        {
            Advance(ref reader);
            var fault = reading(ref reader, ref arena, out read);
            return reader.Read() ? "Something stands behind the body." : fault;
        }
        catch (FieldFault fault)
        {
            return fault.Message;
        }
        catch (JsonException fault)
        {
            return $"The body is {StrictJson.Describe(fault)}.";
        }
        catch (InvalidOperationException)
        {
            return "A text holds half a surrogate pair.";
        }
    }

    private static string? ReadAll(ref Utf8JsonReader reader, ref TextArena arena, out List<(TrackedBody Body, string? Fault)>? events)
    {
        events = null;
        if (reader.TokenType is JsonTokenType.StartArray)
        {
            events = ReadEvents(ref reader, ref arena);
            return null;
        }

        FieldReads.Expect(reader.TokenType is JsonTokenType.StartObject, "the body", "an object with events, or an array of events");
        var others = default(HashSet<string>);
        while (Advance(ref reader) is JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            FieldReads.Expect((others ??= new(StringComparer.Ordinal)).Add(name), "a property", "given once");
            Advance(ref reader);
            if (name is not "events")
            {
                StrictJson.SkipValue(ref reader);
                continue;
            }

            FieldReads.Expect(reader.TokenType is JsonTokenType.StartArray, "events", "an array");
            events = ReadEvents(ref reader, ref arena);
        }

        FieldReads.Expect(events is not null, "events", "an array");
        return null;
    }

    private static List<(TrackedBody Body, string? Fault)> ReadEvents(ref Utf8JsonReader reader, ref TextArena arena)
    {
        var events = new List<(TrackedBody, string?)>();
        while (Advance(ref reader) is not JsonTokenType.EndArray)
        {
            if (events.Count == MaxBatch)
                throw new FieldFault($"events: at most {MaxBatch} are taken; send the rest in another batch.");
            var fault = ReadEvent(ref reader, ref arena, out var body);
            events.Add((body, fault));
        }

        return events;
    }

    // A wrong field spoils its own event alone: the reader goes on behind it. What is not JSON ends the whole body.
    private static string? ReadEvent(ref Utf8JsonReader reader, ref TextArena arena, out TrackedBody body)
    {
        body = default;
        if (reader.TokenType is not JsonTokenType.StartObject)
        {
            StrictJson.SkipValue(ref reader);
            return "An event is an object.";
        }

        string? fault = null;
        var known = 0u;
        var others = default(HashSet<string>);
        Span<char> buffer = stackalloc char[32];
        while (Advance(ref reader) is JsonTokenType.PropertyName)
        {
            // No known name is longer than the buffer.
            var field = reader.ValueSpan.Length <= buffer.Length ? Fields.Find(buffer[..reader.CopyString(buffer)]) : Field.None;
            var bit = field is Field.None ? 0 : 1u << (int)field;
            var repeated = field is Field.None ? !(others ??= new(StringComparer.Ordinal)).Add(reader.GetString()!) : (known & bit) != 0;
            known |= bit;
            Advance(ref reader);
            if (repeated)
                throw new JsonException("Duplicate property.");

            try
            {
                ReadField(ref reader, ref arena, field, ref body);
            }
            catch (FieldFault wrong)
            {
                fault ??= wrong.Message;
                StrictJson.SkipValue(ref reader);
            }
        }

        return fault;
    }

    private static void ReadField(ref Utf8JsonReader reader, ref TextArena arena, Field field, ref TrackedBody body)
    {
        switch (field)
        {
            case Field.Kind: body.Kind = FieldReads.Text(ref reader, ref arena, "kind", MaxId); break;
            case Field.EventId: body.EventId = FieldReads.Text(ref reader, ref arena, "event_id", MaxText); break;
            case Field.EventTime: body.EventTime = FieldReads.Time(ref reader, ref arena, "event_time"); break;
            case Field.At: body.EventTime = FieldReads.Time(ref reader, ref arena, "at") ?? body.EventTime; break;
            case Field.SessionId: body.SessionId = FieldReads.Text(ref reader, ref arena, "session_id", MaxId); break;
            case Field.ClickId: body.ClickId = FieldReads.Text(ref reader, ref arena, "click_id", MaxText); break;
            case Field.Url: body.Url = FieldReads.Address(ref reader, ref arena, "url", MaxUrl); break;
            case Field.Referrer: body.Referrer = FieldReads.Page(ref reader, ref arena, "referrer", MaxUrl); break;
            case Field.Fbclid: body.Fbclid = FieldReads.Text(ref reader, ref arena, "fbclid", MaxMetaId); break;
            case Field.Gclid: body.Gclid = FieldReads.Text(ref reader, ref arena, "gclid", MaxText); break;
            case Field.Fbc: body.Fbc = FieldReads.Text(ref reader, ref arena, "fbc", MaxMetaId); break;
            case Field.Fbp: body.Fbp = FieldReads.Text(ref reader, ref arena, "fbp", MaxText); break;
            case Field.ExternalId: body.ExternalId = FieldReads.Text(ref reader, ref arena, "external_id", MaxText); break;
            case Field.Email: body.Email = FieldReads.Text(ref reader, ref arena, "email", MaxText); break;
            case Field.Phone: body.Phone = FieldReads.Text(ref reader, ref arena, "phone", MaxText); break;
            case Field.Utm: body.Utm = ReadUtm(ref reader, ref arena); break;
            case Field.Product: body.Product = FieldReads.Text(ref reader, ref arena, "product", MaxText); break;
            case Field.Value: body.Value = FieldReads.Number(ref reader, "value"); break;
            case Field.Currency: body.Currency = FieldReads.Text(ref reader, ref arena, "currency", MaxId); break;
            case Field.ConsentAds: body.ConsentAds = FieldReads.Flag(ref reader, "consent_ads"); break;
            case Field.Ads: body.Ads = FieldReads.Flag(ref reader, "ads"); break;
            case Field.ClientIp: body.ClientIp = FieldReads.Text(ref reader, ref arena, "client_ip", MaxId); break;
            case Field.UserAgent: body.UserAgent = FieldReads.Text(ref reader, ref arena, "user_agent", MaxMetaId); break;
            default: StrictJson.SkipValue(ref reader); break;
        }
    }

    // Both spellings are in use: {"source": …} and {"utm_source": …}. They are two properties; the later one counts.
    private static Utm ReadUtm(ref Utf8JsonReader reader, ref TextArena arena)
    {
        if (reader.TokenType is JsonTokenType.Null)
            return default;
        FieldReads.Expect(reader.TokenType is JsonTokenType.StartObject, "utm", "an object");

        var utm = default(Utm);
        var known = 0u;
        var others = default(HashSet<string>);
        Span<char> buffer = stackalloc char[MaxUtmName];
        while (Advance(ref reader) is JsonTokenType.PropertyName)
        {
            ReadOnlySpan<char> name = reader.ValueSpan.Length <= buffer.Length ? buffer[..reader.CopyString(buffer)] : default;
            var isLong = name.StartsWith("utm_", StringComparison.Ordinal);
            var part = UtmPart(isLong ? name[4..] : name);
            var bit = part < 0 ? 0 : 1u << (isLong ? part + UtmParts : part);
            if (part < 0 ? !(others ??= new(StringComparer.Ordinal)).Add(reader.GetString()!) : (known & bit) != 0)
                throw new JsonException("Duplicate property.");
            known |= bit;
            Advance(ref reader);
            if (reader.TokenType is not JsonTokenType.String)
            {
                StrictJson.SkipValue(ref reader);
                continue;
            }

            var value = TolerantReads.Clean(FieldReads.AnyText(ref reader, ref arena));
            utm = part switch
            {
                0 => utm with { Source = value },
                1 => utm with { Medium = value },
                2 => utm with { Campaign = value },
                3 => utm with { Content = value },
                4 => utm with { Term = value },
                _ => utm,
            };
        }

        return utm;
    }

    private static int UtmPart(ReadOnlySpan<char> name) => name switch
    {
        "source" => 0,
        "medium" => 1,
        "campaign" => 2,
        "content" => 3,
        "term" => 4,
        _ => -1,
    };

    private static JsonTokenType Advance(ref Utf8JsonReader reader) =>
        reader.Read() ? reader.TokenType : throw new JsonException("Ends too early.");
}
