using System.Buffers.Binary;
using TrackHub.Matching.Deciding;
using TrackHub.Schemas;

namespace TrackHub.Matching.Windows;

/// <summary>
/// One member of a window. Fixed layouts, big-endian, first byte the form; times are 48-bit Unix milliseconds:
/// <code>
/// 1 event     ingest_id 16 · event time 6 · received 6 · kind 1 · flags 1 · session tag 4
/// 2 featured  as 1, then ip 4 · prefix 4 · user agent 4 · browser 2 · major 2 · os 2 · country 2 · region 2 · product 4 · campaign 4 · source 4
/// 3 link      received 6 · session index 16
/// </code>
/// The same event gives the same bytes, so that writing it again changes nothing.
/// </summary>
internal readonly record struct WindowMember
{
    private const byte EventForm = 1;
    private const byte FeaturedForm = 2;
    private const byte LinkForm = 3;
    private const int EventBytes = 35;
    private const int FeaturedBytes = EventBytes + Features.EncodedBytes;
    private const int LinkBytes = 23;
    private const byte AdTouchFlag = 1;

    /// <summary>The event, or null for a link.</summary>
    public Candidate? Event { get; private init; }

    /// <summary>Index of the session a link leads to, or null.</summary>
    public byte[]? Session { get; private init; }

    /// <summary>When the identification behind a link was received.</summary>
    public DateTimeOffset LinkedAt { get; private init; }

    /// <summary>Encodes an event, with features if it carries them.</summary>
    public static byte[] Encode(Candidate candidate)
    {
        var bytes = new byte[candidate.Features is null ? EventBytes : FeaturedBytes];
        bytes[0] = candidate.Features is null ? EventForm : FeaturedForm;
        candidate.IngestId.TryWriteBytes(bytes.AsSpan(1), bigEndian: true, out _);
        WriteTime(bytes.AsSpan(17), candidate.EventTime);
        WriteTime(bytes.AsSpan(23), candidate.ReceivedAt);
        bytes[29] = (byte)candidate.Kind;
        bytes[30] = candidate.AdTouch ? AdTouchFlag : (byte)0;
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(31), candidate.SessionTag);
        if (candidate.Features is { } features)
            WriteFeatures(bytes.AsSpan(EventBytes), features);
        return bytes;
    }

    /// <summary>Encodes a link to a session.</summary>
    public static byte[] EncodeLink(DateTimeOffset receivedAt, ReadOnlySpan<byte> sessionIndex)
    {
        var bytes = new byte[LinkBytes];
        bytes[0] = LinkForm;
        WriteTime(bytes.AsSpan(1), receivedAt);
        sessionIndex[..WindowKeys.IndexBytes].CopyTo(bytes.AsSpan(7));
        return bytes;
    }

    /// <summary>Reads a member; false for a form this version does not know, which a newer one may have written.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, out WindowMember member)
    {
        member = default;
        switch (bytes)
        {
            case [EventForm, ..] when bytes.Length == EventBytes:
            case [FeaturedForm, ..] when bytes.Length == FeaturedBytes:
                member = new()
                {
                    Event = new()
                    {
                        IngestId = new Guid(bytes.Slice(1, 16), bigEndian: true),
                        EventTime = ReadTime(bytes[17..]),
                        ReceivedAt = ReadTime(bytes[23..]),
                        Kind = (EventKind)bytes[29],
                        AdTouch = (bytes[30] & AdTouchFlag) != 0,
                        SessionTag = BinaryPrimitives.ReadUInt32BigEndian(bytes[31..]),
                        Features = bytes[0] == FeaturedForm ? ReadFeatures(bytes[EventBytes..]) : null,
                    },
                };
                return true;
            case [LinkForm, ..] when bytes.Length == LinkBytes:
                member = new() { LinkedAt = ReadTime(bytes[1..]), Session = bytes[7..].ToArray() };
                return true;
            default:
                return false;
        }
    }

    private static void WriteTime(Span<byte> to, DateTimeOffset time)
    {
        var ms = (ulong)Math.Max(0, time.ToUnixTimeMilliseconds());
        BinaryPrimitives.WriteUInt16BigEndian(to, (ushort)(ms >> 32));
        BinaryPrimitives.WriteUInt32BigEndian(to[2..], (uint)ms);
    }

    private static DateTimeOffset ReadTime(ReadOnlySpan<byte> from) =>
        DateTimeOffset.FromUnixTimeMilliseconds(((long)BinaryPrimitives.ReadUInt16BigEndian(from) << 32) | BinaryPrimitives.ReadUInt32BigEndian(from[2..]));

    private static void WriteFeatures(Span<byte> to, Features features)
    {
        BinaryPrimitives.WriteUInt32BigEndian(to, features.Ip);
        BinaryPrimitives.WriteUInt32BigEndian(to[4..], features.IpPrefix);
        BinaryPrimitives.WriteUInt32BigEndian(to[8..], features.UserAgent);
        BinaryPrimitives.WriteUInt16BigEndian(to[12..], features.Browser);
        BinaryPrimitives.WriteUInt16BigEndian(to[14..], features.BrowserMajor);
        BinaryPrimitives.WriteUInt16BigEndian(to[16..], features.Os);
        BinaryPrimitives.WriteUInt16BigEndian(to[18..], features.Country);
        BinaryPrimitives.WriteUInt16BigEndian(to[20..], features.Region);
        BinaryPrimitives.WriteUInt32BigEndian(to[22..], features.Product);
        BinaryPrimitives.WriteUInt32BigEndian(to[26..], features.Campaign);
        BinaryPrimitives.WriteUInt32BigEndian(to[30..], features.Source);
    }

    private static Features ReadFeatures(ReadOnlySpan<byte> from) => new(
        BinaryPrimitives.ReadUInt32BigEndian(from),
        BinaryPrimitives.ReadUInt32BigEndian(from[4..]),
        BinaryPrimitives.ReadUInt32BigEndian(from[8..]),
        BinaryPrimitives.ReadUInt16BigEndian(from[12..]),
        BinaryPrimitives.ReadUInt16BigEndian(from[14..]),
        BinaryPrimitives.ReadUInt16BigEndian(from[16..]),
        BinaryPrimitives.ReadUInt16BigEndian(from[18..]),
        BinaryPrimitives.ReadUInt16BigEndian(from[20..]),
        BinaryPrimitives.ReadUInt32BigEndian(from[22..]),
        BinaryPrimitives.ReadUInt32BigEndian(from[26..]),
        BinaryPrimitives.ReadUInt32BigEndian(from[30..]));
}
