namespace TrackHub.MetaSim.Control;

/// <summary>When a connection is cut without an answer.</summary>
internal enum DropMoment
{
    /// <summary>Before the events are stored: they never arrived.</summary>
    Before,

    /// <summary>After the events are stored: they arrived, but the caller can't know.</summary>
    After,
}

/// <summary>A body that is not the Graph API's.</summary>
internal enum BodyKind
{
    /// <summary>The HTML page of a gateway fault.</summary>
    Html,

    /// <summary>JSON that is no answer of this edge.</summary>
    Junk,

    /// <summary>No bytes at all.</summary>
    Empty,

    /// <summary>Bytes until the caller leaves.</summary>
    Endless,

    /// <summary>64 MiB of zeros in about 64 KiB of gzip.</summary>
    GzipBomb,
}

/// <summary>Which calls a behaviour applies to; what is null fits every call.</summary>
/// <param name="Token">Fingerprint of the token; the token itself is not kept.</param>
/// <param name="EventId">Fits a call with at least one such event.</param>
internal sealed record BehaviourMatch(string? Dataset, string? Token, string? EventId, string? EventName);

/// <summary>How calls that match are answered instead of, or besides, the usual way.</summary>
internal sealed record Behaviour
{
    public required BehaviourMatch Match { get; init; }

    /// <summary>Wait before the answer.</summary>
    public TimeSpan Latency { get; init; }

    public int? Status { get; init; }

    public int? Code { get; init; }

    public int? Subcode { get; init; }

    public bool? IsTransient { get; init; }

    public string? Message { get; init; }

    /// <summary>Value of <c>Retry-After</c>, in seconds.</summary>
    public int? RetryAfterSeconds { get; init; }

    public DropMoment? Drop { get; init; }

    /// <summary>Sends the answer's body at one byte a second.</summary>
    public bool Drip { get; init; }

    public BodyKind? Body { get; init; }

    /// <summary>The number told in place of the true one.</summary>
    public int? EventsReceived { get; init; }

    public Uri? Redirect { get; init; }

    /// <summary>Usage headers, as given.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>How many calls it applies to; null for all.</summary>
    public int? Times { get; init; }

    /// <summary>Whether the events are stored, when told explicitly.</summary>
    public bool? Store { get; init; }

    /// <summary>HTTP status that goes with <see cref="Body"/>: as told, else 502 for the page of a fault and 200 for the rest.</summary>
    public int BodyStatus => Status ?? (Body is BodyKind.Html ? 502 : 200);

    /// <summary>Whether the answer is a Graph error.</summary>
    public bool IsError => Code is not null || Subcode is not null || Message is not null || IsTransient is not null
        || (Status is not null && Body is null && Redirect is null);

    /// <summary>Whether the events of a call count as arrived.</summary>
    public bool IsStored => Store
        ?? (!IsError && Redirect is null && Drop is not DropMoment.Before && EventsReceived is not 0 && (Body is null || BodyStatus < 400));
}
