using TrackHub.Faults.Driving;
using TrackHub.Faults.Lab;

namespace TrackHub.Faults.Checking;

/// <summary>Everything seen of a run: what was sent, what the ledger's tables, the registry and the simulator hold of it.</summary>
public sealed record Evidence
{
    /// <summary>The brands of the lab.</summary>
    public required IReadOnlyList<LabBrand> Brands { get; init; }

    /// <summary>What the run sent.</summary>
    public required IReadOnlyCollection<SentEvent> Sent { get; init; }

    /// <summary>Ids of every event the lab ever sent, in other runs too.</summary>
    public required IReadOnlySet<string> EverSent { get; init; }

    /// <summary>The brands' events in the ledger since the run began.</summary>
    public required IReadOnlyList<StoredEvent> Stored { get; init; }

    /// <summary>Their ends.</summary>
    public required ILookup<Guid, StoredEnd> Ends { get; init; }

    /// <summary>Ingest ids that the registry holds as claimed, to be tried again, held or parked.</summary>
    public required IReadOnlySet<Guid> InFlight { get; init; }

    /// <summary>How each sale was matched, by event id.</summary>
    public required IReadOnlyDictionary<string, StoredMatch> Matches { get; init; }

    /// <summary>Events that the simulator took, raw: what came twice is there twice.</summary>
    public required IReadOnlyList<Arrival> Arrivals { get; init; }

    /// <summary>How often the dispatcher began to send each event, by its audit.</summary>
    public required IReadOnlyDictionary<MetaKey, int> Attempts { get; init; }
}

/// <summary>What Meta deduplicates by.</summary>
/// <param name="DatasetId">Dataset of the pixel.</param>
/// <param name="EventName">Meta's name.</param>
/// <param name="EventId">Event id.</param>
public readonly record struct MetaKey(string DatasetId, string EventName, string EventId);

/// <summary>A row of <c>events</c>.</summary>
public sealed record StoredEvent(Guid IngestId, string BrandId, string EventId, string Kind, Receipt Receipt);

/// <summary>A row of <c>event_outcomes</c>, the highest revision of its destination.</summary>
public sealed record StoredEnd(string Destination, string State, string Reason)
{
    /// <inheritdoc/>
    public override string ToString() => Reason.Length == 0 ? $"{State} at {Destination}" : $"{State} ({Reason}) at {Destination}";
}

/// <summary>A sale's first conversion.</summary>
public sealed record StoredMatch(string Stage, string? Click, string Flags);

/// <summary>An event of a call that the simulator took.</summary>
/// <param name="Key">Dataset, name, id.</param>
/// <param name="Call">Id of the call.</param>
/// <param name="Token">Fingerprint of the token it was made with.</param>
/// <param name="UserData">Every value of <c>user_data</c>, by key.</param>
public sealed record Arrival(MetaKey Key, string Call, string Token, IReadOnlyList<KeyValuePair<string, string>> UserData);

/// <summary>Something that is not as promised.</summary>
/// <param name="Checker">C1 to C6, or what else was checked.</param>
/// <param name="Id">Event id or receipt: what <c>explain</c> takes.</param>
/// <param name="What">What is wrong.</param>
public sealed record Finding(string Checker, string Id, string What)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Checker} {Id}: {What}";
}
