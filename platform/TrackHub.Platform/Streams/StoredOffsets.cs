using System.Collections.Concurrent;
using Npgsql;

namespace TrackHub.Platform.Streams;

/// <summary>One reader's offsets in a table of PostgreSQL, committed in the transaction of the rows they stand for.</summary>
/// <remarks>
/// The reader remembers where PostgreSQL stood when it was last asked or written to. If it stands elsewhere now, another reader has the partition, a
/// commit went through whose answer was lost, or a rebuild has set it back: then nothing is written, and the reader begins anew where PostgreSQL says.
/// </remarks>
/// <param name="database">Where the table is.</param>
/// <param name="table">A table with columns topic, partition, next_offset and updated_at.</param>
public sealed class StoredOffsets(NpgsqlDataSource database, string table)
{
    private readonly ConcurrentDictionary<(string Topic, int Partition), long> _known = new();

    /// <summary>Where to read on, by partition; those without a transaction yet are missing.</summary>
    public async Task<IReadOnlyDictionary<(string Topic, int Partition), long>> NextAsync(CancellationToken cancellationToken)
    {
        var next = await StoredAsync(cancellationToken);
        foreach (var (place, offset) in next)
            _known[place] = offset;
        return next;
    }

    /// <summary>
    /// Reads until the reading ends by itself, is stopped, or PostgreSQL was set back behind it, by a rebuild: the next batch would notice, and where none comes
    /// nobody else does.
    /// </summary>
    /// <param name="readAsync">The reading, which ends when its token is cancelled.</param>
    /// <param name="interval">How often PostgreSQL is asked.</param>
    /// <param name="clock">Time.</param>
    /// <param name="stoppingToken">Stops it.</param>
    /// <returns>Whether it was set back.</returns>
    public async Task<bool> ReadUntilSetBackAsync(Func<CancellationToken, Task> readAsync, TimeSpan interval, TimeProvider clock, CancellationToken stoppingToken)
    {
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        var watch = EndWhenSetBackAsync(reading, interval, clock);
        try
        {
            await readAsync(reading.Token);
        }
        finally
        {
            await reading.CancelAsync();
            await watch;
        }

        return await watch;
    }

    /// <summary>Moves the offsets past this batch.</summary>
    /// <returns>What to tell once the transaction is committed; null when PostgreSQL stands elsewhere: then it must not commit.</returns>
    public async Task<Action?> AdvanceAsync(RecordBatch batch, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var places = batch
            .GroupBy(static r => (r.Coordinates.Topic, r.Coordinates.Partition))
            .Select(static g => (Place: g.Key, Next: g.Max(static r => r.Coordinates.Offset) + 1))
            .OrderBy(static p => p.Place.Topic, StringComparer.Ordinal).ThenBy(static p => p.Place.Partition)
            .ToArray();

        await using var command = new NpgsqlCommand(
            $"""
            insert into {table} as o (topic, partition, next_offset)
            select n.topic, n.partition, n.next from unnest($1::text[], $2::int[], $3::bigint[]) as n(topic, partition, next)
            on conflict (topic, partition) do update set next_offset = excluded.next_offset, updated_at = now()
            where o.next_offset = (select k.known from unnest($1::text[], $2::int[], $4::bigint[]) as k(topic, partition, known)
                                   where k.topic = o.topic and k.partition = o.partition)
            """, connection, transaction);
        command.Parameters.Add(new() { Value = Array.ConvertAll(places, static p => p.Place.Topic) });
        command.Parameters.Add(new() { Value = Array.ConvertAll(places, static p => p.Place.Partition) });
        command.Parameters.Add(new() { Value = Array.ConvertAll(places, static p => p.Next) });
        command.Parameters.Add(new() { Value = Array.ConvertAll(places, p => _known.TryGetValue(p.Place, out var known) ? known : (long?)null) });
        if (await command.ExecuteNonQueryAsync(cancellationToken) != places.Length)
            return null;

        return () => Array.ForEach(places, place => _known[place.Place] = place.Next);
    }

    private async Task<bool> EndWhenSetBackAsync(CancellationTokenSource reading, TimeSpan interval, TimeProvider clock)
    {
        using var timer = new PeriodicTimer(interval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(reading.Token))
            {
                if (!await AreSetBackWhileThereAsync(reading.Token)) continue;

                await reading.CancelAsync();
                return true;
            }
        }
        catch (OperationCanceledException) when (reading.IsCancellationRequested)
        {
            // Reading has ended.
        }

        return false;
    }

    private async Task<bool> AreSetBackWhileThereAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await AreSetBackAsync(cancellationToken);
        }
        catch (Exception failure) when (Dependencies.IsAway(failure))
        {
            return false;   // the batch at work tells readiness; the next tick asks again
        }
    }

    /// <summary>Whether somebody has set PostgreSQL back behind this reader: then what it waits for will not come.</summary>
    private async Task<bool> AreSetBackAsync(CancellationToken cancellationToken)
    {
        // PostgreSQL is written to first and remembered after, and another's partitions only go on: what is behind was set back.
        var known = _known.ToArray();
        var stored = await StoredAsync(cancellationToken);
        return known.Any(place => stored.TryGetValue(place.Key, out var next) && next < place.Value);
    }

    private async Task<Dictionary<(string Topic, int Partition), long>> StoredAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"select topic, partition, next_offset from {table}");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var next = new Dictionary<(string, int), long>();
        while (await reader.ReadAsync(cancellationToken))
            next[(reader.GetString(0), reader.GetInt32(1))] = reader.GetInt64(2);
        return next;
    }
}
