using Npgsql;

namespace TrackHub.Integration.Plans;

/// <summary>Proves that a statement uses an index, and that the proof is one: without the index it fails.</summary>
internal static class PlanProof
{
    // An index that the planner may not use is kept up like any other; of a partitioned table, those of its partitions are hidden too.
    private const string Hide = """
        with recursive hidden(id) as (
            select unnest($1::text[])::regclass::oid union all select i.inhrelid from pg_inherits i join hidden h on h.id = i.inhparent)
        update pg_index set indisvalid = $2 where indexrelid in (select id from hidden)
        """;

    /// <summary>What runs finds its rows by these indexes (<see cref="QueryPlans.FaultOf"/>), and by no longer doing so tells when the planner cannot use one of them.</summary>
    /// <param name="seeded">The database.</param>
    /// <param name="run">Can be repeated.</param>
    /// <param name="expected">As for <see cref="QueryPlans.FaultOf"/>.</param>
    /// <returns>The plans with all indexes.</returns>
    public static async Task<QueryPlans> ShouldUseAsync(this SeededDatabase seeded, Func<Task> run, params string[] expected)
    {
        var plans = await seeded.PlansOfAsync(run);
        plans.FaultOf(expected).ShouldBeNull(plans.Text);
        foreach (var index in expected.Where(static e => !e.EndsWith('?')))
        {
            if (await seeded.PlansWithoutAsync(index.Split('|'), run) is { } without)
                without.FaultOf(expected).ShouldNotBeNull($"{index} was hidden, and nothing showed it:\n{without.Text}");
        }

        return plans;
    }

    /// <summary>The plans while some indexes are hidden from the planner; null where the statement cannot do without, for it names them as the arbiter of a conflict.</summary>
    public static async Task<QueryPlans?> PlansWithoutAsync(this SeededDatabase seeded, string[] indexes, Func<Task> run)
    {
        await ShowAsync(seeded, indexes, shown: false);
        try
        {
            return await seeded.PlansOfAsync(run);
        }
        catch (PostgresException failure) when (failure.SqlState == "42P10")   // no unique constraint matching ON CONFLICT
        {
            return null;
        }
        finally
        {
            await ShowAsync(seeded, indexes, shown: true);
        }
    }

    /// <summary>Runs a statement as the writer and takes it back.</summary>
    public static async Task RunAsync(this SeededDatabase seeded, string sql, params object[] values)
    {
        await using var connection = await seeded.Writer.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var command = new NpgsqlCommand(sql, connection, transaction);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            // The plan is what counts.
        }
    }

    private static async Task ShowAsync(SeededDatabase seeded, string[] indexes, bool shown)
    {
        await using var command = seeded.Database.Postgres.CreateCommand(Hide);
        command.Parameters.Add(new() { Value = indexes });
        command.Parameters.Add(new() { Value = shown });
        (await command.ExecuteNonQueryAsync()).ShouldBePositive(string.Join(", ", indexes));
    }
}
