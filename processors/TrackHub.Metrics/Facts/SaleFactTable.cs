using Npgsql;
using TrackHub.Metrics.Summing;
using TrackHub.Platform.Rows;
using TrackHub.Schemas;

namespace TrackHub.Metrics.Facts;

/// <summary>Table <c>order_facts</c>.</summary>
internal static class SaleFactTable
{
    private const string Columns =
        """
        f.brand_id, f.gateway, f.sale_id, f.first_received_at, f.revision, f.state, f.source, f.paid_revision, f.paid_at, f.amount_minor, f.currency, f.renewal,
        f.share_source, f.share_hour, f.share_day, f.share_week, f.revenue_minor, f.refunded_minor, f.conversions, f.unconverted, f.edition
        """;

    /// <summary>Writes rows over those of the edition before; another's are left as they are, and the statement touches fewer rows than it was given.</summary>
    public static readonly TableWriter<Kept<SaleFact>> Writer = new TableWriter<Kept<SaleFact>>(
            "order_facts as o",
            """
            (brand_id, gateway, sale_id) do update set first_received_at = excluded.first_received_at, revision = excluded.revision, state = excluded.state,
            source = excluded.source, paid_revision = excluded.paid_revision, paid_at = excluded.paid_at, amount_minor = excluded.amount_minor,
            currency = excluded.currency, renewal = excluded.renewal, share_source = excluded.share_source, share_hour = excluded.share_hour,
            share_day = excluded.share_day, share_week = excluded.share_week, revenue_minor = excluded.revenue_minor,
            refunded_minor = excluded.refunded_minor, conversions = excluded.conversions, unconverted = excluded.unconverted, edition = excluded.edition
            where o.edition = excluded.edition - 1
            """)
        .With("brand_id", "text", static r => r.Fact.Key.BrandId)
        .With("gateway", "text", static r => r.Fact.Key.Gateway)
        .With("sale_id", "text", static r => r.Fact.Key.SaleId)
        .With("first_received_at", "timestamptz", static r => r.Fact.FirstReceivedAt.ToUniversalTime())
        .With("revision", "bigint", static r => r.Fact.Revision)
        .With("state", "text", static r => r.Fact.State.ToSymbol())
        .With("source", "text", static r => r.Fact.Source.ToSymbol())
        .With("paid_revision", "bigint", static r => r.Fact.Payment?.Revision)
        .With("paid_at", "timestamptz", static r => r.Fact.Payment?.At.ToUniversalTime())
        .With("amount_minor", "bigint", static r => r.Fact.Payment?.AmountMinor)
        .With("currency", "text", static r => r.Fact.Payment?.Currency)
        .With("renewal", "boolean", static r => r.Fact.Payment is { Renewal: true })
        .With("share_source", "text", static r => r.Share?.Source.ToSymbol())
        .With("share_hour", "timestamptz", static r => r.Share?.Starts.Hour)
        .With("share_day", "timestamptz", static r => r.Share?.Starts.Day)
        .With("share_week", "timestamptz", static r => r.Share?.Starts.Week)
        .With("revenue_minor", "bigint", static r => r.Share?.Sums.Revenue ?? 0)
        .With("refunded_minor", "bigint", static r => r.Share?.Sums.Refunded ?? 0)
        .With("conversions", "int", static r => (int)(r.Share?.Sums.Conversions ?? 0))
        .With("unconverted", "int", static r => (int)(r.Share?.Sums.Unconverted ?? 0))
        .With("edition", "int", static r => r.Edition);

    /// <summary>Those of these sales that are known.</summary>
    public static async Task<Dictionary<SaleKey, Kept<SaleFact>>> FindAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyCollection<SaleKey> keys, CancellationToken cancellationToken)
    {
        if (keys.Count == 0)
            return [];

        await using var command = new NpgsqlCommand(
            $"""
            select {Columns} from unnest($1::text[], $2::text[], $3::text[]) as k(brand_id, gateway, sale_id) join order_facts f using (brand_id, gateway, sale_id)
            """, connection, transaction);
        command.Parameters.Add(new() { Value = keys.Select(static key => key.BrandId).ToArray() });
        command.Parameters.Add(new() { Value = keys.Select(static key => key.Gateway).ToArray() });
        command.Parameters.Add(new() { Value = keys.Select(static key => key.SaleId).ToArray() });
        return (await ReadAsync(command, cancellationToken)).ToDictionary(static row => row.Fact.Key);
    }

    /// <summary>A brand's sales whose keys follow one, in order.</summary>
    /// <param name="connection">Where to read.</param>
    /// <param name="transaction">In which transaction.</param>
    /// <param name="after">The key before; of the first page one with empty gateway and sale id.</param>
    /// <param name="notIn">Only paid ones in another currency than this; null: every one.</param>
    /// <param name="most">Rows at most.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<IReadOnlyList<Kept<SaleFact>>> PageAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, SaleKey after, string? notIn, int most, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"""
            select {Columns} from order_facts f where f.brand_id = $1 and (f.gateway, f.sale_id) > ($2, $3) and ($4::text is null or f.currency <> $4)
            order by f.gateway, f.sale_id limit $5
            """, connection, transaction)
        {
            Parameters =
            {
                new() { Value = after.BrandId }, new() { Value = after.Gateway }, new() { Value = after.SaleId },
                new() { Value = (object?)notIn ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text }, new() { Value = most },
            },
        };
        return await ReadAsync(command, cancellationToken);
    }

    private static async Task<List<Kept<SaleFact>>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<Kept<SaleFact>>();
        while (await reader.ReadAsync(cancellationToken))
            rows.Add(Read(reader));
        return rows;
    }

    private static Kept<SaleFact> Read(NpgsqlDataReader row)
    {
        var payment = row.IsDBNull(7) ? null : new Payment(
            row.GetInt64(7), row.GetFieldValue<DateTimeOffset>(8), row.IsDBNull(9) ? null : row.GetInt64(9), row.IsDBNull(10) ? null : row.GetString(10), row.GetBoolean(11));
        var fact = new SaleFact(
            new(row.GetString(0), row.GetString(1), row.GetString(2)), row.GetFieldValue<DateTimeOffset>(3), row.GetInt64(4),
            SaleKindSymbols.TryParse(row.GetString(5), out var state) ? state : default, Stored.SourceOf(row.GetString(6)), payment);
        var share = row.IsDBNull(12) ? null : new Share(
            Stored.SourceOf(row.GetString(12)),
            new(row.GetFieldValue<DateTimeOffset>(13), row.GetFieldValue<DateTimeOffset>(14), row.GetFieldValue<DateTimeOffset>(15)),
            new() { Revenue = row.GetInt64(16), Refunded = row.GetInt64(17), Conversions = row.GetInt32(18), Unconverted = row.GetInt32(19) });
        return new(fact, share, row.GetInt32(20));
    }
}
