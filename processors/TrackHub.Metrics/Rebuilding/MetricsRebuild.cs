using System.Runtime.InteropServices;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using TrackHub.Platform.Streams;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;

namespace TrackHub.Metrics.Rebuilding;

/// <summary>What a rebuild did.</summary>
/// <param name="Deleted">Facts that the log gives again.</param>
/// <param name="Kept">Facts of sales older than the log, which stay as they are.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct MetricsRebuilt(long Deleted, long Kept);

/// <summary>Has every figure made anew from the log. The role may run meanwhile: it notices and begins at the start of the log.</summary>
/// <remarks>
/// One transaction: facts that the retained log gives again go, the sums are made of those that stay, the offsets are set to the start of each partition.
/// Sums keep their rows and revisions, so that readers of the topic take the new figures for newer.
/// </remarks>
public sealed class MetricsRebuild(
    [FromKeyedServices(TenantsRegistration.Owner)] NpgsqlDataSource database, TopicAdmin topics, RangeReader reader)
{
    private const string Sums =
        """
        spend_minor = 0, revenue_minor = 0, refunded_minor = 0, conversions = 0, new_customers = 0, clicks = 0, impressions = 0, unconverted = 0
        """;

    /// <summary>Begins it; done when the role has read the log again.</summary>
    /// <exception cref="DependencyAwayException">The log does not answer.</exception>
    public async Task<MetricsRebuilt> RunAsync(CancellationToken cancellationToken)
    {
        var state = (await topics.ListAsync(cancellationToken)).Where(static topic => MetricsRole.Reads.Any(read => read.Name == topic.Name)).ToList();
        var begin = await BeginOfLogAsync(state.Find(static topic => topic.Name == Topics.Conversions.Name), cancellationToken);

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(connection, transaction, "lock table metrics_offsets, order_facts, spend_facts, performance_metrics in exclusive mode", cancellationToken);
        var deleted = await ExecuteAsync(
            connection, transaction, "delete from order_facts where $1::timestamptz is null or first_received_at >= $1", cancellationToken,
            new NpgsqlParameter { Value = (object?)begin?.UtcDateTime ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.TimestampTz });
        deleted += await ExecuteAsync(connection, transaction, "delete from spend_facts", cancellationToken);   // a compacted topic gives all of them again
        await SumAsync(connection, transaction, cancellationToken);
        await SeekAsync(connection, transaction, state, cancellationToken);

        await using var count = new NpgsqlCommand("select count(*) from order_facts", connection, transaction);
        var kept = (long)(await count.ExecuteScalarAsync(cancellationToken))!;
        await transaction.CommitAsync(cancellationToken);
        return new(deleted, kept);
    }

    /// <summary>From when on the log has every record; null: from the first on.</summary>
    private async Task<DateTimeOffset?> BeginOfLogAsync(TopicState? topic, CancellationToken cancellationToken)
    {
        var cut = (topic?.Partitions ?? []).Where(static partition => partition.LowOffset > 0).ToList();
        if (cut.Count == 0)
            return null;

        var begin = DateTimeOffset.MinValue;
        var heads = cut.Where(static partition => partition.HighOffset > partition.LowOffset)
            .Select(static partition => new LogRange(partition.Partition, partition.LowOffset, partition.LowOffset + 1)).ToList();
        await foreach (var records in reader.ReadAsync(topic!.Name, heads, heads.Count, cancellationToken))
            begin = records.Select(static record => record.Timestamp).Append(begin).Max();
        // An emptied partition gives nothing again.
        return heads.Count == cut.Count ? begin : DateTimeOffset.MaxValue;
    }

    private static async Task SumAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await ExecuteAsync(
            connection, transaction,
            $"""
            update performance_metrics set revision = revision + 1, {Sums}
            where (spend_minor, revenue_minor, refunded_minor, conversions, new_customers, clicks, impressions, unconverted) <> (0, 0, 0, 0, 0, 0, 0, 0)
            """, cancellationToken);
        await ExecuteAsync(
            connection, transaction,
            """
            insert into performance_metrics as m (brand_id, source, period, timestamp, revision, currency, revenue_minor, refunded_minor, conversions, new_customers, unconverted)
            select f.brand_id, s.source, p.period, p.start, 1, b.currency, sum(f.revenue_minor), sum(f.refunded_minor), sum(f.conversions), sum(f.conversions), sum(f.unconverted)
            from order_facts f join metrics_brands b using (brand_id)
            cross join lateral (values (f.share_source), ('aggregated')) as s (source)
            cross join lateral (values ('hourly', f.share_hour), ('daily', f.share_day), ('weekly', f.share_week)) as p (period, start)
            where f.share_source is not null
            group by f.brand_id, s.source, p.period, p.start, b.currency
            on conflict (brand_id, source, period, timestamp) do update set revision = m.revision + 1, currency = excluded.currency,
                revenue_minor = excluded.revenue_minor, refunded_minor = excluded.refunded_minor, conversions = excluded.conversions,
                new_customers = excluded.new_customers, unconverted = excluded.unconverted
            """, cancellationToken);
    }

    private static Task SeekAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, List<TopicState> state, CancellationToken cancellationToken)
    {
        var starts = state.SelectMany(static topic => topic.Partitions.Select(partition => (topic.Name, partition.Partition, partition.LowOffset))).ToArray();
        return ExecuteAsync(
            connection, transaction,
            """
            update metrics_offsets as o set next_offset = s.low, updated_at = now()
            from unnest($1::text[], $2::int[], $3::bigint[]) as s(topic, partition, low) where o.topic = s.topic and o.partition = s.partition
            """, cancellationToken,
            new NpgsqlParameter { Value = Array.ConvertAll(starts, static s => s.Name) },
            new NpgsqlParameter { Value = Array.ConvertAll(starts, static s => s.Partition) },
            new NpgsqlParameter { Value = Array.ConvertAll(starts, static s => s.LowOffset) });
    }

    private static async Task<int> ExecuteAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, string sql, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection, transaction);
        command.Parameters.AddRange(parameters);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
