using TrackHub.Metrics.Grounds;
using TrackHub.Metrics.Summing;
using TrackHub.Platform.Money;
using TrackHub.Schemas;

namespace TrackHub.Metrics.Facts;

/// <summary>A sale by name.</summary>
internal readonly record struct SaleKey(string BrandId, string Gateway, string SaleId);

/// <summary>That a sale was paid, as its first revision that says so told it.</summary>
/// <param name="Revision">That revision.</param>
/// <param name="At">When.</param>
/// <param name="AmountMinor">Gross, minor units; null if it was not told.</param>
/// <param name="Currency">Currency of the amount; null if it was not told.</param>
/// <param name="Renewal">A further charge of a subscription.</param>
internal sealed record Payment(long Revision, DateTimeOffset At, long? AmountMinor, string? Currency, bool Renewal);

/// <summary>What the revisions of a sale say of money.</summary>
/// <remarks>
/// A join of what each says: the state and source of the highest revision, the payment of the lowest that tells one. So neither order nor repetition of
/// records makes a difference, and the fact of some records joined with that of others is that of all.
/// </remarks>
internal sealed record SaleFact(SaleKey Key, DateTimeOffset FirstReceivedAt, long Revision, SaleKind State, MetricSource Source, Payment? Payment)
{
    /// <summary>What one revision says.</summary>
    public static SaleFact Of(Conversion conversion) => new(
        new(conversion.BrandId, conversion.Gateway, conversion.SaleId),
        conversion.ReceivedAt,
        conversion.Revision,
        conversion.State,
        SourceOf(conversion.Click),
        IsPayment(conversion)
            ? new(conversion.Revision, conversion.EventTime, conversion.AmountMinor, conversion.AmountMinor is null ? null : conversion.Currency, IsRenewal(conversion))
            : null);

    /// <summary>What both say. They are of one sale.</summary>
    public SaleFact With(SaleFact other)
    {
        var newest = (Revision, State, Source).CompareTo((other.Revision, other.State, other.Source)) >= 0 ? this : other;
        return newest with
        {
            FirstReceivedAt = FirstReceivedAt <= other.FirstReceivedAt ? FirstReceivedAt : other.FirstReceivedAt,
            Payment = Payment is null || (other.Payment is not null && other.Payment.Revision < Payment.Revision) ? other.Payment : Payment,
        };
    }

    /// <summary>What it adds to the sums; null if it was never paid.</summary>
    public Share? ShareIn(BrandGround ground, RateTable rates)
    {
        if (Payment is null)
            return null;

        var converted = Payment.Currency is null ? 0 : ground.Convert(Payment.AmountMinor!.Value, Payment.Currency, Payment.At, rates);
        var takenBack = State is SaleKind.Refunded or SaleKind.Chargeback;
        return new(Source, ground.Clock.StartsOf(Payment.At), new()
        {
            Revenue = takenBack ? 0 : converted ?? 0,
            Refunded = takenBack ? converted ?? 0 : 0,
            Conversions = takenBack || Payment.Renewal ? 0 : 1,
            Unconverted = converted is null ? 1 : 0,
        });
    }

    // Approved without a Purchase: worth nothing, or told before under another name of the same sale.
    private static bool IsPayment(Conversion conversion) => conversion.Purchase || conversion.Kind is SaleKind.Renewed or SaleKind.Completed;

    private static bool IsRenewal(Conversion conversion) => conversion.Kind is SaleKind.Renewed || conversion.Cycle > 1;

    private static MetricSource SourceOf(MatchedClick? click) => click?.Source switch
    {
        "meta" => MetricSource.Meta,
        "google" => MetricSource.Google,
        _ => MetricSource.Organic,
    };
}
