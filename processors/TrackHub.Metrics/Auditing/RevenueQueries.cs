using Npgsql;

namespace TrackHub.Metrics.Auditing;

/// <summary>What the tables say of revenue.</summary>
internal static class RevenueQueries
{
    /// <summary>Most sales or sums named.</summary>
    public const int Examples = 20;

    // A sale by its revisions: the first that says paid, and the state after the last. $1: brand or null, $2: first heard of since.
    private const string Told =
        """
        with paying as (
            select *, (purchase or kind in ('renewed', 'completed')) as pays from conversions
            where not test and ($1::text is null or brand_id = $1)
                and brand_id in (select id from brands union select brand_id from metrics_brands)),
        told as (
            select brand_id, gateway, sale_id,
                (array_agg(amount_minor order by revision) filter (where pays))[1] as amount_minor,
                (array_agg(currency order by revision) filter (where pays))[1] as currency,
                (array_agg(event_time order by revision) filter (where pays))[1] as paid_at,
                (array_agg(state order by revision desc))[1] as state
            from paying group by brand_id, gateway, sale_id having min(received_at) >= $2),
        kept as (
            select * from order_facts where first_received_at >= $2 and ($1::text is null or brand_id = $1))
        """;

    /// <summary>Revenue by brand and currency: of the facts and of the table.</summary>
    public static async Task<IReadOnlyList<BrandRevenue>> RevenueAsync(NpgsqlDataSource database, string? brandId, DateTimeOffset since, CancellationToken cancellationToken)
    {
        await using var command = Command(
            database,
            $"""
            {Told}
            select brand_id, currency, sum(figures)::bigint, sum(tabled)::bigint from (
                select brand_id, currency, amount_minor as figures, 0 as tabled from kept where paid_revision is not null and state not in ('refunded', 'chargeback')
                union all
                select brand_id, currency, 0, amount_minor from told where paid_at is not null and state not in ('refunded', 'chargeback')) as both_of
            where currency is not null group by brand_id, currency order by brand_id, currency
            """, brandId, since);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var revenue = new List<BrandRevenue>();
        while (await reader.ReadAsync(cancellationToken))
            revenue.Add(new(reader.GetString(0), reader.GetString(1), reader.IsDBNull(2) ? 0 : reader.GetInt64(2), reader.IsDBNull(3) ? 0 : reader.GetInt64(3), null));
        return revenue;
    }

    /// <summary>Sales of which fact and table say different things.</summary>
    public static async Task<IReadOnlyList<RevenueDifference>> DifferencesAsync(NpgsqlDataSource database, string? brandId, DateTimeOffset since, CancellationToken cancellationToken)
    {
        await using var command = Command(
            database,
            $"""
            {Told}
            select brand_id, gateway, sale_id from told full join kept using (brand_id, gateway, sale_id)
            where (told.amount_minor, case when told.amount_minor is not null then told.currency end, told.paid_at, told.state)
                is distinct from (kept.amount_minor, kept.currency, kept.paid_at, kept.state)
            order by 1, 2, 3 limit {Examples}
            """, brandId, since);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var differences = new List<RevenueDifference>();
        while (await reader.ReadAsync(cancellationToken))
            differences.Add(new(reader.GetString(0), reader.GetString(1), reader.GetString(2), "conversions"));
        return differences;
    }

    /// <summary>Figures since a moment that are not the sums of the shares of facts, in one statement and so at one moment.</summary>
    public static async Task<IReadOnlyList<string>> WrongSumsAsync(NpgsqlDataSource database, string? brandId, DateTimeOffset since, CancellationToken cancellationToken)
    {
        await using var command = Command(
            database,
            $"""
            with shares as (
                select brand_id, share_source as source, share_hour, share_day, share_week, 0::bigint as spend_minor, revenue_minor, refunded_minor,
                    conversions::bigint, 0::bigint as clicks, 0::bigint as impressions, unconverted::bigint
                from order_facts where share_source is not null
                union all
                select brand_id, source, share_hour, share_day, share_week, spend_minor, 0, 0, 0, clicks, impressions, unconverted from spend_facts where share_hour is not null),
            wanted as (
                select brand_id, s.source, p.period, p.start as timestamp, sum(spend_minor) as spend, sum(revenue_minor) as revenue, sum(refunded_minor) as refunded,
                    sum(conversions) as sales, sum(clicks) as clicks, sum(impressions) as impressions, sum(unconverted) as unconverted
                from shares cross join lateral (values (shares.source), ('aggregated')) as s (source)
                cross join lateral (values ('hourly', share_hour), ('daily', share_day), ('weekly', share_week)) as p (period, start)
                where ($1::text is null or brand_id = $1) and p.start >= $2
                group by 1, 2, 3, 4),
            kept as (select * from performance_metrics where timestamp >= $2 and ($1::text is null or brand_id = $1))
            select concat_ws(' ', brand_id, source, period, to_char(timestamp at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI"Z"'))
            from wanted full join kept using (brand_id, source, period, timestamp)
            where (coalesce(spend, 0), coalesce(revenue, 0), coalesce(refunded, 0), coalesce(sales, 0), coalesce(wanted.clicks, 0), coalesce(wanted.impressions, 0), coalesce(wanted.unconverted, 0))
                <> (coalesce(spend_minor, 0), coalesce(revenue_minor, 0), coalesce(refunded_minor, 0), coalesce(conversions, 0), coalesce(kept.clicks, 0), coalesce(kept.impressions, 0),
                    coalesce(kept.unconverted, 0))
            order by 1 limit {Examples}
            """, brandId, since);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var wrong = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
            wrong.Add(reader.GetString(0));
        return wrong;
    }

    private static NpgsqlCommand Command(NpgsqlDataSource database, string sql, string? brandId, DateTimeOffset since)
    {
        var command = database.CreateCommand(sql);
        command.Parameters.Add(new() { Value = (object?)brandId ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = since.ToUniversalTime() });
        return command;
    }
}
