using TrackHub.Ingest.Answering;
using TrackHub.Platform.Streams;
using TrackHub.Schemas;

namespace TrackHub.Ingest.Tracking;

/// <summary>A browser event that the log was given.</summary>
/// <param name="ack">Its coordinates once it is durable. Awaited once.</param>
/// <param name="id">Its id.</param>
/// <param name="kind">Its kind.</param>
/// <param name="started">When it was given.</param>
internal readonly struct PendingAppend(ValueTask<RecordCoordinates> ack, BrowserEventId id, EventKind kind, long started)
{
    /// <summary>Its coordinates once it is durable. Awaited once.</summary>
    public ValueTask<RecordCoordinates> Ack { get; } = ack;

    /// <summary>Its id.</summary>
    public BrowserEventId Id { get; } = id;

    /// <summary>Its kind.</summary>
    public EventKind Kind { get; } = kind;

    /// <summary>When it was given, a timestamp.</summary>
    public long Started { get; } = started;

    /// <summary>Why there is no event after all; null if there is one.</summary>
    public Problem? Problem { get; private init; }

    /// <summary>An event that was not given to the log.</summary>
    public static PendingAppend Refused(Problem problem) => new() { Problem = problem };
}
