using Npgsql;
using TrackHub.Metrics.Summing;
using TrackHub.Platform.Rows;
using TrackHub.Schemas;

namespace TrackHub.Metrics.Facts;

/// <summary>Table <c>spend_facts</c>.</summary>
internal static class SpendFactTable
{
    private const string Columns =
        """
        f.brand_id, f.source, f.account_id, f.hour, f.pulled_at, f.currency, f.amount_minor, f.clicks, f.impressions,
        f.share_hour, f.share_day, f.share_week, f.spend_minor, f.unconverted, f.edition
        """;

    /// <inheritdoc cref="SaleFactTable.Writer"/>
    public static readonly TableWriter<Kept<SpendFact>> Writer = new TableWriter<Kept<SpendFact>>(
            "spend_facts as o",
            """
            (brand_id, source, account_id, hour) do update set pulled_at = excluded.pulled_at, currency = excluded.currency, amount_minor = excluded.amount_minor,
            clicks = excluded.clicks, impressions = excluded.impressions, share_hour = excluded.share_hour, share_day = excluded.share_day,
            share_week = excluded.share_week, spend_minor = excluded.spend_minor, unconverted = excluded.unconverted, edition = excluded.edition
            where o.edition = excluded.edition - 1
            """)
        .With("brand_id", "text", static r => r.Fact.Key.BrandId)
        .With("source", "text", static r => r.Fact.Key.Source.ToSymbol())
        .With("account_id", "text", static r => r.Fact.Key.AccountId)
        .With("hour", "timestamptz", static r => r.Fact.Key.Hour.ToUniversalTime())
        .With("pulled_at", "timestamptz", static r => r.Fact.PulledAt.ToUniversalTime())
        .With("currency", "text", static r => r.Fact.Currency)
        .With("amount_minor", "bigint", static r => r.Fact.AmountMinor)
        .With("clicks", "bigint", static r => r.Fact.Clicks)
        .With("impressions", "bigint", static r => r.Fact.Impressions)
        .With("share_hour", "timestamptz", static r => r.Share?.Starts.Hour)
        .With("share_day", "timestamptz", static r => r.Share?.Starts.Day)
        .With("share_week", "timestamptz", static r => r.Share?.Starts.Week)
        .With("spend_minor", "bigint", static r => r.Share?.Sums.Spend ?? 0)
        .With("unconverted", "int", static r => (int)(r.Share?.Sums.Unconverted ?? 0))
        .With("edition", "int", static r => r.Edition);

    /// <summary>Those of these hours that are known.</summary>
    public static async Task<Dictionary<SpendKey, Kept<SpendFact>>> FindAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyCollection<SpendKey> keys, CancellationToken cancellationToken)
    {
        if (keys.Count == 0)
            return [];

        await using var command = new NpgsqlCommand(
            $"""
            select {Columns} from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[]) as k(brand_id, source, account_id, hour)
            join spend_facts f using (brand_id, source, account_id, hour)
            """, connection, transaction);
        command.Parameters.Add(new() { Value = keys.Select(static key => key.BrandId).ToArray() });
        command.Parameters.Add(new() { Value = keys.Select(static key => key.Source.ToSymbol()).ToArray() });
        command.Parameters.Add(new() { Value = keys.Select(static key => key.AccountId).ToArray() });
        command.Parameters.Add(new() { Value = keys.Select(static key => key.Hour.ToUniversalTime()).ToArray() });
        return (await ReadAsync(command, cancellationToken)).ToDictionary(static row => row.Fact.Key);
    }

    /// <summary>A brand's hours whose keys follow one, in order.</summary>
    /// <param name="connection">Where to read.</param>
    /// <param name="transaction">In which transaction.</param>
    /// <param name="after">The key before; of the first page one of source unknown.</param>
    /// <param name="notIn">Only those in another currency than this; null: every one.</param>
    /// <param name="most">Rows at most.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<IReadOnlyList<Kept<SpendFact>>> PageAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, SpendKey after, string? notIn, int most, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"""
            select {Columns} from spend_facts f where f.brand_id = $1 and (f.source, f.account_id, f.hour) > ($2, $3, $4) and ($5::text is null or f.currency <> $5)
            order by f.source, f.account_id, f.hour limit $6
            """, connection, transaction)
        {
            Parameters =
            {
                new() { Value = after.BrandId }, new() { Value = after.Source is MetricSource.Unknown ? "" : after.Source.ToSymbol() },
                new() { Value = after.AccountId }, new() { Value = after.Hour.ToUniversalTime() },
                new() { Value = (object?)notIn ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text }, new() { Value = most },
            },
        };
        return await ReadAsync(command, cancellationToken);
    }

    private static async Task<List<Kept<SpendFact>>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<Kept<SpendFact>>();
        while (await reader.ReadAsync(cancellationToken))
            rows.Add(Read(reader));
        return rows;
    }

    private static Kept<SpendFact> Read(NpgsqlDataReader row)
    {
        var source = Stored.SourceOf(row.GetString(1));
        var fact = new SpendFact(
            new(row.GetString(0), source, row.GetString(2), row.GetFieldValue<DateTimeOffset>(3)),
            row.GetFieldValue<DateTimeOffset>(4), row.GetString(5), row.GetInt64(6), row.GetInt64(7), row.GetInt64(8));
        var share = row.IsDBNull(9) ? null : new Share(
            source,
            new(row.GetFieldValue<DateTimeOffset>(9), row.GetFieldValue<DateTimeOffset>(10), row.GetFieldValue<DateTimeOffset>(11)),
            new() { Spend = row.GetInt64(12), Clicks = fact.Clicks, Impressions = fact.Impressions, Unconverted = row.GetInt32(13) });
        return new(fact, share, row.GetInt32(14));
    }
}
