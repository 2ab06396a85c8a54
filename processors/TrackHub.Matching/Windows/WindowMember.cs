using System.Buffers.Binary;
using TrackHub.Matching.Deciding;
using TrackHub.Schemas;

namespace TrackHub.Matching.Windows;

/// <summary>
/// One member of a window and its score. Fixed layouts, big-endian, first byte the form:
/// <code>
/// 5 event     kind 1, its highest bit an ad's touch · ingest_id 16 · received 4 · session tag 4; score: event time
/// 7 link      session index 11; score: when the session was first known by this key
/// 8 featured  as 5, then ip 4 · prefix 4 · user agent 4 · browser 2 · major 2 · os 2 · country 2 · region 2 · product 4 · campaign 4 · source 4 · page 4
/// e, p, x     an identity of a session, <see cref="WindowKeys.Held"/>
/// </code>
/// Scores are Unix milliseconds; received counts milliseconds from the time inside the ingest_id, 24 days either way at most. The same event
/// gives the same bytes and score, so that writing it again changes nothing.
/// </summary>
internal readonly record struct WindowMember
{
    private const byte EventForm = 5;
    private const byte LinkForm = 7;
    private const byte FeaturedForm = 8;
    private const int EventBytes = 26;
    private const int FeaturedBytes = EventBytes + 38;
    private const int LinkBytes = 1 + WindowKeys.KeptBytes;
    private const byte AdTouchFlag = 0x80;

    // The year 2200: what lies beyond is no time, and must not end a reader.
    private const long MaxScore = 7_258_118_400_000;

    /// <summary>The event, or null for a link.</summary>
    public Candidate? Event { get; private init; }

    /// <summary>Index of the session a link leads to, as far as keys keep it, or null.</summary>
    public byte[]? Session { get; private init; }

    /// <summary>When the identification behind a link was received.</summary>
    public DateTimeOffset LinkedAt { get; private init; }

    /// <summary>Bytes of a member that begins with this one; null where no form does.</summary>
    public static int? LengthOf(byte first) => first switch
    {
        EventForm => EventBytes,
        FeaturedForm => FeaturedBytes,
        LinkForm or (byte)'e' or (byte)'p' or (byte)'x' => LinkBytes,
        _ => null,
    };

    /// <summary>Whether a member is an event.</summary>
    public static bool IsEvent(ReadOnlySpan<byte> member) => member[0] is EventForm or FeaturedForm;

    /// <summary>What an event was.</summary>
    public static EventKind KindOf(ReadOnlySpan<byte> member) => (EventKind)(member[1] & ~AdTouchFlag);

    /// <summary>Encodes an event, with features if it carries them. Its score is its event time.</summary>
    public static byte[] Encode(Candidate candidate)
    {
        var bytes = new byte[candidate.Features is null ? EventBytes : FeaturedBytes];
        bytes[0] = candidate.Features is null ? EventForm : FeaturedForm;
        bytes[1] = (byte)((byte)candidate.Kind | (candidate.AdTouch ? AdTouchFlag : 0));
        candidate.IngestId.TryWriteBytes(bytes.AsSpan(2), bigEndian: true, out _);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(18), (int)Math.Clamp(candidate.ReceivedAt.ToUnixTimeMilliseconds() - TimeIn(bytes.AsSpan(2)), int.MinValue, int.MaxValue));
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(22), candidate.SessionTag);
        if (candidate.Features is { } features)
            WriteFeatures(bytes.AsSpan(EventBytes), features);
        return bytes;
    }

    /// <summary>Encodes a link to a session. Its score is when it was received.</summary>
    public static byte[] EncodeLink(ReadOnlySpan<byte> sessionIndex) => [LinkForm, .. sessionIndex[..WindowKeys.KeptBytes]];

    /// <summary>Reads a member; false for a form this version does not know, which another one may have written.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, double score, out WindowMember member)
    {
        member = default;
        if (score is not (>= 0 and <= MaxScore))
            return false;
        var time = DateTimeOffset.FromUnixTimeMilliseconds((long)score);
        switch (bytes)
        {
            case [EventForm, ..] when bytes.Length == EventBytes:
            case [FeaturedForm, ..] when bytes.Length == FeaturedBytes:
                member = new()
                {
                    Event = new()
                    {
                        IngestId = new Guid(bytes.Slice(2, 16), bigEndian: true),
                        EventTime = time,
                        ReceivedAt = DateTimeOffset.UnixEpoch.AddMilliseconds(Math.Min(TimeIn(bytes[2..]), MaxScore) + BinaryPrimitives.ReadInt32BigEndian(bytes[18..])),
                        Kind = KindOf(bytes),
                        AdTouch = (bytes[1] & AdTouchFlag) != 0,
                        SessionTag = BinaryPrimitives.ReadUInt32BigEndian(bytes[22..]),
                        Features = bytes[0] == EventForm ? null : ReadFeatures(bytes[EventBytes..]),
                    },
                };
                return true;
            case [LinkForm, ..] when bytes.Length == LinkBytes:
                member = new() { LinkedAt = time, Session = bytes[1..].ToArray() };
                return true;
            default:
                return false;
        }
    }

    /// <summary>The time in a UUIDv7's first 48 bits (RFC 9562), Unix milliseconds.</summary>
    private static long TimeIn(ReadOnlySpan<byte> ingestId) => ((long)BinaryPrimitives.ReadUInt32BigEndian(ingestId) << 16) | BinaryPrimitives.ReadUInt16BigEndian(ingestId[4..]);

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
        BinaryPrimitives.WriteUInt32BigEndian(to[34..], features.Page);
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
        BinaryPrimitives.ReadUInt32BigEndian(from[30..]),
        BinaryPrimitives.ReadUInt32BigEndian(from[34..]));
}
