using System.Globalization;

namespace TrackHub.Ingest.Webhooks;

/// <summary>How the zone of a gateway's time was found; a metric tag.</summary>
internal enum ZoneChoice
{
    /// <summary>The body gives no time: the receive time stands in.</summary>
    Absent,

    /// <summary>Written with its offset, or as Unix time.</summary>
    Explicit,

    /// <summary>Naive, read as America/Sao_Paulo.</summary>
    SaoPaulo,

    /// <summary>Naive, read as UTC, since São Paulo would lie ahead of the receive time.</summary>
    Utc,

    /// <summary>Ahead of the receive time in every reading: the receive time stands in, the original is kept.</summary>
    Clamped,
}

/// <summary>When a sale's state came about, as far as its gateway tells.</summary>
/// <param name="Time">Never after the receive time.</param>
/// <param name="Original">What the gateway said, where <paramref name="Time"/> had to differ.</param>
/// <param name="Zone">How the zone was found.</param>
/// <remarks>
/// Naive strings carry no zone, and a wrong guess is three hours: both readings are made, those later than the receive time plus five
/// minutes are dropped, São Paulo wins where both remain. Every time told is of something that happened, so the rule holds for all events.
/// </remarks>
internal readonly record struct SaleTime(DateTimeOffset Time, DateTimeOffset? Original, ZoneChoice Zone)
{
    // Fixed since Brazil ended daylight saving in 2019.
    private static readonly TimeSpan SaoPauloOffset = TimeSpan.FromHours(-3);
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(5);
    private static readonly DateTimeOffset Earliest = new(2010, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Latest = new(2200, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly string[] NaiveFormats =
    [
        "yyyy-MM-dd HH:mm", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd HH:mm:ss.FFFFFF", "yyyy-MM-ddTHH:mm", "yyyy-MM-ddTHH:mm:ss",
        "yyyy-MM-ddTHH:mm:ss.FFFFFFF", "yyyy-MM-dd", "dd/MM/yyyy HH:mm", "dd/MM/yyyy HH:mm:ss", "dd/MM/yyyy",
    ];

    /// <summary>No time told.</summary>
    public static SaleTime Unknown(DateTimeOffset receivedAt) => new(receivedAt, null, ZoneChoice.Absent);

    /// <summary>From Unix milliseconds; null or out of range is <see cref="Unknown"/>.</summary>
    public static SaleTime FromUnixMilliseconds(long? milliseconds, DateTimeOffset receivedAt) =>
        milliseconds is { } known && known >= Earliest.ToUnixTimeMilliseconds() && known < Latest.ToUnixTimeMilliseconds()
            ? Settle(DateTimeOffset.FromUnixTimeMilliseconds(known), receivedAt, ZoneChoice.Explicit)
            : Unknown(receivedAt);

    /// <summary>From text in any of the gateways' spellings; null or unreadable is <see cref="Unknown"/>.</summary>
    public static SaleTime FromText(string? text, DateTimeOffset receivedAt)
    {
        if (text is null)
            return Unknown(receivedAt);
        if (DateTime.TryParseExact(text, NaiveFormats, CultureInfo.InvariantCulture, DateTimeStyles.None, out var naive))
            return FromNaive(naive, receivedAt);
        return text.Contains('T', StringComparison.Ordinal)
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var offset)
            && offset >= Earliest && offset < Latest
                ? Settle(offset.ToUniversalTime(), receivedAt, ZoneChoice.Explicit)
                : Unknown(receivedAt);
    }

    private static SaleTime FromNaive(DateTime naive, DateTimeOffset receivedAt)
    {
        if (naive < Earliest.DateTime || naive >= Latest.DateTime)
            return Unknown(receivedAt);

        var saoPaulo = new DateTimeOffset(naive, SaoPauloOffset).ToUniversalTime();
        if (saoPaulo <= receivedAt + ClockTolerance)
            return Settle(saoPaulo, receivedAt, ZoneChoice.SaoPaulo);

        var utc = new DateTimeOffset(naive, TimeSpan.Zero);
        return utc <= receivedAt + ClockTolerance
            ? Settle(utc, receivedAt, ZoneChoice.Utc)
            : new(receivedAt, saoPaulo, ZoneChoice.Clamped);
    }

    private static SaleTime Settle(DateTimeOffset time, DateTimeOffset receivedAt, ZoneChoice zone)
    {
        if (time <= receivedAt)
            return new(time, null, zone);
        return new(receivedAt, time, time <= receivedAt + ClockTolerance ? zone : ZoneChoice.Clamped);
    }
}
