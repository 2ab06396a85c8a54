using Npgsql;
using TrackHub.Platform.Streams;

namespace TrackHub.Cli.Explaining;

/// <summary>Finds what the tables know of an id.</summary>
internal sealed class StoryReader(NpgsqlDataSource postgres)
{
    // The ledger's own columns; blind indexes are told only as present.
    private const string EventColumns =
        """
        ingest_id, brand_id, kind, event_id, event_time, received_at, session_id, click_id, gateway, sale_id, sale_kind, gateway_event, test,
        amount_minor, currency, consent_ads, email_hash is not null as has_email, phone_hash is not null as has_phone, topic, partition, "offset"
        """;

    /// <summary>The sales and browser events an id stands for; empty if the tables know nothing of it.</summary>
    /// <param name="id">Sale id, event id, ingest id, or receipt <c>topic/partition/offset</c>.</param>
    /// <param name="brandId">Only this brand's; null for all.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    public async Task<IReadOnlyList<Story>> FindAsync(string id, string? brandId, CancellationToken cancellationToken)
    {
        var named = RecordCoordinates.TryParse(id, out var receipt)
            ? await EventsAsync("""topic = $1 and partition = $2 and "offset" = $3""", [receipt.Topic, receipt.Partition, receipt.Offset], cancellationToken)
            : await EventsAsync("sale_id = $1 or event_id = $1", [id], cancellationToken);
        // Some gateways' sale ids look alike.
        if (named.Count == 0 && Guid.TryParseExact(id, "D", out var ingestId)) named = await EventsAsync("ingest_id = $1", [ingestId], cancellationToken);
        // The matcher writes its tables before the ledger has read the topics.
        var orders = await RowsAsync<OrderFact>("select * from orders where sale_id = $1", [id], cancellationToken);
        var conversions = await RowsAsync<ConversionFact>("select * from conversions where event_id = $1", [id], cancellationToken);

        bool Wanted(string brand) => brandId is null || brand == brandId;
        var sales = named.Where(e => e.SaleId is not null).Select(static e => (e.BrandId, Key: new SaleKey(e.Gateway!, e.SaleId!)))
            .Concat(orders.Select(static o => (o.BrandId, new SaleKey(o.Gateway, o.SaleId))))
            .Concat(conversions.Select(static c => (c.BrandId, new SaleKey(c.Gateway, c.SaleId))))
            .Where(sale => Wanted(sale.BrandId)).Distinct().ToList();

        var stories = new List<Story>();
        foreach (var (brand, sale) in sales) stories.Add(await SaleAsync(brand, sale, cancellationToken));
        foreach (var group in named.Where(e => e.SaleId is null && Wanted(e.BrandId)).GroupBy(static e => (e.BrandId, e.EventId)))
            stories.Add(await TellAsync(group.Key.BrandId, null, [.. group], [], [group.Key.EventId], cancellationToken));
        return stories;
    }

    /// <summary>Dead letters that name a record as source or place.</summary>
    public Task<IReadOnlyList<DeadLetterFact>> DeadLettersAsync(RecordCoordinates record, CancellationToken cancellationToken) => RowsAsync<DeadLetterFact>(
        """
        select * from dead_letters
        where (source_topic, source_partition, source_offset) = ($1, $2, $3) or (topic, partition, "offset") = ($1, $2, $3) order by at
        """,
        [record.Topic, record.Partition, record.Offset], cancellationToken);

    /// <summary>The offset the ledger reads next of a partition; null if it never read it.</summary>
    public async Task<long?> LedgerPositionAsync(string topic, int partition, CancellationToken cancellationToken)
    {
        await using var command = postgres.CreateCommand("select next_offset from ledger_offsets where topic = $1 and partition = $2");
        command.Parameters.AddWithValue(topic);
        command.Parameters.AddWithValue(partition);
        return (long?)await command.ExecuteScalarAsync(cancellationToken);
    }

    private async Task<Story> SaleAsync(string brand, SaleKey sale, CancellationToken cancellationToken)
    {
        object[] key = [brand, sale.Gateway, sale.SaleId];
        var events = await EventsAsync("(brand_id, gateway, sale_id) = ($1, $2, $3)", key, cancellationToken);
        var conversions = await RowsAsync<ConversionFact>(
            """
            select c.*, m.click, m.evidence, m.rules_version, m.score_model, m.reason from conversions c
            left join matches m using (brand_id, gateway, sale_id, revision, ingested_at)
            where (brand_id, gateway, sale_id) = ($1, $2, $3) order by revision
            """,
            key, cancellationToken);
        return await TellAsync(brand, sale, events, conversions, [.. events.Select(static e => e.EventId).Concat(conversions.Select(static c => c.EventId)).Distinct()], cancellationToken);
    }

    private async Task<Story> TellAsync(
        string brandId, SaleKey? sale, IReadOnlyList<EventFact> events, IReadOnlyList<ConversionFact> conversions, string[] eventIds, CancellationToken cancellationToken)
    {
        var brands = await RowsAsync<BrandFact>("select id, name, consent_basis from brands where id = $1", [brandId], cancellationToken);
        var orders = sale is null
            ? []
            : await RowsAsync<OrderFact>("select * from orders where (brand_id, gateway, sale_id) = ($1, $2, $3)", [brandId, sale.Gateway, sale.SaleId], cancellationToken);
        object[] ids = [brandId, eventIds];
        return new Story
        {
            Brand = brands.Count > 0 ? brands[0] : new(brandId, brandId, null),   // a removed brand's events stay
            Sale = sale,
            Events = events,
            Order = orders.Count > 0 ? orders[0] : null,
            Conversions = conversions,
            Outcomes = await RowsAsync<OutcomeFact>(
                "select distinct on (ingest_id, destination) * from event_outcomes where brand_id = $1 and event_id = any($2) order by ingest_id, destination, revision desc",
                ids, cancellationToken),
            Dispatches = await RowsAsync<DispatchFact>("select * from dedupe_registry where brand_id = $1 and event_id = any($2) order by pixel_id, event_name", ids, cancellationToken),
            Attempts = await RowsAsync<AttemptFact>("select * from dispatch_attempts where brand_id = $1 and event_id = any($2) order by started_at, fence", ids, cancellationToken),
            DeadLetters = await RowsAsync<DeadLetterFact>("select * from dead_letters where brand_id = $1 and event_id = any($2) order by at", ids, cancellationToken),
        };
    }

    private Task<IReadOnlyList<EventFact>> EventsAsync(string where, object[] parameters, CancellationToken cancellationToken) =>
        RowsAsync<EventFact>($"select {EventColumns} from events where {where} order by received_at, ingest_id", parameters, cancellationToken);

    /// <summary>Rows as JSON made by the server: one shape for all tables.</summary>
    private async Task<IReadOnlyList<T>> RowsAsync<T>(string sql, object[] parameters, CancellationToken cancellationToken)
    {
        await using var command = postgres.CreateCommand($"select row_to_json(found)::text from ({sql}) found");
        foreach (var parameter in parameters)
            command.Parameters.Add(new() { Value = parameter });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken)) rows.Add(StoryRows.Read<T>(reader.GetString(0)));
        return rows;
    }
}
