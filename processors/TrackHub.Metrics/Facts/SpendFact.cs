using TrackHub.Metrics.Grounds;
using TrackHub.Metrics.Summing;
using TrackHub.Platform.Money;
using TrackHub.Schemas;

namespace TrackHub.Metrics.Facts;

/// <summary>An hour of an ad account.</summary>
internal readonly record struct SpendKey(string BrandId, MetricSource Source, string AccountId, DateTimeOffset Hour);

/// <summary>What an hour of an ad account cost and brought, by its newest pull. Amount in minor units of its currency.</summary>
internal sealed record SpendFact(SpendKey Key, DateTimeOffset PulledAt, string Currency, long AmountMinor, long Clicks, long Impressions)
{
    /// <summary>What one pull says.</summary>
    public static SpendFact Of(AdSpend spend) => new(
        new(spend.BrandId, spend.Source, spend.AccountId, spend.Hour), spend.PulledAt, spend.Currency, spend.SpendMinor, spend.Clicks, spend.Impressions);

    /// <summary>The newer of both; of two at one moment the larger, so that order makes no difference. They are of one hour of one account.</summary>
    public SpendFact With(SpendFact other) => Order.CompareTo(other.Order) >= 0 ? this : other;

    /// <summary>What it adds to the sums.</summary>
    public Share ShareIn(BrandGround ground, RateTable rates)
    {
        var converted = ground.Convert(AmountMinor, Currency, Key.Hour, rates);
        return new(Key.Source, ground.Clock.StartsOf(Key.Hour), new()
        {
            Spend = converted ?? 0,
            Clicks = Clicks,
            Impressions = Impressions,
            Unconverted = converted is null ? 1 : 0,
        });
    }

    private (DateTimeOffset, long, long, long, string) Order => (PulledAt, AmountMinor, Clicks, Impressions, Currency);
}
