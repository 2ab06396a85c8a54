using TrackHub.Matching.Consents;
using TrackHub.Matching.Deciding;
using TrackHub.Matching.Orders;
using TrackHub.Platform.Quality;
using TrackHub.Schemas;

namespace TrackHub.Matching.Sales;

/// <summary>Writes down what became of a sale: pure, from the sale, its order's step and the click.</summary>
internal static class ConversionMaker
{
    /// <summary>The Conversion of a new revision.</summary>
    /// <param name="work">The sale after its search.</param>
    /// <param name="step">The revision it makes.</param>
    /// <param name="matched">The Conversion that found the order's click before; its click stays. Null: the sale's own search counts.</param>
    /// <param name="userData">Merged user data.</param>
    /// <param name="consent">Consent that applies.</param>
    /// <param name="flags">What the batch's circumstances add.</param>
    public static Conversion Make(
        SaleWork work, OrderStep step, Conversion? matched, UserData userData, ConsentVerdict consent, IReadOnlyList<string> flags)
    {
        var (tracked, sale) = (work.Sale.Event, work.Sale.Sale);
        var (keys, quality) = MatchQuality.Of(userData);
        var stage = matched?.Stage ?? work.Decision.Stage;
        return new()
        {
            BrandId = tracked.BrandId,
            Gateway = sale.Gateway,
            SaleId = work.Sale.Key.SaleId,
            Revision = step.Revision,
            IngestId = tracked.IngestId,
            EventId = tracked.EventId,
            Kind = sale.Kind,
            State = step.State,
            Test = sale.Test,
            Purchase = step.Purchase,
            EventTime = tracked.EventTime,
            ReceivedAt = tracked.ReceivedAt,
            Method = sale.Method,
            AmountMinor = sale.AmountMinor,
            NetMinor = sale.NetMinor,
            Currency = sale.Currency ?? (sale.AmountMinor is null ? null : work.Sale.Brand.Currency),
            ProductId = sale.ProductId,
            ProductName = sale.ProductName,
            OfferId = sale.OfferId,
            SubscriptionId = sale.SubscriptionId,
            Cycle = sale.Cycle,
            Stage = stage,
            Score = matched?.Score ?? work.Decision.Score,
            RulesVersion = matched?.RulesVersion ?? work.Rules.Version,
            ScoreModel = matched?.ScoreModel ?? ProbabilisticWeights.Version,
            Reason = matched?.Reason ?? work.Decision.Reason,
            Click = matched is not null ? matched.Click : work.Decision.Winner is null ? null : ClickOf(work.Click!.Event),
            Evidence = matched?.Evidence ?? [.. work.Trail.Evidence],
            KeysPresent = keys,
            Quality = quality,
            Passes = work.Sale.Pass,
            Flags = FlagsOf(tracked, stage, flags),
            ConsentAds = consent.Known?.Ads,
            ConsentAt = consent.Known?.At,
        };
    }

    /// <summary>The consent that applies to a sale: the newest of the table's, the click's own and the sale's own, else the brand's basis.</summary>
    public static ConsentVerdict ConsentOf(SaleWork work)
    {
        var newest = work.Consent;
        newest = KnownConsent.Newest(newest, KnownConsent.In(work.Sale.Event));
        newest = KnownConsent.Newest(newest, work.Click is { } click ? KnownConsent.In(click.Event) : null);
        return ConsentVerdict.Of(newest, work.Sale.Brand.ConsentBasis);
    }

    private static MatchedClick ClickOf(TrackedEvent click) => new()
    {
        EventId = click.EventId,
        IngestId = click.IngestId,
        Kind = click.Kind,
        EventTime = click.EventTime,
        ClickId = click.ClickId,
        SessionId = click.SessionId,
        Page = click.Traits.Page,
        UtmSource = click.Traits.UtmSource,
        UtmMedium = click.Traits.UtmMedium,
        UtmCampaign = click.Traits.UtmCampaign,
        UtmContent = click.Traits.UtmContent,
        UtmTerm = click.Traits.UtmTerm,
        Source = click.Keys.Fbclid is not null ? "meta" : click.Traits.Gclid is not null ? "google" : "organic",
    };

    private static List<string> FlagsOf(TrackedEvent tracked, MatchStage stage, IReadOnlyList<string> circumstances)
    {
        var flags = new List<string>(circumstances);
        if (tracked.OriginalEventTime is not null)
            flags.Add("clamped_time");
        if (stage == MatchStage.Probabilistic)
            flags.Add("probabilistic");
        return flags;
    }
}
