using Npgsql;
using TrackHub.Platform.Streams;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;

namespace TrackHub.Ledger.Rebuilding;

/// <summary>From when on the log gives everything again that the ledger has made rows of.</summary>
/// <param name="From">A full minute.</param>
/// <param name="Because">What keeps it from being earlier.</param>
/// <param name="CompleteFrom">From when on each topic holds every record; those that hold all there ever were are missing.</param>
internal sealed record RebuildReach(DateTimeOffset From, string Because, IReadOnlyDictionary<string, DateTimeOffset> CompleteFrom)
{
    /// <summary>By how much the clocks of ingress, roles and broker, and the time a record takes into the log, may differ.</summary>
    public static readonly TimeSpan Margin = TimeSpan.FromHours(1);

    // Of nine days that secrets and most topics are kept. What lies there must not go while it waits to be read: the next day's shredding is a day away.
    private const int Days = DaySecrets.ShreddedOnDay - 2;

    /// <summary>Looks how far back it reaches.</summary>
    /// <param name="topics">What the ledger reads, as it is.</param>
    /// <param name="reader">Reads the log.</param>
    /// <param name="connection">To the ledger's tables.</param>
    /// <param name="now">Present time.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<RebuildReach> FindAsync(
        IReadOnlyList<TopicState> topics, RangeReader reader, NpgsqlConnection connection, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var week = new DateTimeOffset(now.UtcDateTime.Date.AddDays(-Days), TimeSpan.Zero);
        var bounds = new List<(DateTimeOffset At, string Because)> { (week, $"a rebuild goes {Days} days back at most, so that nothing is shredded or taken by retention while it waits to be read") };
        if (await ScalarAsync(connection, "select min(day)::timestamp at time zone 'utc' from day_secrets", cancellationToken) is { } secrets)
            bounds.Add((secrets + Margin, $"the oldest day whose secret is held is {secrets:yyyy-MM-dd}"));

        var complete = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        foreach (var topic in topics)
        {
            if (await CompleteFromAsync(topic, reader, connection, week, now, cancellationToken) is not { } begin) continue;

            complete[topic.Name] = begin;
            if (topic.Name != Topics.Alerts.Name)
                bounds.Add((begin + Margin, $"{topic.Name} holds every record only from {begin.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z on"));
        }

        var (at, because) = bounds.MaxBy(static bound => bound.At);
        var minute = TimeSpan.TicksPerMinute;
        return new(new((at.UtcTicks + minute - 1) / minute * minute, TimeSpan.Zero), because, complete);
    }

    private static async Task<DateTimeOffset?> CompleteFromAsync(
        TopicState topic, RangeReader reader, NpgsqlConnection connection, DateTimeOffset week, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var firsts = new Dictionary<int, DateTimeOffset>();
        var heads = topic.Partitions.Where(static p => p.HighOffset > p.LowOffset).Select(static p => new LogRange(p.Partition, p.LowOffset, p.LowOffset + 1)).ToList();
        await foreach (var records in reader.ReadAsync(topic.Name, heads, Math.Max(1, heads.Count), cancellationToken))
        {
            foreach (var record in records)
                firsts[record.Coordinates.Partition] = record.Timestamp;
        }

        DateTimeOffset? complete = null;
        foreach (var cut in topic.Partitions.Where(static p => p.LowOffset > 0))
        {
            // What was taken from an emptied partition was in the log no later than the ledger had read it.
            var from = firsts.TryGetValue(cut.Partition, out var first) ? first : await ScalarAsync(
                connection, "select updated_at from ledger_offsets where topic = $1 and partition = $2 and next_offset >= $3", cancellationToken, topic.Name, cut.Partition, cut.LowOffset) ?? now;
            complete = complete > from ? complete : from;
        }

        // A log that was lost and begun anew starts at offset 0 as well: then there are events that are older than its first record.
        var oldest = await ScalarAsync(connection, "select min(ingested_at) from events where topic = $1 and ingested_at >= $2", cancellationToken, topic.Name, week.UtcDateTime);
        var begin = firsts.Count > 0 ? firsts.Values.Min() : now;
        return oldest < begin - Margin && !(complete > begin) ? begin : complete;
    }

    private static async Task<DateTimeOffset?> ScalarAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params object[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        foreach (var parameter in parameters)
            command.Parameters.Add(new() { Value = parameter });
        return await command.ExecuteScalarAsync(cancellationToken) is DateTime at ? new DateTimeOffset(at, TimeSpan.Zero) : null;
    }
}
