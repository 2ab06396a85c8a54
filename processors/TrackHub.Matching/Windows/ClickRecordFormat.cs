using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using TrackHub.Platform.Identity;
using TrackHub.Schemas;

namespace TrackHub.Matching.Windows;

/// <summary>
/// The bytes of a kept event. Its ingest_id and brand stand in the key. Of an ad's click id it is enough that there is one: user data hold the rest. A text is its
/// length and its UTF-8; a length is LEB128.
/// <code>
/// kind 1 · which of the optional parts there are, one bit each in the order below, LEB128
/// event time, received at: Unix milliseconds, LEB128 · event_id: an id
/// session_id: an id · click_id: an id · url (KeptAddress) · e-mail index 16 · phone index 16 · page · utm source, medium, campaign, content, term · gclid
/// user data: the box to the end, sealed under the window key
/// </code>
/// An id is a length, its lowest bit 1 for lower-case hex, and the text or the bytes of the hex.
/// </summary>
internal static class ClickRecordFormat
{
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    [Flags]
    private enum Parts
    {
        None = 0,
        Session = 1 << 0,
        Click = 1 << 1,
        Url = 1 << 2,
        Email = 1 << 3,
        Phone = 1 << 4,
        Fbclid = 1 << 5,
        ConsentKnown = 1 << 6,
        Consent = 1 << 7,
        Page = 1 << 8,
        UtmSource = 1 << 9,
        UtmMedium = 1 << 10,
        UtmCampaign = 1 << 11,
        UtmContent = 1 << 12,
        UtmTerm = 1 << 13,
        Gclid = 1 << 14,
        UserData = 1 << 15,
    }

    /// <summary>The bytes of an event.</summary>
    /// <param name="tracked">The event.</param>
    /// <param name="box">Its user data under the window key.</param>
    public static byte[] Encode(TrackedEvent tracked, SealedBox? box)
    {
        var (keys, traits) = (tracked.Keys, tracked.Traits);
        using var memory = new MemoryStream(512 + (box?.Box.Length ?? 0));
        using var writer = new BinaryWriter(memory, Encoding.UTF8);
        writer.Write((byte)tracked.Kind);
        writer.Write7BitEncodedInt((int)PartsOf(tracked, box));
        writer.Write7BitEncodedInt64(tracked.EventTime.ToUnixTimeMilliseconds());
        writer.Write7BitEncodedInt64(tracked.ReceivedAt.ToUnixTimeMilliseconds());
        WriteId(writer, tracked.EventId);
        if (tracked.SessionId is { } session)
            WriteId(writer, session);
        if (tracked.ClickId is { } click)
            WriteId(writer, click);
        if (tracked.Url is { } url)
            KeptAddress.Write(writer, url, traits);
        foreach (var index in (ReadOnlySpan<byte[]?>)[keys.Email, keys.Phone])
        {
            if (index is not null)
                WriteBytes(writer, index);
        }

        foreach (var text in (ReadOnlySpan<string?>)[traits.Page, traits.UtmSource, traits.UtmMedium, traits.UtmCampaign, traits.UtmContent, traits.UtmTerm, traits.Gclid])
        {
            if (text is not null)
                writer.Write(text);
        }

        if (box is not null)
            writer.Write(box.Box);
        writer.Flush();
        return memory.ToArray();
    }

    /// <summary>Reads an event, without ingest_id and brand; false for bytes that are none.</summary>
    public static bool TryDecode(byte[] bytes, [MaybeNullWhen(false)] out TrackedEvent tracked)
    {
        try
        {
            using var memory = new MemoryStream(bytes, writable: false);
            using var reader = new BinaryReader(memory, Encoding.UTF8);
            tracked = Decode(reader);
            return true;
        }
        catch (Exception e) when (e is EndOfStreamException or FormatException or IOException or ArgumentException)
        {
            tracked = null;
            return false;
        }
    }

    private static Parts PartsOf(TrackedEvent tracked, SealedBox? box)
    {
        var (keys, traits) = (tracked.Keys, tracked.Traits);
        return If(tracked.SessionId is not null, Parts.Session) | If(tracked.ClickId is not null, Parts.Click) | If(tracked.Url is not null, Parts.Url)
            | If(keys.Email is not null, Parts.Email) | If(keys.Phone is not null, Parts.Phone) | If(keys.Fbclid is not null, Parts.Fbclid)
            | If(tracked.ConsentAds is not null, Parts.ConsentKnown) | If(tracked.ConsentAds is true, Parts.Consent)
            | If(traits.Page is not null, Parts.Page) | If(traits.UtmSource is not null, Parts.UtmSource) | If(traits.UtmMedium is not null, Parts.UtmMedium)
            | If(traits.UtmCampaign is not null, Parts.UtmCampaign) | If(traits.UtmContent is not null, Parts.UtmContent)
            | If(traits.UtmTerm is not null, Parts.UtmTerm) | If(traits.Gclid is not null, Parts.Gclid) | If(box is not null, Parts.UserData);

        static Parts If(bool there, Parts part) => there ? part : Parts.None;
    }

