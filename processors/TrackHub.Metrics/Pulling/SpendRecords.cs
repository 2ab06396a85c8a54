using TrackHub.Platform.AdPlatforms;
using TrackHub.Platform.Streams;
using TrackHub.Schemas;

namespace TrackHub.Metrics.Pulling;

/// <summary>Records of topic <c>ad-spend</c>. Pure.</summary>
internal static class SpendRecords
{
    /// <summary>Key of an hour: brand, source, account, start in UTC to the minute, for hours of half-hour zones begin at :30.</summary>
    public static string KeyOf(AdSpend spend) => $"{spend.BrandId}/{spend.Source.ToSymbol()}/{spend.AccountId}/{spend.Hour.UtcDateTime:yyyy-MM-dd'T'HH:mm'Z'}";

    /// <summary>Source that a platform's spend counts under.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An unknown platform.</exception>
    public static MetricSource SourceOf(string platform) => platform switch
    {
        AdPlatformNames.Meta => MetricSource.Meta,
        AdPlatformNames.Google => MetricSource.Google,
        _ => throw new ArgumentOutOfRangeException(nameof(platform), platform, "No such platform."),
    };

    /// <summary>What a pull tells, a record an hour; of one hour the later pull replaces the earlier.</summary>
    public static IReadOnlyList<OutgoingRecord> Of(LeasedIntegration taken, AdAccount account, IReadOnlyList<AdHour> hours) =>
    [
        .. hours.Select(hour => new AdSpend
        {
            BrandId = taken.BrandId,
            Source = SourceOf(taken.Platform),
            AccountId = taken.AccountId,
            Hour = hour.Start,
            PulledAt = taken.TakenAt,
            Currency = account.Currency,
            SpendMinor = hour.SpendMinor,
            Clicks = hour.Clicks,
            Impressions = hour.Impressions,
        }).Select(static spend => OutgoingRecord.Create(Topics.AdSpend, KeyOf(spend), spend, new RecordHeaders().Brand(spend.BrandId))),
    ];
}
