using TrackHub.Matching.Consents;
using TrackHub.Matching.Dispatching;
using TrackHub.Platform.Streams;
using TrackHub.Schemas;

namespace TrackHub.Matching.Sales;

/// <summary>Turns what was decided of a sale into records. The same decision gives the same records, however often it is asked.</summary>
internal sealed class SaleOutcomes(DispatchRecords dispatch, MatchingMetrics metrics)
{
    /// <summary>Meta's name of a sale.</summary>
    public const string Purchase = "Purchase";

    /// <summary>Everything a revision produces: its Conversion, and dispatches or outcomes.</summary>
    public IEnumerable<OutgoingRecord> OfRevision(SaleWork work, Conversion conversion, UserData userData)
    {
        var sale = work.Sale;
        yield return OutgoingRecord.Create(Topics.Conversions, sale.Key.ToString(), conversion, Headers(sale));
        if (!conversion.Purchase)
        {
            var (state, reason) = conversion switch
            {
                { Test: true } => (OutcomeState.Test, "test_button"),
                { Kind: SaleKind.Approved, AmountMinor: null } => (OutcomeState.Recorded, "no_value"),
                { Kind: SaleKind.Approved, AmountMinor: <= 0 } => (OutcomeState.Recorded, "zero_value"),
                _ => (OutcomeState.Recorded, conversion.Kind.ToSymbol()),
            };
            yield return Outcome(sale, state, reason);
            yield break;
        }

        KnownConsent? known = conversion is { ConsentAds: { } ads, ConsentAt: { } at } ? new(ads, at) : null;
        var consent = ConsentVerdict.Of(known, sale.Brand.ConsentBasis);
        if (consent.Blocked is { } blocked)
            metrics.Blocked(blocked);
        var shared = new DispatchRecords.Shared
        {
            Event = sale.Event,
            Brand = sale.Brand,
            EventName = Purchase,
            Click = work.Click,
            UserData = conversion.KeysPresent.Count == 0 ? null : userData,
            Consent = consent,
            ValueMinor = conversion.AmountMinor,
            Currency = conversion.Currency,
            ProductId = conversion.ProductId,
            ProductName = conversion.ProductName,
            Order = (sale.Key.Gateway, sale.Key.SaleId, conversion.Revision),
        };
        foreach (var record in dispatch.Make(Topics.CapiDispatch, shared, dispatch.Pixels(sale.Brand), () => Headers(sale)))
            yield return record;
    }

    /// <summary>The end of an event that another event told before.</summary>
    public OutgoingRecord OfDuplicate(SaleEvent sale) => Outcome(sale, OutcomeState.Duplicate, sale.Sale.Kind.ToSymbol());

    /// <summary>The end of an event that is no state of a sale: the mapping did not know it, or knows that it means nothing.</summary>
    public OutgoingRecord OfOther(SaleEvent sale) =>
        Outcome(sale, sale.Sale.Kind == SaleKind.Ignored ? OutcomeState.Recorded : OutcomeState.Unmapped, sale.Sale.Kind.ToSymbol());

    /// <summary>A copy of the sale that comes back at the next pass.</summary>
    public OutgoingRecord OfPending(SaleEvent sale)
    {
        metrics.Pending(sale.Pass);
        return OutgoingRecord.Copy(sale.Pass == 1 ? Topics.PendingMatch5S : Topics.PendingMatch60S, sale.Record, Headers(sale));
    }

    private OutgoingRecord Outcome(SaleEvent sale, OutcomeState state, string reason) =>
        dispatch.Outcome(sale.Event, state, reason, sale.Key.Gateway, sale.Key.SaleId, Headers(sale));

    private static RecordHeaders Headers(SaleEvent sale) => SourceHeaders.Of(sale.Record, sale.Brand.Id);
}