    private static TrackedEvent Decode(BinaryReader reader)
    {
        var kind = (EventKind)reader.ReadByte();
        var parts = (Parts)reader.Read7BitEncodedInt();
        var (eventTime, receivedAt) = (reader.Read7BitEncodedInt64(), reader.Read7BitEncodedInt64());
        var eventId = ReadId(reader);
        var session = parts.HasFlag(Parts.Session) ? ReadId(reader) : null;
        var click = parts.HasFlag(Parts.Click) ? ReadId(reader) : null;
        var url = parts.HasFlag(Parts.Url) ? KeptAddress.Read(reader) : (KeptAddress?)null;
        var keys = new MatchKeys
        {
            Email = parts.HasFlag(Parts.Email) ? ReadBytes(reader) : null,
            Phone = parts.HasFlag(Parts.Phone) ? ReadBytes(reader) : null,
            Fbclid = parts.HasFlag(Parts.Fbclid) ? [] : null,
        };
        var traits = new Traits
        {
            Page = parts.HasFlag(Parts.Page) ? reader.ReadString() : null,
            UtmSource = parts.HasFlag(Parts.UtmSource) ? reader.ReadString() : null,
            UtmMedium = parts.HasFlag(Parts.UtmMedium) ? reader.ReadString() : null,
            UtmCampaign = parts.HasFlag(Parts.UtmCampaign) ? reader.ReadString() : null,
            UtmContent = parts.HasFlag(Parts.UtmContent) ? reader.ReadString() : null,
            UtmTerm = parts.HasFlag(Parts.UtmTerm) ? reader.ReadString() : null,
            Gclid = parts.HasFlag(Parts.Gclid) ? reader.ReadString() : null,
        };
        return new()
        {
            IngestId = "",
            BrandId = "",
            Kind = kind,
            EventId = eventId,
            EventTime = DateTimeOffset.FromUnixTimeMilliseconds(eventTime),
            ReceivedAt = DateTimeOffset.FromUnixTimeMilliseconds(receivedAt),
            SessionId = session,
            ClickId = click,
            Url = url?.In(traits),
            Keys = keys,
            Traits = traits,
            ConsentAds = parts.HasFlag(Parts.ConsentKnown) ? parts.HasFlag(Parts.Consent) : null,
            UserData = parts.HasFlag(Parts.UserData) ? new() { KeyId = KeyRef.Window.Id, Box = ReadToEnd(reader) } : null,
        };
    }

    private static void WriteId(BinaryWriter writer, string id)
    {
        var isHex = id.Length % 2 == 0 && !id.AsSpan().ContainsAnyExcept(HexDigits);
        var bytes = isHex ? Convert.FromHexString(id) : Encoding.UTF8.GetBytes(id);
        writer.Write7BitEncodedInt((bytes.Length << 1) | (isHex ? 1 : 0));
        writer.Write(bytes);
    }

    private static string ReadId(BinaryReader reader)
    {
        var head = reader.Read7BitEncodedInt();
        var bytes = ReadExactly(reader, head >> 1);
        return (head & 1) == 1 ? Convert.ToHexStringLower(bytes) : Encoding.UTF8.GetString(bytes);
    }

    private static void WriteBytes(BinaryWriter writer, byte[] bytes)
    {
        writer.Write7BitEncodedInt(bytes.Length);
        writer.Write(bytes);
    }

    private static byte[] ReadBytes(BinaryReader reader) => ReadExactly(reader, reader.Read7BitEncodedInt());

    private static byte[] ReadToEnd(BinaryReader reader) => ReadExactly(reader, (int)(reader.BaseStream.Length - reader.BaseStream.Position));

    private static byte[] ReadExactly(BinaryReader reader, int count)
    {
        // Checked first: a damaged length must not ask for memory.
        if (count < 0 || count > reader.BaseStream.Length - reader.BaseStream.Position)
            throw new EndOfStreamException();
        return reader.ReadBytes(count);
    }
}
