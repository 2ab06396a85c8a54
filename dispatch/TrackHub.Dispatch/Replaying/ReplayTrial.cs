using TrackHub.Platform.Replaying;
using TrackHub.Platform.Streams;

namespace TrackHub.Dispatch.Replaying;

/// <summary>A replay's dry run: what would be done with each record of a range, and nothing done.</summary>
/// <remarks>For a process of its own as for a role; the tenant directory must be loaded.</remarks>
public sealed class ReplayTrial
{
    private const int MostRecords = 500;

    private readonly ReplayDesk _desk;
    private readonly ReplayReader _reader;
    private readonly ReplayJudge _judge;
    private readonly TimeProvider _clock;

    internal ReplayTrial(ReplayDesk desk, ReplayReader reader, ReplayJudge judge, TimeProvider clock) =>
        (_desk, _reader, _judge, _clock) = (desk, reader, judge, clock);

    /// <summary>Judges a range.</summary>
    /// <param name="wish">What.</param>
    /// <param name="rate">Records a second to read at most; null: as fast as it goes.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Records by <see cref="ReplayVerdict"/>.</returns>
    /// <exception cref="ReplayException">There is nothing in the range.</exception>
    /// <exception cref="DependencyAwayException">Log or registry do not answer.</exception>
    public async Task<IReadOnlyDictionary<string, long>> RunAsync(ReplayWish wish, int? rate, CancellationToken cancellationToken)
    {
        var ranges = await _desk.RangesAsync(wish, cancellationToken);
        var dispatcherAt = await _judge.DispatcherAtAsync(cancellationToken);
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        await foreach (var chunk in _reader.ReadAsync(wish.Topic, ranges, wish.BrandId, MostRecords, cancellationToken))
        {
            foreach (var (_, verdict, _) in await _judge.JudgeAsync(chunk.Events, dispatcherAt, cancellationToken))
                counts[verdict] = counts.GetValueOrDefault(verdict) + 1;
            if (chunk.Unreadable > 0)
                counts[ReplayVerdict.Unreadable] = counts.GetValueOrDefault(ReplayVerdict.Unreadable) + chunk.Unreadable;
            if (rate is { } most)
                await Task.Delay(TimeSpan.FromSeconds((double)chunk.Records.Count / most), _clock, cancellationToken);
        }

        return counts;
    }
}
