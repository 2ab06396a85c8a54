using System.Text.Json;
using System.Text.Json.Serialization;

namespace TrackHub.Cli.Explaining;

/// <summary>Everything the tables know of one sale or one browser event.</summary>
internal sealed record Story
{
    /// <summary>Brand.</summary>
    public required BrandFact Brand { get; init; }

    /// <summary>Gateway and sale id; null for a browser event.</summary>
    public SaleKey? Sale { get; init; }

    /// <summary>By which other ids its gateway names the sale.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>Accepted events, oldest first.</summary>
    public IReadOnlyList<EventFact> Events { get; init; } = [];

    /// <summary>The matcher's own state of the sale.</summary>
    public OrderFact? Order { get; init; }

    /// <summary>Revisions, oldest first.</summary>
    public IReadOnlyList<ConversionFact> Conversions { get; init; } = [];

    /// <summary>The rules its revisions were decided by.</summary>
    public IReadOnlyList<RulesFact> Rules { get; init; } = [];

    /// <summary>For revisions without a click: the nearest event that has a key of theirs, whether or not it could count.</summary>
    public IReadOnlyList<NearFact> Near { get; init; } = [];

    /// <summary>What has not ended yet, and where it lies.</summary>
    public IReadOnlyList<OpenFact> Open { get; init; } = [];

    /// <summary>Ends, per event and destination the newest.</summary>
    public IReadOnlyList<OutcomeFact> Outcomes { get; init; } = [];

    /// <summary>What the dispatcher holds, per pixel and event name.</summary>
    public IReadOnlyList<DispatchFact> Dispatches { get; init; } = [];

    /// <summary>Calls to Meta, oldest first.</summary>
    public IReadOnlyList<AttemptFact> Attempts { get; init; } = [];

    /// <summary>Dead letters.</summary>
    public IReadOnlyList<DeadLetterFact> DeadLetters { get; init; } = [];

    /// <summary>Whether it is the story of this sale, under any of its names.</summary>
    public bool Covers(SaleKeyFact sale) =>
        Sale is { } mine && (Brand.Id, mine.Gateway) == (sale.BrandId, sale.Gateway) && (mine.SaleId == sale.SaleId || Names.Contains(sale.SaleId));
}

/// <summary>A brand.</summary>
internal sealed record BrandFact(string Id, string Name, string? ConsentBasis);

/// <summary>What names a sale in its brand.</summary>
internal sealed record SaleKey(string Gateway, string SaleId);

/// <summary>The same with its brand.</summary>
internal sealed record SaleKeyFact(string BrandId, string Gateway, string SaleId)
{
    /// <summary>Without the brand.</summary>
    public SaleKey Sale => new(Gateway, SaleId);
}

/// <summary>A row of <c>events</c>.</summary>
internal sealed record EventFact(
    Guid IngestId, string BrandId, string Kind, string EventId, DateTimeOffset EventTime, DateTimeOffset ReceivedAt, string? SessionId, string? ClickId,
    string? Gateway, string? SaleId, string? SaleKind, string? GatewayEvent, bool Test, long? AmountMinor, string? Currency, bool? ConsentAds,
    bool HasEmail, bool HasPhone, string Topic, int Partition, long Offset);

/// <summary>A row of <c>orders</c>.</summary>
internal sealed record OrderFact(
    string BrandId, string Gateway, string SaleId, string State, long Revision, Guid? PurchaseIngestId, string Stage, double Score,
    long? AmountMinor, string? Currency, DateTimeOffset FirstSeen, DateTimeOffset UpdatedAt, IReadOnlyList<string>? Names = null);

/// <summary>A row of <c>match_rules</c>.</summary>
internal sealed record RulesFact(int Version, int WindowDays, IReadOnlyList<string> StageOrder, bool SemiDeterministic, double ProbabilisticThreshold);

