using System.Security.Cryptography;
using TrackHub.Schemas;

namespace TrackHub.Load.Kafka;

/// <summary>The values that raw scenarios move: clicks in the wire format, of usual size.</summary>
/// <remarks>Indexes and the sealed fields are random, as real ones look to a compressor; so many differ that a batch does not repeat itself to it.</remarks>
internal static class SampleValue
{
    private const int SealedBytes = 420;
    private const int IndexBytes = 16;
    private const int Different = 1_024;

    private static readonly byte[][] Values = [.. Enumerable.Range(0, Different).Select(static _ => New())];

    /// <summary>The value of that number.</summary>
    public static byte[] Of(long number) => Values[number % Different];

    private static byte[] New() => RecordSerde.Encode(schemaId: 1, new TrackedEvent
    {
        IngestId = "019bc1a0-0000-7000-8000-000000000001",
        BrandId = "brandexample",
        Kind = EventKind.Click,
        EventId = "ev-0123456789abcdef0123456789abcdef",
        EventTime = DateTimeOffset.UnixEpoch,
        ReceivedAt = DateTimeOffset.UnixEpoch,
        SessionId = "s-0123456789",
        ClickId = "th_01hzxk3v5m9q2w8e4r6t7y1u0p",
        Url = "https://loja.example.com/oferta?utm_source=FB&utm_medium=feed&utm_campaign=campanha-exemplo",
        Keys = new() { Fbclid = Random(IndexBytes), Ip = Random(IndexBytes), IpPrefix = Random(IndexBytes), UserAgent = Random(IndexBytes) },
        Traits = new() { Browser = "chrome", BrowserMajor = 128, Os = "android", Page = "loja.example.com/oferta", UtmSource = "FB", UtmMedium = "feed" },
        UserData = new() { KeyId = "day/1970-01-01", Box = Random(SealedBytes) },
    });

    private static byte[] Random(int bytes) => RandomNumberGenerator.GetBytes(bytes);
}
