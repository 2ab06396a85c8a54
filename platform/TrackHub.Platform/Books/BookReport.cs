namespace TrackHub.Platform.Books;

/// <summary>Which books are asked for.</summary>
/// <param name="BrandId">One brand's; null for all.</param>
/// <param name="From">Events accepted from then on, rounded down to the minute; null for all.</param>
public sealed record BookQuery(string? BrandId = null, DateTimeOffset? From = null);

/// <summary>A brand's books.</summary>
/// <param name="BrandId">Brand.</param>
/// <param name="Accepted">Events accepted.</param>
/// <param name="Ends">Ends by state; an event has one for each destination.</param>
/// <param name="InFlight">What is provably on its way, by <see cref="Journey.Kinds"/>.</param>
/// <param name="Unaccounted">What neither ended nor is on its way.</param>
public sealed record BrandBooks(
    string BrandId, long Accepted, IReadOnlyDictionary<string, long> Ends, IReadOnlyDictionary<string, long> InFlight, long Unaccounted);

/// <summary>A minute that does not balance.</summary>
/// <param name="Minute">Minute in which the events were accepted.</param>
/// <param name="BrandId">Brand.</param>
/// <param name="Unaccounted">What neither ended nor is on its way.</param>
/// <param name="IngestIds">Some of them, at most <see cref="BookAudit.Examples"/>, the oldest first.</param>
public sealed record UnbalancedMinute(DateTimeOffset Minute, string BrandId, long Unaccounted, IReadOnlyList<Guid> IngestIds);

/// <summary>One event that is unaccounted for.</summary>
/// <param name="IngestId">Its ingest id.</param>
/// <param name="BrandId">Brand.</param>
/// <param name="EventId">Event id; null if only its traces are known.</param>
/// <param name="Destination">Where it should have ended; null if it never got as far.</param>
/// <param name="LastSeen">The records by which it travelled, <c>topic/partition/offset</c>; their groups have read past them.</param>
public sealed record LostEvent(Guid IngestId, string BrandId, string? EventId, string? Destination, IReadOnlyList<string> LastSeen);

/// <summary>What the books say.</summary>
/// <param name="Brands">Books by brand, in the order of their ids.</param>
/// <param name="Minutes">Minutes that do not balance, the oldest first.</param>
/// <param name="Behind">
/// Records the ledger had not read when patience ended. Above 0, nothing is called unaccounted: what is missing may stand in them.
/// </param>
public sealed record BookReport(IReadOnlyList<BrandBooks> Brands, IReadOnlyList<UnbalancedMinute> Minutes, long Behind)
{
    /// <summary>Ends unaccounted for.</summary>
    public long Unaccounted => Minutes.Sum(static minute => minute.Unaccounted);

    /// <summary>Whether everything accepted has ended or is on its way, and that is certain.</summary>
    public bool Balanced => Unaccounted == 0 && Behind == 0;
}
