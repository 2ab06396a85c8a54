using TrackHub.Matching.Deciding;
using TrackHub.Schemas;

namespace TrackHub.Matching.Tests.Deciding;

/// <summary>Short ways to say what a window holds.</summary>
internal static class Candidates
{
    public static readonly DateTimeOffset SaleAt = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    public static Candidate At(TimeSpan beforeSale, EventKind kind = EventKind.Click, Guid? id = null, TimeSpan? receivedAfterSale = null) => new()
    {
        IngestId = id ?? Guid.NewGuid(),
        EventTime = SaleAt - beforeSale,
        ReceivedAt = receivedAfterSale is { } late ? SaleAt + late : SaleAt - beforeSale,
        Kind = kind,
        AdTouch = kind == EventKind.Click,
        SessionTag = 0,
    };

    public static SaleFacts Sale(int pass, params Signal[] present) => new(SaleAt, pass, present.ToHashSet(), default);

    public static Func<Signal, IReadOnlyList<Candidate>> Only(Signal signal, params Candidate[] candidates) =>
        asked => asked == signal ? candidates : [];
}
