using TrackHub.Cli.Demo.Play;
using TrackHub.Platform.Books;
using TrackHub.Platform.Streams;

namespace TrackHub.Cli.Demo.Check;

/// <summary>Everything that was seen of a run, after it ended or time was up.</summary>
internal sealed record Observation
{
    /// <summary>What was sent and answered.</summary>
    public required IReadOnlyList<SentItem> Sent { get; init; }

    /// <summary>The brand's records in the log since the run began.</summary>
    public required IReadOnlyList<LoggedEvent> Logged { get; init; }

    /// <summary>Ends of events in the log, by ingest id.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<SeenEnd>> Ends { get; init; }

    /// <summary>Ends of events in the books, by ingest id.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<SeenEnd>> Books { get; init; }

    /// <summary>Ingest ids that the books keep among the dead letters.</summary>
    public required IReadOnlySet<string> DeadLetters { get; init; }

    /// <summary>Stage of each conversion, by the ingest id that made it.</summary>
    public required IReadOnlyDictionary<string, SeenConversion> Conversions { get; init; }

    /// <summary>What the simulator took for the demo's dataset.</summary>
    public required IReadOnlyList<Arrival> Arrivals { get; init; }

    /// <summary>When the run began; earlier arrivals are of others.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Events that the books cannot account for.</summary>
    public IReadOnlyList<LostEvent> Unaccounted { get; init; } = [];

    /// <summary>Event ids that the books know of other traffic.</summary>
    public IReadOnlySet<string> OfOthers { get; init; } = new HashSet<string>();
}

/// <summary>An event in the log.</summary>
/// <param name="Coordinates">Where its record lies.</param>
/// <param name="IngestId">Ingest id.</param>
/// <param name="EventId">Event id.</param>
/// <param name="Kind">Kind of the browser event, else of the sale.</param>
internal sealed record LoggedEvent(RecordCoordinates Coordinates, string IngestId, string EventId, string Kind);

/// <summary>The end of an event at a destination.</summary>
/// <param name="Destination">Pixel id or <c>none</c>.</param>
/// <param name="State">State.</param>
/// <param name="Reason">Reason.</param>
internal sealed record SeenEnd(string Destination, string State, string Reason)
{
    /// <inheritdoc/>
    public override string ToString() => Reason.Length == 0 ? $"{State} at {Destination}" : $"{State} ({Reason}) at {Destination}";
}

/// <summary>A conversion.</summary>
/// <param name="Stage">Stage that found the click.</param>
/// <param name="Purchase">Whether it is the one that emits the Purchase.</param>
internal sealed record SeenConversion(string Stage, bool Purchase);

/// <summary>An event that the simulator took.</summary>
/// <param name="EventName">Meta's name.</param>
/// <param name="EventId">Event id.</param>
/// <param name="Value">Value.</param>
/// <param name="Currency">Currency.</param>
/// <param name="At">When.</param>
internal sealed record Arrival(string EventName, string EventId, decimal? Value, string? Currency, DateTimeOffset At);
