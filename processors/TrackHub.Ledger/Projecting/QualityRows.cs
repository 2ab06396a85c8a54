using Npgsql;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;

namespace TrackHub.Ledger.Projecting;

/// <summary>Table <c>quality_days</c>: sums over the match quality of what goes to Meta, by day and Meta's name of the event.</summary>
internal static class QualityRows
{
    // What has its row was counted with it: so these stand before the inserts of conversions and events, in the same transaction.
    private static readonly string OfConversions = Sql(
        "unnest($1::text[], $2::date[], $3::text[], $4::int[], $5::text[], $6::timestamptz[], $7::text[], $8::text[], $9::bigint[]) as r "
            + "(brand_id, day, event_name, tenths, keys, ingested_at, gateway, sale_id, revision)",
        "select from conversions c where c.brand_id = r.brand_id and c.gateway = r.gateway and c.sale_id = r.sale_id and c.revision = r.revision and c.ingested_at = r.ingested_at");

    private static readonly string OfEvents = Sql(
        "unnest($1::text[], $2::date[], $3::text[], $4::int[], $5::text[], $6::timestamptz[], $7::uuid[]) as r "
            + "(brand_id, day, event_name, tenths, keys, ingested_at, ingest_id)",
        "select from events e where e.ingest_id = r.ingest_id and e.ingested_at = r.ingested_at");

    /// <summary>Adds the Purchases among these conversions that are not stored yet. Must stand before their insert.</summary>
    /// <param name="batch">Statements of the transaction that stores them.</param>
    /// <param name="conversions">Conversions of one batch, copies among them.</param>
    /// <param name="directory">Whose brands' time zones say which day it is.</param>
    public static void AddTo(NpgsqlBatch batch, IReadOnlyList<Source<Conversion>> conversions, DirectorySnapshot directory)
    {
        var rows = conversions.Where(c => c.Value.Purchase && !IsInKeptDay(c.Value.BrandId, c.Value.ReceivedAt, c.RebuiltFrom, directory))
            .DistinctBy(static c => (c.Value.BrandId, c.Value.Gateway, c.Value.SaleId, c.Value.Revision, c.IngestedAt)).ToArray();
        Add(
            batch, OfConversions,
            Array.ConvertAll(rows, c => new Scored(c.Value.BrandId, DayOf(c.Value.BrandId, c.Value.ReceivedAt, directory), "Purchase", c.Value.Quality, c.Value.KeysPresent, c.IngestedAt)),
            Array.ConvertAll(rows, static r => r.Value.Gateway), Array.ConvertAll(rows, static r => r.Value.SaleId), Array.ConvertAll(rows, static r => r.Value.Revision));
    }

    /// <summary>Adds the browser events among these that go to Meta and are not stored yet. Must stand before the insert of events.</summary>
    /// <param name="batch">Statements of the transaction that stores them.</param>
    /// <param name="events">Scored events of one batch, copies among them.</param>
    /// <param name="directory">Whose brands' time zones say which day it is.</param>
    public static void AddTo(NpgsqlBatch batch, IReadOnlyList<BrowserScore> events, DirectorySnapshot directory)
    {
        var rows = events.Where(e => !IsInKeptDay(e.Source.Value.BrandId, e.Source.Value.ReceivedAt, e.Source.RebuiltFrom, directory))
            .DistinctBy(static e => e.Source.IngestId).ToArray();
        Add(
            batch, OfEvents,
            Array.ConvertAll(rows, e => new Scored(
                e.Source.Value.BrandId, DayOf(e.Source.Value.BrandId, e.Source.Value.ReceivedAt, directory), e.EventName, e.Score, e.Keys, e.Source.IngestedAt)),
            Array.ConvertAll(rows, static e => e.Source.IngestId));
    }

    private readonly record struct Scored(string BrandId, DateOnly Day, string EventName, double Score, IReadOnlyList<string> Keys, DateTimeOffset IngestedAt);

    private static void Add(NpgsqlBatch batch, string sql, Scored[] rows, params ReadOnlySpan<Array> identity)
    {
        if (rows.Length == 0)
            return;

        var command = new NpgsqlBatchCommand(sql)
        {
            Parameters =
            {
                new() { Value = Array.ConvertAll(rows, static r => r.BrandId) },
                new() { Value = Array.ConvertAll(rows, static r => r.Day) },
                new() { Value = Array.ConvertAll(rows, static r => r.EventName) },
                new() { Value = Array.ConvertAll(rows, static r => (int)Math.Round(Math.Clamp(r.Score, 0, 10) * 10)) },
                new() { Value = Array.ConvertAll(rows, static r => string.Join(',', r.Keys)) },
                new() { Value = Array.ConvertAll(rows, static r => r.IngestedAt) },
            },
        };
        foreach (var column in identity)
            command.Parameters.Add(new() { Value = column });
        batch.BatchCommands.Add(command);
    }

    private static string Sql(string rows, string known) => $"""
        insert into quality_days as d (brand_id, day, event_name, key, events, green, score_tenths)
        select r.brand_id, r.day, r.event_name, k.key, count(*), count(*) filter (where r.tenths >= 60), sum(r.tenths)
        from {rows}
        cross join lateral unnest(array_append(string_to_array(r.keys, ','), '')) as k (key)
        where not exists ({known})
        group by r.brand_id, r.day, r.event_name, k.key order by r.brand_id, r.day, r.event_name, k.key
        on conflict (brand_id, day, event_name, key) do update
            set events = d.events + excluded.events, green = d.green + excluded.green, score_tenths = d.score_tenths + excluded.score_tenths
        """;

    private static TimeZoneInfo ZoneOf(string brandId, DirectorySnapshot directory) => BrandDays.ZoneOf(directory.Brand(brandId)?.TimeZone);

    private static DateOnly DayOf(string brandId, DateTimeOffset at, DirectorySnapshot directory) => BrandDays.Of(at, ZoneOf(brandId, directory));

    /// <summary>A rebuild keeps the sums of days that began before it, and a record that it has read again is in them already.</summary>
    private static bool IsInKeptDay(string brandId, DateTimeOffset at, DateTimeOffset? rebuiltFrom, DirectorySnapshot directory) =>
        rebuiltFrom is { } from && ZoneOf(brandId, directory) is var zone && BrandDays.Of(at, zone) < BrandDays.FirstWhole(from, zone);
}
