using Npgsql;
using TrackHub.Metrics.Facts;
using TrackHub.Metrics.Summing;
using TrackHub.Platform.Money;
using TrackHub.Schemas;

namespace TrackHub.Metrics.Grounds;

/// <summary>Makes a brand's sums anew from its facts after its time zone, its currency or a rate was changed. Batches of the brand wait meanwhile.</summary>
internal sealed class Regrounding(NpgsqlDataSource database)
{
    private const int Page = 5_000;

    /// <summary>Does so, in one transaction.</summary>
    /// <returns>False when no figure changed, or somebody else sees to it.</returns>
    public async Task<bool> RunAsync(string brandId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await HoldAsync(connection, transaction, brandId, cancellationToken) is not var (old, wanted, ratesChanged) || (old == wanted && !ratesChanged))
            return false;

        // Without a new zone or currency only what has to be converted can change.
        var notIn = old == wanted ? wanted.Currency : null;
        var deltas = new BucketDeltas();
        await SalesAsync(connection, transaction, wanted, notIn, deltas, cancellationToken);
        await SpendsAsync(connection, transaction, wanted, notIn, deltas, cancellationToken);
        await EndAsync(connection, transaction, old, wanted, deltas, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return old != wanted || deltas.Changed.Count > 0;
    }

    private static async Task<(BrandGround Old, BrandGround Wanted, bool RatesChanged)?> HoldAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, string brandId, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            select m.time_zone, m.currency, coalesce(b.time_zone, m.time_zone), coalesce(b.currency, m.currency),
                m.rates_version < (select coalesce(max(version), 0) from currency_rates)
            from metrics_brands m left join brands b on b.id = m.brand_id where m.brand_id = $1 for update of m skip locked
            """, connection, transaction)
        {
            Parameters = { new() { Value = brandId } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? (new(brandId, reader.GetString(0), reader.GetString(1)), new(brandId, reader.GetString(2), reader.GetString(3)), reader.GetBoolean(4))
            : null;
    }

    private static async Task SalesAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, BrandGround ground, string? notIn, BucketDeltas deltas, CancellationToken cancellationToken)
    {
        var after = new SaleKey(ground.BrandId, "", "");
        while (true)
        {
            var page = await SaleFactTable.PageAsync(connection, transaction, after, notIn, Page, cancellationToken);
            if (page.Count == 0)
                return;

            after = page[^1].Fact.Key;
            var rates = await RateTable.ReadAsync(
                connection, transaction, page.Select(static row => row.Fact.Payment?.Currency).OfType<string>(), [ground.Currency], cancellationToken);
            var changed = page.Select(row => (Row: row, Share: row.Fact.ShareIn(ground, rates))).Where(static row => row.Share != row.Row.Share).ToList();
            foreach (var (row, share) in changed)
                deltas.Replace(ground.BrandId, row.Share, share);
            await using var batch = new NpgsqlBatch(connection, transaction);
            SaleFactTable.Writer.AddTo(batch, changed.ConvertAll(static row => row.Row.Next(row.Row.Fact, row.Share)));
            if (batch.BatchCommands.Count > 0)
                await batch.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private static async Task SpendsAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, BrandGround ground, string? notIn, BucketDeltas deltas, CancellationToken cancellationToken)
    {
        var after = new SpendKey(ground.BrandId, MetricSource.Unknown, "", DateTimeOffset.UnixEpoch);
        while (true)
        {
            var page = await SpendFactTable.PageAsync(connection, transaction, after, notIn, Page, cancellationToken);
            if (page.Count == 0)
                return;

            after = page[^1].Fact.Key;
            var rates = await RateTable.ReadAsync(connection, transaction, page.Select(static row => row.Fact.Currency), [ground.Currency], cancellationToken);
            var changed = page.Select(row => (Row: row, Share: row.Fact.ShareIn(ground, rates))).Where(static row => row.Share != row.Row.Share).ToList();
            foreach (var (row, share) in changed)
                deltas.Replace(ground.BrandId, row.Share, share);
            await using var batch = new NpgsqlBatch(connection, transaction);
            SpendFactTable.Writer.AddTo(batch, changed.ConvertAll(static row => row.Row.Next(row.Row.Fact, row.Share)));
            if (batch.BatchCommands.Count > 0)
                await batch.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private static async Task EndAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, BrandGround old, BrandGround wanted, BucketDeltas deltas, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection, transaction);
        if (old.Currency != wanted.Currency)
        {
            // Sums of clicks alone say their currency as well.
            batch.BatchCommands.Add(new("update performance_metrics set currency = $2, revision = revision + 1 where brand_id = $1")
            {
                Parameters = { new() { Value = wanted.BrandId }, new() { Value = wanted.Currency } },
            });
        }

        BucketTable.AddTo(batch, deltas, new Dictionary<string, BrandGround>(StringComparer.Ordinal) { [wanted.BrandId] = wanted });
        batch.BatchCommands.Add(new(
            """
            update metrics_brands set time_zone = $2, currency = $3, rates_version = (select coalesce(max(version), 0) from currency_rates) where brand_id = $1
            """)
        {
            Parameters = { new() { Value = wanted.BrandId }, new() { Value = wanted.TimeZone }, new() { Value = wanted.Currency } },
        });
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }
}
