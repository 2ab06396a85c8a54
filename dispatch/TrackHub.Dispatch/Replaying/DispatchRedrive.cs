using TrackHub.Dispatch.Claiming;
using TrackHub.Dispatch.Recording;
using TrackHub.Platform.Replaying;
using TrackHub.Platform.Streams;
using TrackHub.Schemas;

namespace TrackHub.Dispatch.Replaying;

/// <summary>Puts dead letters of the dispatcher back: rows to retry, then copies of the originals.</summary>
/// <remarks>
/// Done again after a crash it finishes what it took up; an event that went on since, or has reached Meta, is left alone. The tenant directory must
/// be loaded.
/// </remarks>
public sealed class DispatchRedrive
{
    private readonly ReplayJudge _judge;
    private readonly RecordCodec _codec;
    private readonly RecordProducer _producer;
    private readonly Npgsql.NpgsqlDataSource _postgres;

    internal DispatchRedrive(ReplayJudge judge, RecordCodec codec, RecordProducer producer, Npgsql.NpgsqlDataSource postgres) =>
        (_judge, _codec, _producer, _postgres) = (judge, codec, producer, postgres);

    /// <summary>Judges originals, and unless it is a trial sends what may be sent again.</summary>
    /// <param name="originals">Records as they lay at their source.</param>
    /// <param name="isTrial">Nothing is sent or changed.</param>
    /// <param name="cancellationToken">Gives up; what was taken up is finished by the next call.</param>
    /// <returns>For each original one of <see cref="ReplayVerdict"/>, in their order.</returns>
    /// <exception cref="DependencyAwayException">Log or registry do not answer.</exception>
    public async Task<IReadOnlyList<string>> RunAsync(IReadOnlyList<StreamRecord> originals, bool isTrial, CancellationToken cancellationToken)
    {
        await _codec.PrepareAsync(originals, cancellationToken);
        var events = originals.Select(ReadyOf).ToList();
        var judged = await _judge.JudgeAsync([.. events.OfType<WaitingEvent>()], await _judge.DispatcherAtAsync(cancellationToken), cancellationToken);

        // What an earlier call took up and did not get to copy is on nobody's way yet.
        var unfinished = judged.Where(static j => j.Row is { State: RegistryState.Retry, Reason: TakeUp.Reason }).ToList();
        var wanted = judged.Where(static j => j.IsSend).ToList();
        var lost = isTrial ? [] : await SendAsync(wanted, unfinished, cancellationToken);
        var verdicts = judged.ToDictionary(
            static j => j.Event, j => lost.Contains(j.Event.Key) ? ReplayVerdict.InFlight : unfinished.Contains(j) ? ReplayVerdict.Send : j.Verdict);
        return events.ConvertAll(e => e is null ? ReplayVerdict.Unreadable : verdicts[e]);
    }

    /// <summary>Takes up and copies.</summary>
    /// <returns>Events whose rows changed meanwhile: another has taken them up.</returns>
    private async Task<HashSet<EventKey>> SendAsync(List<JudgedEvent> wanted, List<JudgedEvent> unfinished, CancellationToken cancellationToken)
    {
        await using var connection = await _postgres.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var rows = wanted.Where(static j => j.Row is not null).Select(static j => j.Event).ToList();
        var taken = await TakeUp.RowsAsync(connection, transaction, rows, cancellationToken);
        await transaction.CommitAsync(cancellationToken);

        var copies = wanted.Where(j => j.Row is null || taken.ContainsKey(j.Event.Key))
            .Select(j => ResultRecords.Resent(j.Event, j.Row is null ? j.Event.Ready.Attempt : taken[j.Event.Key]))
            .Concat(unfinished.Select(static j => ResultRecords.Resent(j.Event, j.Row!.Attempt)));
        await _producer.ProduceAllAsync([.. copies], cancellationToken);
        return [.. rows.Select(static e => e.Key).Where(key => !taken.ContainsKey(key))];
    }

    private WaitingEvent? ReadyOf(StreamRecord original) =>
        _codec.TryDecode<DispatchReady>(original, out var ready, out _) && RecordGates.FaultOf(ready) is null && BrandClaim.FaultOf(original, ready.BrandId) is null
            ? new(original, ready, arrivedAt: 0, CancellationToken.None)
            : null;
}
