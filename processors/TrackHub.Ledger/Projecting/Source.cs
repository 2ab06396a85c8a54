using TrackHub.Platform.Streams;

namespace TrackHub.Ledger.Projecting;

/// <summary>A decoded record with what its row needs of where and when it was read.</summary>
/// <param name="Value">The record.</param>
/// <param name="IngestId">Its ingest id.</param>
/// <param name="IngestedAt">Time inside the ingest id: the same for every copy, so that copies meet in one partition.</param>
/// <param name="Coordinates">Where it was read.</param>
internal sealed record Source<T>(T Value, Guid IngestId, DateTimeOffset IngestedAt, RecordCoordinates Coordinates)
{
    /// <summary>Of a record that is read a second time, from when on its rows are made again; null for one that is new.</summary>
    public DateTimeOffset? RebuiltFrom { get; init; }
}
