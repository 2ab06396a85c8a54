using Npgsql;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;

namespace TrackHub.Ledger.Projecting;

/// <summary>Table <c>quality_days</c>: sums over the match quality of Purchases.</summary>
internal static class QualityRows
{
    private const string EventName = "Purchase";

    // A conversion that has its row was counted with it: so this stands before the insert of conversions, in the same transaction.
    private const string Sql = """
        insert into quality_days as d (brand_id, day, event_name, key, events, green, score_tenths)
        select r.brand_id, r.day, $9, k.key, count(*), count(*) filter (where r.tenths >= 60), sum(r.tenths)
        from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::timestamptz[], $6::date[], $7::int[], $8::text[])
            as r (brand_id, gateway, sale_id, revision, ingested_at, day, tenths, keys)
        cross join lateral unnest(array_append(string_to_array(r.keys, ','), '')) as k (key)
        where not exists (
            select from conversions c where c.brand_id = r.brand_id and c.gateway = r.gateway and c.sale_id = r.sale_id
                and c.revision = r.revision and c.ingested_at = r.ingested_at)
        group by r.brand_id, r.day, k.key order by r.brand_id, r.day, k.key
        on conflict (brand_id, day, event_name, key) do update
            set events = d.events + excluded.events, green = d.green + excluded.green, score_tenths = d.score_tenths + excluded.score_tenths
        """;

    /// <summary>Adds the Purchases among these conversions that are not stored yet. Must stand before their insert.</summary>
    /// <param name="batch">Statements of the transaction that stores them.</param>
    /// <param name="conversions">Conversions of one batch, copies among them.</param>
    /// <param name="directory">Whose brands' time zones say which day it is.</param>
    public static void AddTo(NpgsqlBatch batch, IReadOnlyList<Source<Conversion>> conversions, DirectorySnapshot directory)
    {
        var rows = conversions.Where(static c => c.Value.Purchase)
            .DistinctBy(static c => (c.Value.BrandId, c.Value.Gateway, c.Value.SaleId, c.Value.Revision, c.IngestedAt)).ToArray();
        if (rows.Length == 0)
            return;

        batch.BatchCommands.Add(new(Sql)
        {
            Parameters =
            {
                new() { Value = Array.ConvertAll(rows, static r => r.Value.BrandId) },
                new() { Value = Array.ConvertAll(rows, static r => r.Value.Gateway) },
                new() { Value = Array.ConvertAll(rows, static r => r.Value.SaleId) },
                new() { Value = Array.ConvertAll(rows, static r => r.Value.Revision) },
                new() { Value = Array.ConvertAll(rows, static r => r.IngestedAt) },
                new() { Value = Array.ConvertAll(rows, r => DayOf(r.Value, directory)) },
                new() { Value = Array.ConvertAll(rows, static r => (int)Math.Round(Math.Clamp(r.Value.Quality, 0, 10) * 10)) },
                new() { Value = Array.ConvertAll(rows, static r => string.Join(',', r.Value.KeysPresent)) },
                new() { Value = EventName },
            },
        });
    }

    private static DateOnly DayOf(Conversion conversion, DirectorySnapshot directory)
    {
        var zone = directory.Brand(conversion.BrandId) is { } brand && TimeZoneInfo.TryFindSystemTimeZoneById(brand.TimeZone, out var known) ? known : TimeZoneInfo.Utc;
        return DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(conversion.ReceivedAt, zone).DateTime);
    }
}
