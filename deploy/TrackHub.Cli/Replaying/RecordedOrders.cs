using Npgsql;
using TrackHub.Matching.Replaying;

namespace TrackHub.Cli.Replaying;

/// <summary>What the live matcher recorded of orders: the newest revision in table <c>matches</c>.</summary>
internal sealed class RecordedOrders(NpgsqlDataSource postgres)
{
    /// <summary>The recorded decisions of these orders; those the ledger has nothing of are left out.</summary>
    public async Task<IReadOnlyList<ShadowOrder>> ReadAsync(IReadOnlyList<ShadowOrder> orders, CancellationToken cancellationToken)
    {
        var byKey = orders.ToDictionary(static o => (o.BrandId, o.Gateway, o.SaleId));
        await using var command = postgres.CreateCommand(
            """
            select distinct on (m.brand_id, m.gateway, m.sale_id) m.brand_id, m.gateway, m.sale_id, m.stage, m.score, m.reason, m.click_ingest_id, m.click ->> 'utm_campaign'
            from matches m join unnest($1::text[], $2::text[], $3::text[]) as q (b, g, s) on (m.brand_id, m.gateway, m.sale_id) = (q.b, q.g, q.s)
            order by m.brand_id, m.gateway, m.sale_id, m.revision desc
            """);
        command.Parameters.Add(new() { Value = orders.Select(static o => o.BrandId).ToArray() });
        command.Parameters.Add(new() { Value = orders.Select(static o => o.Gateway).ToArray() });
        command.Parameters.Add(new() { Value = orders.Select(static o => o.SaleId).ToArray() });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var recorded = new List<ShadowOrder>(orders.Count);
        while (await reader.ReadAsync(cancellationToken))
        {
            // Money and state do not depend on rules: they are those of the replayed order.
            recorded.Add(byKey[(reader.GetString(0), reader.GetString(1), reader.GetString(2))] with
            {
                Stage = reader.GetString(3),
                Score = reader.GetDouble(4),
                Reason = reader.GetString(5),
                ClickIngestId = await reader.IsDBNullAsync(6, cancellationToken) ? null : reader.GetGuid(6),
                Campaign = await reader.IsDBNullAsync(7, cancellationToken) ? null : reader.GetString(7),
            });
        }

        return recorded;
    }
}
