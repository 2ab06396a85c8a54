using Npgsql;
using TrackHub.Platform.Rows;
using TrackHub.Schemas;

namespace TrackHub.Matching.Orders;

/// <summary>Orders in PostgreSQL, a whole batch per statement.</summary>
internal sealed class OrderStore(NpgsqlDataSource postgres)
{
    private const string SelectOrders = """
        select o.brand_id, o.gateway, o.sale_id, o.state, o.revision, o.purchase_ingest_id, o.matched, o.amount_minor, o.currency, o.first_seen,
               o.stage, o.score, o.names
        from orders o
        join unnest($1::text[], $2::text[], $3::text[]) as q (b, g, s) on o.brand_id = q.b and o.gateway = q.g and o.sale_id = q.s
        """;

    private const string SelectRevisions = """
        select r.brand_id, r.gateway, r.sale_id, r.ingest_id, r.kind, r.revision, case when r.ingest_id = any($4::uuid[]) then r.outcome end
        from order_revisions r
        join unnest($1::text[], $2::text[], $3::text[]) as q (b, g, s) on r.brand_id = q.b and r.gateway = q.g and r.sale_id = q.s
        """;

    // More than was asked for: other names of the same orders, which nobody looks up. An equality with each single name would not use the index.
    private const string SelectNamed = """
        select o.brand_id, o.gateway, n, o.sale_id
        from orders o, unnest(o.names) as n
        where o.names && $3::text[] and o.brand_id = any($1::text[]) and o.gateway = any($2::text[])
        order by o.first_seen, o.sale_id
        """;

