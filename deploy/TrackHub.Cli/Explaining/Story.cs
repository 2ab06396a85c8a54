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

    /// <summary>Accepted events, oldest first.</summary>
    public IReadOnlyList<EventFact> Events { get; init; } = [];

    /// <summary>The matcher's own state of the sale.</summary>
    public OrderFact? Order { get; init; }

    /// <summary>Revisions, oldest first.</summary>
    public IReadOnlyList<ConversionFact> Conversions { get; init; } = [];

    /// <summary>Ends, per event and destination the newest.</summary>
    public IReadOnlyList<OutcomeFact> Outcomes { get; init; } = [];

    /// <summary>What the dispatcher holds, per pixel and event name.</summary>
    public IReadOnlyList<DispatchFact> Dispatches { get; init; } = [];

    /// <summary>Calls to Meta, oldest first.</summary>
    public IReadOnlyList<AttemptFact> Attempts { get; init; } = [];

    /// <summary>Dead letters.</summary>
    public IReadOnlyList<DeadLetterFact> DeadLetters { get; init; } = [];
}

/// <summary>A brand.</summary>
internal sealed record BrandFact(string Id, string Name, string? ConsentBasis);

/// <summary>What names a sale in its brand.</summary>
internal sealed record SaleKey(string Gateway, string SaleId);

/// <summary>A row of <c>events</c>.</summary>
internal sealed record EventFact(
    Guid IngestId, string BrandId, string Kind, string EventId, DateTimeOffset EventTime, DateTimeOffset ReceivedAt, string? SessionId, string? ClickId,
    string? Gateway, string? SaleId, string? SaleKind, string? GatewayEvent, bool Test, long? AmountMinor, string? Currency, bool? ConsentAds,
    bool HasEmail, bool HasPhone, string Topic, int Partition, long Offset);

/// <summary>A row of <c>orders</c>.</summary>
internal sealed record OrderFact(
    string BrandId, string Gateway, string SaleId, string State, long Revision, Guid? PurchaseIngestId, string Stage, double Score,
    long? AmountMinor, string? Currency, DateTimeOffset FirstSeen, DateTimeOffset UpdatedAt);

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
    Guid IngestId, string Destination, long Revision, string EventId, string? EventName, string State, string Reason, DateTimeOffset At);

/// <summary>A row of <c>dedupe_registry</c>.</summary>
internal sealed record DispatchFact(
    string PixelId, string EventName, string EventId, string State, string Reason, int Attempt, int LadderStep, DateTimeOffset? UnknownSince, DateTimeOffset UpdatedAt);

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
