namespace TrackHub.Schemas;

/// <summary>The topic catalogue: names, partitions, retention and values, in one place.</summary>
/// <remarks>
/// Retention of nine days covers Meta's seven plus a replay; 13 months covers a year's comparison. All <c>capi-*</c> topics have equal
/// partition counts, so that with the range assignor one dispatcher owns a lane shard in all of them.
/// </remarks>
public static class Topics
{
    private const int Wide = 12;
    private const int Medium = 6;
    private const int Narrow = 3;
    private static readonly TimeSpan NineDays = TimeSpan.FromDays(9);
    private static readonly TimeSpan NinetyDays = TimeSpan.FromDays(90);
    private static readonly TimeSpan ThirteenMonths = TimeSpan.FromDays(396);

    /// <summary>Clicks, page views, checkouts, identify, consent; key: brand and session.</summary>
    public static readonly TopicDefinition TrackEvents = Of<TrackedEvent>("track-events", Wide, NineDays) with { LogAppendTime = true };

    /// <summary>Sales and their later states; key: brand, gateway and sale id.</summary>
    public static readonly TopicDefinition IngestEvents = Of<TrackedEvent>("ingest-events", Wide, NineDays) with { LogAppendTime = true };

    /// <summary>Sales that wait 5 s for their click.</summary>
    public static readonly TopicDefinition PendingMatch5S = Delayed<TrackedEvent>("pending-match-5s", 5, jitter: 0);

    /// <summary>Sales that wait a further 60 s for their click.</summary>
    public static readonly TopicDefinition PendingMatch60S = Delayed<TrackedEvent>("pending-match-60s", 60, jitter: 0);

    /// <summary>One record per state and revision of a sale; key: brand, gateway and sale id. What analysts read.</summary>
    public static readonly TopicDefinition Conversions = Of<Conversion>("conversions", Wide, ThirteenMonths);

    /// <summary>Purchases ready for Meta; key: brand, pixel and lane shard.</summary>
    public static readonly TopicDefinition CapiDispatch = Of<DispatchReady>("capi-dispatch", Wide, NineDays);

    /// <summary>Browser events ready for Meta, apart so that none queues before a Purchase.</summary>
    public static readonly TopicDefinition CapiDispatchBulk = Of<DispatchReady>("capi-dispatch-bulk", Wide, NineDays);

    /// <summary>The retry ladder: 1, 2, 4, 8 and 16 s, each lengthened by up to a quarter.</summary>
    public static readonly IReadOnlyList<TopicDefinition> CapiRetries =
        [.. new[] { 1, 2, 4, 8, 16 }.Select(static s => Delayed<DispatchReady>($"capi-retry-{s}s", s, jitter: 0.25))];

    /// <summary>Short hold while a lane is closed, throttled, full or claimed by a dead predecessor.</summary>
    public static readonly TopicDefinition CapiHold15S = Delayed<DispatchReady>("capi-hold-15s", 15, jitter: 0.25);

    /// <summary>Long hold of events whose ladder ended while nothing of the lane succeeded.</summary>
    public static readonly TopicDefinition CapiHold5M = Delayed<DispatchReady>("capi-hold-5m", 300, jitter: 0.25);

    /// <summary>Events of lanes whose token, permission or pixel is gone; resumed by a job, never by a group.</summary>
    public static readonly TopicDefinition Parked = Of<DispatchReady>("parked", Wide, NineDays);

    /// <summary>Every event of every call to Meta; key: event id.</summary>
    public static readonly TopicDefinition DispatchAttempts = Of<DispatchAttempt>("dispatch-attempts", Wide, NinetyDays);

    /// <summary>One end per accepted event and destination; key: ingest id.</summary>
    public static readonly TopicDefinition EventOutcomes = Of<EventOutcome>("event-outcomes", Wide, NinetyDays);

    /// <summary>What could not go on, sealed, with its source coordinates; key: as the source.</summary>
    public static readonly TopicDefinition DeadLetters = Of<DeadLetter>("dead-letters", Medium, NineDays);

    /// <summary>Deliveries that did not prove themselves, sealed, and notes of those let in since; key: brand and gateway.</summary>
    public static readonly TopicDefinition Quarantine = Of<QuarantinedWebhook>("quarantine", Narrow, NineDays);

    /// <summary>What operators should look at; key: brand and rule. Quality, conservation, lanes, lag.</summary>
    public static readonly TopicDefinition Alerts = Of<Alert>("alerts", Narrow, ThirteenMonths);

    /// <summary>What ad accounts cost and brought by hour, as pulled; key: brand, source, account and hour.</summary>
    public static readonly TopicDefinition AdSpend = Compacted<AdSpend>("ad-spend", Narrow);

    /// <summary>Figures of each brand, source and period; key: brand, source, period and start.</summary>
    public static readonly TopicDefinition PerformanceMetrics = Compacted<PerformanceMetric>("performance-metrics", Medium);

    /// <summary>Figures that broke from their pattern, told again until they are back; key: brand and metric.</summary>
    public static readonly TopicDefinition PerformanceAnomalies = Of<PerformanceAnomaly>("performance-anomalies", Narrow, ThirteenMonths);

    /// <summary>Every topic TrackHub uses.</summary>
    public static readonly IReadOnlyList<TopicDefinition> All =
    [
        TrackEvents, IngestEvents, PendingMatch5S, PendingMatch60S, Conversions, CapiDispatch, CapiDispatchBulk,
        .. CapiRetries, CapiHold15S, CapiHold5M, Parked, DispatchAttempts, EventOutcomes, DeadLetters, Quarantine, Alerts,
        AdSpend, PerformanceMetrics, PerformanceAnomalies,
    ];

    /// <summary>The topic of that name, or null.</summary>
    public static TopicDefinition? Find(string name) => All.FirstOrDefault(topic => topic.Name == name);

    private static TopicDefinition Of<T>(string name, int partitions, TimeSpan retention)
        where T : IAvroRecord<T> =>
        new(name, partitions, retention, typeof(T), T.SchemaJson);

    private static TopicDefinition Compacted<T>(string name, int partitions)
        where T : IAvroRecord<T> =>
        new(name, partitions, Retention: null, typeof(T), T.SchemaJson);

    private static TopicDefinition Delayed<T>(string name, int seconds, double jitter)
        where T : IAvroRecord<T> =>
        Of<T>(name, Wide, NineDays) with { LogAppendTime = true, Delay = TimeSpan.FromSeconds(seconds), Jitter = jitter };
}
