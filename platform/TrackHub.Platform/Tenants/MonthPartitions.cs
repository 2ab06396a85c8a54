using System.Runtime.InteropServices;
using Npgsql;

namespace TrackHub.Platform.Tenants;

/// <summary>One partition of a table that is partitioned by month.</summary>
/// <param name="Parent">The table.</param>
/// <param name="Name">The partition.</param>
/// <param name="EndsAt">First moment that is not its own any more; null for the default partition.</param>
/// <param name="RowEstimate">Rows as PostgreSQL last counted them.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct MonthPartition(string Parent, string Name, DateTimeOffset? EndsAt, long RowEstimate);

/// <summary>What a round of making months did.</summary>
/// <param name="Made">Months made.</param>
/// <param name="Moved">Rows that the default partitions had caught of them.</param>
/// <param name="Busy">Months left for the next round, because their table was in use for longer than the lock may take.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct MonthsMade(int Made, long Moved, int Busy);

/// <summary>The months of time series: makes them ahead and drops them. Each change is a short transaction that gives up waiting for locks after 2 s.</summary>
/// <param name="postgres">The database, as its owner or as a member of <c>trackhub_writer</c>.</param>
public sealed class MonthPartitions(NpgsqlDataSource postgres)
{
    /// <summary>How far ahead months are made: a ledger that is down that long loses nothing, the default partition catches what comes after.</summary>
    public const int MonthsAhead = 3;

    /// <summary>Makes last month, this one and those ahead, where they are missing.</summary>
    public async Task<MonthsMade> MakeAsync(CancellationToken cancelled = default)
    {
        var sum = new MonthsMade();
        foreach (var (parent, month) in await MissingAsync(cancelled))
        {
            try
            {
                var moved = await CallAsync<long?>("select make_month_partition($1, $2)", cancelled, parent, month);
                if (moved is { } rows)
                    sum = sum with { Made = sum.Made + 1, Moved = sum.Moved + rows };
            }
            catch (PostgresException fault) when (fault.SqlState == PostgresErrorCodes.LockNotAvailable)
            {
                sum = sum with { Busy = sum.Busy + 1 };
            }
        }

        return sum;
    }

    /// <summary>Every partition there is.</summary>
    public async Task<IReadOnlyList<MonthPartition>> ListAsync(CancellationToken cancelled = default)
    {
        await using var command = postgres.CreateCommand("select parent, name, to_time, row_estimate from month_partitions order by parent, to_time nulls last");
        await using var reader = await command.ExecuteReaderAsync(cancelled);
        var partitions = new List<MonthPartition>();
        while (await reader.ReadAsync(cancelled))
            partitions.Add(new(reader.GetString(0), reader.GetString(1), reader.IsDBNull(2) ? null : reader.GetFieldValue<DateTimeOffset>(2), reader.GetInt64(3)));
        return partitions;
    }

    /// <summary>Drops a month that ended before the time given.</summary>
    /// <returns>Null if it was in use for too long: ask again later. False if it is gone already.</returns>
    /// <exception cref="PostgresException">It ended later, or within the last 30 days.</exception>
    public async Task<bool?> DropAsync(MonthPartition partition, DateTimeOffset before, CancellationToken cancelled = default)
    {
        try
        {
            return await CallAsync<bool>("select drop_month_partition($1, $2)", cancelled, partition.Name, before.UtcDateTime);
        }
        catch (PostgresException fault) when (fault.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            return null;
        }
    }

    /// <summary>Deletes rows older than the time given from a table's default partition, in batches.</summary>
    /// <returns>How many.</returns>
    public async Task<long> PurgeDefaultAsync(string parent, DateTimeOffset before, int batch, CancellationToken cancelled = default)
    {
        long deleted = 0, last;
        do
        {
            last = await CallAsync<long>("select purge_default_partition($1, $2, $3)", cancelled, parent, before.UtcDateTime, batch);
            deleted += last;
        }
        while (last == batch);
        return deleted;
    }

    private async Task<List<(string Parent, DateOnly Month)>> MissingAsync(CancellationToken cancelled)
    {
        await using var command = postgres.CreateCommand("select parent, month from missing_months($1)");
        command.Parameters.Add(new() { Value = MonthsAhead });
        await using var reader = await command.ExecuteReaderAsync(cancelled);
        var missing = new List<(string, DateOnly)>();
        while (await reader.ReadAsync(cancelled))
            missing.Add((reader.GetString(0), reader.GetFieldValue<DateOnly>(1)));
        return missing;
    }

    private async Task<T?> CallAsync<T>(string sql, CancellationToken cancelled, params object[] values)
    {
        await using var command = postgres.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        return await command.ExecuteScalarAsync(cancelled) is T result ? result : default;
    }
}
