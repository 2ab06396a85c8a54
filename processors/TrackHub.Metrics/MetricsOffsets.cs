using System.Collections.Concurrent;
using Npgsql;
using TrackHub.Platform.Streams;

namespace TrackHub.Metrics;

/// <summary>One reader's offsets in PostgreSQL, committed in the transaction of the facts they stand for.</summary>
/// <remarks>
/// The reader remembers where PostgreSQL stood when it was last asked or written to. If it stands elsewhere now, another reader has the partition, a
/// commit went through whose answer was lost, or a rebuild has set it back: then nothing is written, and the reader begins anew where PostgreSQL says.
/// </remarks>
internal sealed class MetricsOffsets(NpgsqlDataSource database)
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

    /// <summary>Whether somebody has set PostgreSQL back behind this reader: then what it waits for will not come.</summary>
    public async Task<bool> AreSetBackAsync(CancellationToken cancellationToken)
    {
        // PostgreSQL is written to first and remembered after, and another's partitions only go on: what is behind was set back.
        var known = _known.ToArray();
        var stored = await StoredAsync(cancellationToken);
        return known.Any(place => stored.TryGetValue(place.Key, out var next) && next < place.Value);
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
            """
            insert into metrics_offsets as o (topic, partition, next_offset)
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

    private async Task<Dictionary<(string Topic, int Partition), long>> StoredAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select topic, partition, next_offset from metrics_offsets");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var next = new Dictionary<(string, int), long>();
        while (await reader.ReadAsync(cancellationToken))
            next[(reader.GetString(0), reader.GetInt32(1))] = reader.GetInt64(2);
        return next;
    }
}
