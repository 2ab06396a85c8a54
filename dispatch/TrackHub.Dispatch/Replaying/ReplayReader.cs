using System.Runtime.CompilerServices;
using TrackHub.Platform.Streams;
using TrackHub.Schemas;

namespace TrackHub.Dispatch.Replaying;

/// <summary>Some records of a range.</summary>
/// <param name="Records">All of them, other brands' too.</param>
/// <param name="Events">Those that are ready for Meta and of the wanted brand.</param>
/// <param name="Unreadable">How many of the wanted brand, or of nobody known, are not.</param>
internal sealed record ReplayChunk(IReadOnlyList<StreamRecord> Records, IReadOnlyList<WaitingEvent> Events, int Unreadable);

/// <summary>Reads what is replayed.</summary>
internal sealed class ReplayReader(RangeReader log, RecordCodec codec)
{
    /// <summary>Reads ranges of a topic.</summary>
    /// <param name="topic">Topic.</param>
    /// <param name="ranges">At most one a partition.</param>
    /// <param name="brandId">Only this brand's; null: every one's.</param>
    /// <param name="most">Records a chunk, at most.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="DependencyAwayException">Log or registry do not answer.</exception>
    public async IAsyncEnumerable<ReplayChunk> ReadAsync(
        string topic, IReadOnlyList<LogRange> ranges, string? brandId, int most, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var records in log.ReadAsync(topic, ranges, most, cancellationToken))
        {
            await codec.PrepareAsync(records, cancellationToken);
            yield return ChunkOf(records, brandId);
        }
    }

    private ReplayChunk ChunkOf(IReadOnlyList<StreamRecord> records, string? brandId)
    {
        var (events, unreadable) = (new List<WaitingEvent>(records.Count), 0);
        foreach (var record in records)
        {
            if (!codec.TryDecode<DispatchReady>(record, out var ready, out _) || RecordGates.FaultOf(ready) is not null || BrandClaim.FaultOf(record, ready.BrandId) is not null)
                unreadable += brandId is null || record.Header(RecordHeaders.BrandName) is not { } told || told == brandId ? 1 : 0;
            else if (brandId is null || ready.BrandId == brandId)
                events.Add(new(record, ready, arrivedAt: 0, CancellationToken.None));
        }

        return new(records, events, unreadable);
    }
}