    /// <summary>Which orders go by these names.</summary>
    /// <param name="names">Names, each as an order of its own.</param>
    /// <returns>The order of each name that is known; of several the first that was heard of.</returns>
    public async Task<IReadOnlyDictionary<OrderKey, OrderKey>> NamedAsync(IReadOnlyList<OrderKey> names, CancellationToken cancellationToken)
    {
        if (names.Count == 0)
            return new Dictionary<OrderKey, OrderKey>();
        await using var connection = await postgres.OpenConnectionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { Keyed(SelectNamed, names) } };
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        return await ReadNamedAsync(reader, cancellationToken);
    }

    /// <summary>Reads orders without locking them, to know which sales still need a click.</summary>
    /// <param name="keys">Distinct keys.</param>
    /// <param name="ingestIds">Events whose earlier outcome is wanted.</param>
    public async Task<IReadOnlyDictionary<OrderKey, Order>> PeekAsync(
        IReadOnlyList<OrderKey> keys, IReadOnlyList<Guid> ingestIds, CancellationToken cancellationToken)
    {
        await using var connection = await postgres.OpenConnectionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(Keyed(SelectOrders, keys));
        batch.BatchCommands.Add(Keyed(SelectRevisions, keys, ingestIds));
        await batch.PrepareIfSmallAsync(keys.Count, cancellationToken);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        return await ReadAsync(reader, keys, cancellationToken);
    }

    /// <summary>Locks these orders, in key order so that two batches never wait for each other in a circle, and reads how far they are.</summary>
    /// <remarks>The locks are transaction-scoped advisory ones, for a sale that is new has no row to lock.</remarks>
    /// <param name="keys">Distinct keys.</param>
    /// <param name="names">Those of them that may be names of other orders.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<OrderTransaction> LockAsync(IReadOnlyList<OrderKey> keys, IReadOnlyList<OrderKey> names, CancellationToken cancellationToken)
    {
        var connection = await postgres.OpenConnectionAsync(cancellationToken);
        try
        {
            var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await using var batch = new NpgsqlBatch(connection, transaction);
            batch.BatchCommands.Add(Keyed("""
                select count(pg_advisory_xact_lock(q.k)::text) from (
                    select distinct hashtextextended(b || '/' || g || '/' || s, 0) as k
                    from unnest($1::text[], $2::text[], $3::text[]) as t (b, g, s) order by 1) q
                """, keys));
            batch.BatchCommands.Add(Keyed("""
                select o.brand_id, o.gateway, o.sale_id, o.revision
                from orders o
                join unnest($1::text[], $2::text[], $3::text[]) as q (b, g, s) on o.brand_id = q.b and o.gateway = q.g and o.sale_id = q.s
                """, keys));
            if (names.Count > 0)
                batch.BatchCommands.Add(Keyed(SelectNamed, names));
            await batch.PrepareIfSmallAsync(keys.Count, cancellationToken);
            await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
            await reader.NextResultAsync(cancellationToken);
            var revisions = new Dictionary<OrderKey, long>();
            while (await reader.ReadAsync(cancellationToken))
                revisions[new(reader.GetString(0), reader.GetString(1), reader.GetString(2))] = reader.GetInt64(3);
            await reader.NextResultAsync(cancellationToken);
            return new(connection, transaction, revisions, await ReadNamedAsync(reader, cancellationToken));
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private static NpgsqlBatchCommand Keyed(string sql, IReadOnlyList<OrderKey> keys, IReadOnlyList<Guid>? ingestIds = null)
    {
        var command = new NpgsqlBatchCommand(sql)
        {
            Parameters =
            {
                new() { Value = keys.Select(static k => k.BrandId).ToArray() },
                new() { Value = keys.Select(static k => k.Gateway).ToArray() },
                new() { Value = keys.Select(static k => k.SaleId).ToArray() },
            },
        };
        if (ingestIds is not null)
            command.Parameters.Add(new() { Value = ingestIds.ToArray() });
        return command;
    }

    private static async Task<IReadOnlyDictionary<OrderKey, OrderKey>> ReadNamedAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        var named = new Dictionary<OrderKey, OrderKey>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var name = new OrderKey(reader.GetString(0), reader.GetString(1), reader.GetString(2));
            named.TryAdd(name, name with { SaleId = reader.GetString(3) });
        }

        return named;
    }

    private static async Task<IReadOnlyDictionary<OrderKey, Order>> ReadAsync(
        NpgsqlDataReader reader, IReadOnlyList<OrderKey> keys, CancellationToken cancellationToken)
    {
        var orders = keys.ToDictionary(static key => key, static key => new Order(key));
        while (await reader.ReadAsync(cancellationToken))
        {
            var order = orders[new(reader.GetString(0), reader.GetString(1), reader.GetString(2))];
            order.State = KindOf(reader.GetString(3));
            order.Revision = reader.GetInt64(4);
            order.PurchaseIngestId = await reader.IsDBNullAsync(5, cancellationToken) ? null : reader.GetGuid(5).ToString();
            order.Matched = await reader.IsDBNullAsync(6, cancellationToken) ? null : reader.GetFieldValue<byte[]>(6);
            order.AmountMinor = await reader.IsDBNullAsync(7, cancellationToken) ? null : reader.GetInt64(7);
            order.Currency = await reader.IsDBNullAsync(8, cancellationToken) ? null : reader.GetString(8);
            order.FirstSeen = reader.GetFieldValue<DateTimeOffset>(9);
            order.Found = (MatchStageSymbols.TryParse(reader.GetString(10), out var stage) ? stage : MatchStage.None, reader.GetDouble(11));
            if (!await reader.IsDBNullAsync(12, cancellationToken))
                order.Names.UnionWith(reader.GetFieldValue<string[]>(12));
        }

        await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            orders[new(reader.GetString(0), reader.GetString(1), reader.GetString(2))].Revisions.Add(
                new(reader.GetGuid(3).ToString(), KindOf(reader.GetString(4)), reader.GetInt64(5))
                {
                    Outcome = await reader.IsDBNullAsync(6, cancellationToken) ? null : reader.GetFieldValue<byte[]>(6),
                });
        }

        return orders;
    }

    private static SaleKind KindOf(string symbol) =>
        SaleKindSymbols.TryParse(symbol, out var kind) ? kind : throw new InvalidDataException($"orders holds the unknown kind '{symbol}'.");
}
