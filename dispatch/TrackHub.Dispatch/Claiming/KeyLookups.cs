using Npgsql;

namespace TrackHub.Dispatch.Claiming;

/// <summary>Has a transaction look its keys up one by one, by index.</summary>
/// <remarks>
/// A batch of keys is joined with the registry, which is partitioned by event id. The planner counts each lookup as one in every partition, though the key names
/// its one, and so finds it cheaper to read and sort the whole registry until that holds a million rows and more: with 100,000 rows a claim of 400 events took two
/// seconds of three processes instead of some milliseconds of one.
/// </remarks>
internal static class KeyLookups
{
    // Nor sequentially: a plan that is kept was made while the tables were small.
    private const string Sql = """
        select set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true), set_config('enable_seqscan', 'off', true),
            set_config('max_parallel_workers_per_gather', '0', true)
        """;

    /// <summary>The first command of a transaction's first batch; it gives one row.</summary>
    public static NpgsqlBatchCommand Command() => new(Sql);

    /// <summary>Adds one statement over keys to a batch, which without another is a transaction of its own. Its result is the second.</summary>
    /// <param name="batch">An empty batch.</param>
    /// <param name="sql">The statement; $1 to $4 are the keys. Further parameters are the last command's.</param>
    /// <param name="keys">The keys.</param>
    /// <returns>The batch.</returns>
    public static NpgsqlBatch Over(NpgsqlBatch batch, string sql, IEnumerable<EventKey> keys)
    {
        var command = new NpgsqlBatchCommand(sql);
        command.AddKeys(keys);
        batch.BatchCommands.Add(Command());
        batch.BatchCommands.Add(command);
        return batch;
    }
}