/// <summary>The browser event nearest in time to a revision's sale that has a key of it.</summary>
/// <param name="Revision">Revision.</param>
/// <param name="Key">Signal by which it would have been found.</param>
/// <param name="LinkedAt">When its session first gave the key; null where the event itself has it.</param>
internal sealed record NearFact(long Revision, string Key, Guid IngestId, string Kind, DateTimeOffset EventTime, DateTimeOffset ReceivedAt, DateTimeOffset? LinkedAt);

/// <summary>An open row of <c>book_entries</c>: the newest offset of each topic and partition by which it travels.</summary>
internal sealed record OpenFact(Guid IngestId, string Destination, IReadOnlyDictionary<string, long> Carriers);

/// <summary>A row of <c>conversions</c> with its row of <c>matches</c>.</summary>
internal sealed record ConversionFact(
    string BrandId, string Gateway, string SaleId, long Revision, Guid IngestId, string EventId, string Kind, string State, bool Test, bool Purchase,
    DateTimeOffset ReceivedAt, string Stage, double Score, double Quality, int Passes, IReadOnlyList<string> Flags, IReadOnlyList<string> KeysPresent,
    bool? ConsentAds, ClickFact? Click, IReadOnlyList<EvidenceFact>? Evidence,
    int? RulesVersion = null, int? ScoreModel = null, string? Reason = null);

/// <summary>The winning click.</summary>
internal sealed record ClickFact(
    string EventId, string IngestId, string Kind, DateTimeOffset EventTime, string? ClickId, string? SessionId, string? Page, string? UtmSource,
    string? UtmCampaign, string Source);

/// <summary>One reason for or against a click.</summary>
internal sealed record EvidenceFact(string Signal, string Result, double Weight, string? Candidate, int Candidates = 0);

/// <summary>A row of <c>event_outcomes</c>.</summary>
internal sealed record OutcomeFact(
    Guid IngestId, string Destination, long Revision, string EventId, string? EventName, string State, string Reason, DateTimeOffset At, string? SaleId = null);

/// <summary>A row of <c>dedupe_registry</c>.</summary>
internal sealed record DispatchFact(
    string PixelId, string EventName, string EventId, string State, string Reason, int Attempt, int LadderStep, DateTimeOffset? UnknownSince, DateTimeOffset UpdatedAt,
    Guid IngestId = default);

/// <summary>A row of <c>dispatch_attempts</c>.</summary>
internal sealed record AttemptFact(
    string PixelId, string EventName, string EventId, int Attempt, int LadderStep, DateTimeOffset StartedAt, DateTimeOffset? FinishedAt, string Outcome,
    string? Reason, long? LatencyMs, int? HttpStatus, int? Code, int? Subcode, string? TraceId, string BatchId, int BatchSize);

/// <summary>A row of <c>dead_letters</c>.</summary>
internal sealed record DeadLetterFact(
    string DeadLetterId, DateTimeOffset At, string Stage, string Reason, string Detail, string? BrandId, string? SourceTopic, int? SourcePartition,
    long? SourceOffset, string Topic, int Partition, long Offset);

/// <summary>JSON of the rows as PostgreSQL's <c>row_to_json</c> writes them, and of the story.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, NumberHandling = JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(Story))]
[JsonSerializable(typeof(BrandFact))]
[JsonSerializable(typeof(EventFact))]
[JsonSerializable(typeof(OrderFact))]
[JsonSerializable(typeof(RulesFact))]
[JsonSerializable(typeof(NearFact))]
[JsonSerializable(typeof(OpenFact))]
[JsonSerializable(typeof(SaleKeyFact))]
[JsonSerializable(typeof(ConversionFact))]
[JsonSerializable(typeof(OutcomeFact))]
[JsonSerializable(typeof(DispatchFact))]
[JsonSerializable(typeof(AttemptFact))]
[JsonSerializable(typeof(DeadLetterFact))]
internal sealed partial class StoryRows : JsonSerializerContext
{
    /// <summary>Reads one row.</summary>
    public static T Read<T>(string row) => (T)JsonSerializer.Deserialize(row, typeof(T), Default)!;
}
