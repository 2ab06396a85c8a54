using Npgsql;
using TrackHub.Platform.Rows;
using TrackHub.Schemas;

namespace TrackHub.Matching.Orders;

/// <summary>Locked orders, and the transaction that changes them. Disposal without a commit changes nothing.</summary>
internal sealed class OrderTransaction(NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyDictionary<OrderKey, long> revisions, IReadOnlyDictionary<OrderKey, OrderKey> named)
    : IAsyncDisposable
{
    /// <summary>The order that goes by a locked name; null if none does.</summary>
    public OrderKey? Named(OrderKey name) => named.TryGetValue(name, out var order) ? order : null;

    /// <summary>The revision of a locked order; 0 for a sale never seen.</summary>
    public long RevisionOf(OrderKey key) => revisions.GetValueOrDefault(key);

    /// <summary>Writes changed orders and their new revisions, durably.</summary>
    /// <param name="changed">Orders with at least one new revision.</param>
    /// <param name="revisions">The new revisions with their outcomes.</param>
    public async Task CommitAsync(
        IReadOnlyList<Order> changed, IReadOnlyList<(OrderKey Key, OrderRevision Revision)> revisions, CancellationToken cancellationToken)
    {
        if (changed.Count == 0)
        {
            await transaction.CommitAsync(cancellationToken);
            return;
        }

        // The commit goes along: one round trip, and the locks are held for as much less.
        await using var batch = new NpgsqlBatch(connection, transaction);
        batch.BatchCommands.Add(Upsert(changed));
        batch.BatchCommands.Add(Insert(revisions));
        batch.BatchCommands.Add(new("commit"));
        await batch.PrepareIfSmallAsync(changed.Count, cancellationToken);
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await transaction.DisposeAsync();
        await connection.DisposeAsync();
    }

    private static NpgsqlBatchCommand Upsert(IReadOnlyList<Order> orders) => new("""
        insert into orders (
            brand_id, gateway, sale_id, state, rank, purchase_ingest_id, revision, matched, stage, score, amount_minor, currency, first_seen, names, updated_at)
        select brand_id, gateway, sale_id, state, rank, purchase_ingest_id, revision, matched, stage, score, amount_minor, currency, first_seen,
            string_to_array(names, E'\x1f'), now()
        from unnest(
            $1::text[], $2::text[], $3::text[], $4::text[], $5::int[], $6::uuid[], $7::bigint[], $8::bytea[], $9::text[], $10::float8[], $11::bigint[],
            $12::text[], $13::timestamptz[], $14::text[])
            as q (brand_id, gateway, sale_id, state, rank, purchase_ingest_id, revision, matched, stage, score, amount_minor, currency, first_seen, names)
        order by brand_id, gateway, sale_id
        on conflict (brand_id, gateway, sale_id) do update set
            state = excluded.state, rank = excluded.rank, purchase_ingest_id = excluded.purchase_ingest_id, revision = excluded.revision,
            matched = excluded.matched, stage = excluded.stage, score = excluded.score, amount_minor = excluded.amount_minor, currency = excluded.currency,
            names = excluded.names, updated_at = excluded.updated_at
        """)
    {
        Parameters =
        {
            new() { Value = orders.Select(static o => o.Key.BrandId).ToArray() },
            new() { Value = orders.Select(static o => o.Key.Gateway).ToArray() },
            new() { Value = orders.Select(static o => o.Key.SaleId).ToArray() },
            new() { Value = orders.Select(static o => o.State.ToSymbol()).ToArray() },
            new() { Value = orders.Select(static o => SaleStates.Rank(o.State)).ToArray() },
            new() { Value = orders.Select(static o => o.PurchaseIngestId is { } id ? Guid.Parse(id) : (Guid?)null).ToArray() },
            new() { Value = orders.Select(static o => o.Revision).ToArray() },
            new() { Value = orders.Select(static o => o.Matched).ToArray() },
            new() { Value = orders.Select(static o => o.Found.Stage.ToSymbol()).ToArray() },
            new() { Value = orders.Select(static o => o.Found.Score).ToArray() },
            new() { Value = orders.Select(static o => o.AmountMinor).ToArray() },
            new() { Value = orders.Select(static o => o.Currency).ToArray() },
            new() { Value = orders.Select(static o => o.FirstSeen.UtcDateTime).ToArray() },
            new() { Value = orders.Select(static o => o.Names.Count == 0 ? null : string.Join(Order.NameSeparator, o.Names)).ToArray() },
        },
    };

    private static NpgsqlBatchCommand Insert(IReadOnlyList<(OrderKey Key, OrderRevision Revision)> revisions) => new("""
        insert into order_revisions (brand_id, gateway, sale_id, ingest_id, revision, kind, outcome)
        select * from unnest($1::text[], $2::text[], $3::text[], $4::uuid[], $5::bigint[], $6::text[], $7::bytea[])
        """)
    {
        Parameters =
        {
            new() { Value = revisions.Select(static r => r.Key.BrandId).ToArray() },
            new() { Value = revisions.Select(static r => r.Key.Gateway).ToArray() },
            new() { Value = revisions.Select(static r => r.Key.SaleId).ToArray() },
            new() { Value = revisions.Select(static r => Guid.Parse(r.Revision.IngestId)).ToArray() },
            new() { Value = revisions.Select(static r => r.Revision.Revision).ToArray() },
            new() { Value = revisions.Select(static r => r.Revision.Kind.ToSymbol()).ToArray() },
            new() { Value = revisions.Select(static r => r.Revision.Outcome!).ToArray() },
        },
    };
}
