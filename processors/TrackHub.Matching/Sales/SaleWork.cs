using TrackHub.Matching.Consents;
using TrackHub.Matching.Deciding;
using TrackHub.Matching.Orders;
using TrackHub.Matching.Windows;
using TrackHub.Platform.Streams;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;

namespace TrackHub.Matching.Sales;

/// <summary>A sale's record, decoded and known to be one. Immutable.</summary>
/// <param name="Record">The record it came in.</param>
/// <param name="Event">Its event.</param>
/// <param name="Sale">The sale in it.</param>
/// <param name="Brand">Its brand.</param>
/// <param name="Pass">1 at once, 2 after 5 s, 3 after a further 60 s.</param>
internal sealed record SaleEvent(StreamRecord Record, TrackedEvent Event, Sale Sale, Brand Brand, int Pass)
{
    /// <summary>Passes a sale takes at most.</summary>
    public const int LastPass = 3;

    /// <summary>Its order: the one its gateway names, or the one that is known by a name of it.</summary>
    public OrderKey Key { get; init; } = OrderKey.Of(Event, Sale);

    /// <summary>Every name of its order, as orders; none where the gateway has one id for a sale.</summary>
    public IEnumerable<OrderKey> Names => Sale.Names.Select(name => Key with { SaleId = name });

    /// <summary>Whether it tells by which names its order goes. Others only ask: a refund names the payment, which may be known to belong to a sale.</summary>
    public bool TellsNames => Sale.Names.Count > 0 && (SaleStates.SearchesClick(Sale.Kind) || OnlyTellsNames);

    /// <summary>Whether it is no state of a sale, and yet tells names of one.</summary>
    public bool OnlyTellsNames => Sale is { Kind: SaleKind.Ignored, Names.Count: > 1 };

    /// <summary>Whether it says anything of an order: a state of it, or a name.</summary>
    public bool ConcernsOrder => SaleStates.IsState(Sale.Kind) || OnlyTellsNames;

    /// <summary>Whether it waits for a sale that nothing is known of: it speaks of one by another name, and what links the two may come later.</summary>
    public bool MayWaitForOrder => Sale.Names.Count > 0 && (SaleStates.IsAboutPaid(Sale.Kind) || OnlyTellsNames) && Pass < LastPass;

    /// <summary>Its ingest_id.</summary>
    public Guid IngestId { get; } = Guid.Parse(Event.IngestId);

    /// <summary>Whether the search for a click makes sense; the test button's sale has none.</summary>
    public bool SearchesClick => SaleStates.SearchesClick(Sale.Kind) && !Sale.Test;

    /// <summary>Whether it may wait for a click that is late.</summary>
    public bool MayWait => SaleStates.WaitsForClick(Sale.Kind) && !Sale.Test && Pass < LastPass;

    /// <summary>Whether an approval is a Purchase: not a test, and worth something.</summary>
    public bool IsPurchasable => !Sale.Test && Sale.AmountMinor > 0;
}

/// <summary>A sale on its way through one attempt at a batch. Belongs to one thread at a time.</summary>
internal sealed class SaleWork(SaleEvent sale, MatchRules rules)
{
    /// <summary>The sale.</summary>
    public SaleEvent Sale { get; } = sale;

    /// <summary>The brand's rules.</summary>
    public MatchRules Rules { get; } = rules;

    /// <summary>What it offers to matching.</summary>
    public SaleFacts Facts { get; } = SaleFacts.Of(sale.Event, sale.Pass);

    /// <summary>Evidence of its own search.</summary>
    public Trail Trail { get; } = new();

    /// <summary>What its own search found.</summary>
    public Decision Decision { get; set; } = Decision.None;

    /// <summary>What it made itself when it was read before, else what found its order's click; null without either.</summary>
    public Conversion? Earlier { get; set; }

    /// <summary>The click, found now or earlier, as far as it is still known.</summary>
    public KnownClick? Click { get; set; }

    /// <summary>Newest consent in the table, by any subject of the sale or its click.</summary>
    public KnownConsent? Consent { get; set; }

    /// <summary>ingest_id of the click, found now or earlier; null without one.</summary>
    public Guid? ClickId => Decision.Winner?.IngestId ?? (Earlier?.Click is { } click ? Guid.Parse(click.IngestId) : null);
}
