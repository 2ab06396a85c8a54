using TrackHub.Platform.Money;
using TrackHub.Platform.Performance;

namespace TrackHub.Metrics.Grounds;

/// <summary>What a brand's sums are made with.</summary>
/// <param name="BrandId">Brand.</param>
/// <param name="TimeZone">IANA zone of its days.</param>
/// <param name="Currency">Currency of its amounts.</param>
internal sealed record BrandGround(string BrandId, string TimeZone, string Currency)
{
    /// <summary>Its hours, days and weeks.</summary>
    public BucketClock Clock { get; } = BucketClock.Of(TimeZone);

    /// <summary>An amount in its currency; null without a rate.</summary>
    public long? Convert(long amountMinor, string currency, DateTimeOffset at, RateTable rates) =>
        currency == Currency ? amountMinor : rates.Convert(amountMinor, currency, Currency, Clock.DateOf(at));
}
