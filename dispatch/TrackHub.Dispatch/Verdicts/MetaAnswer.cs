using TrackHub.Platform.Graph;

namespace TrackHub.Dispatch.Verdicts;

/// <summary>How a call went on the wire.</summary>
internal enum Transport
{
    /// <summary>An answer came, whole, within its limits.</summary>
    Answered,

    /// <summary>No connection: the request was certainly not taken.</summary>
    NotSent,

    /// <summary>The connection ended, or the answer broke off or outgrew its limit.</summary>
    Broken,

    /// <summary>The attempt's time was over.</summary>
    TimedOut,
}

/// <summary>What is known of one call's answer. Holds no text of Meta's, which may repeat what was sent.</summary>
internal sealed record MetaAnswer
{
    /// <summary>How it went on the wire.</summary>
    public required Transport Transport { get; init; }

    /// <summary>HTTP status, if one came.</summary>
    public int? HttpStatus { get; init; }

    /// <summary>Whether the body held Graph's error object.</summary>
    public bool HasError { get; init; }

    /// <summary><c>error.code</c></summary>
    public int? Code { get; init; }

    /// <summary><c>error.error_subcode</c></summary>
    public int? Subcode { get; init; }

    /// <summary><c>error.is_transient</c></summary>
    public bool IsTransient { get; init; }

    /// <summary><c>events_received</c></summary>
    public int? EventsReceived { get; init; }

    /// <summary>Number of warnings in <c>messages</c>.</summary>
    public int Warnings { get; init; }

    /// <summary><c>fbtrace_id</c></summary>
    public string? TraceId { get; init; }

    /// <summary>Whether another Graph version than the one called has answered: that one is gone.</summary>
    public bool IsUpgraded { get; init; }

    /// <summary><c>Retry-After</c></summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>How much of Meta's limits is in use.</summary>
    public MetaUsage Usage { get; init; }

    /// <summary>Time from start to last byte.</summary>
    public TimeSpan Latency { get; init; }
}
