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
        bool Wanted(string brand) => brandId is null || brand == brandId;
        var stories = new List<Story>();
        foreach (var sale in await SalesAsync(id, named, cancellationToken))
        {
            if (Wanted(sale.BrandId) && !stories.Exists(story => story.Covers(sale))) stories.Add(await SaleAsync(sale, cancellationToken));
        }

        var browser = named.Where(e => e.Kind != "sale" && Wanted(e.BrandId)).Select(static e => (e.BrandId, e.EventId));
        var untold = named.Where(e => e.Kind == "sale" && Wanted(e.BrandId) && !stories.Exists(s => s.Events.Any(told => told.IngestId == e.IngestId))).Select(static e => (e.BrandId, e.EventId));
        foreach (var (brand, eventId) in browser.Concat(untold).Distinct())
            stories.Add(await TellAsync(brand, null, await EventsAsync("event_id = $2 and brand_id = $1", [brand, eventId], cancellationToken), [], [eventId], cancellationToken));
        return stories;
    }

    /// <summary>
    /// The sales an id or its events stand for, each under the id that its order has: a gateway may name one sale by several, and what it tells under the
    /// others belongs to it. Outcomes and conversions tell that of events that have ended, orders of those that have not.
    /// </summary>
    private async Task<IReadOnlyList<SaleKeyFact>> SalesAsync(string id, IReadOnlyList<EventFact> named, CancellationToken cancellationToken)
    {
        string[] eventIds = [.. named.Select(static e => e.EventId).Append(id).Distinct()];
        string[] saleIds = [.. named.Select(static e => e.SaleId).OfType<string>().Append(id).Distinct()];
        var ended = await RowsAsync<SaleKeyFact>(
            """
            select brand_id, gateway, sale_id from conversions where event_id = any($1)
            union select brand_id, gateway, sale_id from event_outcomes where event_id = any($1) and gateway is not null and sale_id is not null
            """,
            [eventIds], cancellationToken);
        // The matcher writes its tables before the ledger has read the topics.
        var orders = await RowsAsync<SaleKeyFact>(
            "select brand_id, gateway, sale_id from (select * from orders where names && $1 union all select * from orders where sale_id = any($1)) o order by names is null, first_seen",
            [saleIds], cancellationToken);
        return [.. ended.Concat(orders).Concat(named.Where(static e => e.Gateway is not null && e.SaleId is not null).Select(static e => new SaleKeyFact(e.BrandId, e.Gateway!, e.SaleId!))).Distinct()];
    }

    /// <summary>Dead letters that name a record as source or place.</summary>
    public Task<IReadOnlyList<DeadLetterFact>> DeadLettersAsync(RecordCoordinates record, CancellationToken cancellationToken) => RowsAsync<DeadLetterFact>(
        """
        select * from dead_letters
        where (source_topic, source_partition, source_offset) = ($1, $2, $3) or (topic, partition, "offset") = ($1, $2, $3) order by at
        """,
        [record.Topic, record.Partition, record.Offset], cancellationToken);

    /// <summary>Dead letters of an event that the tables know nothing else of: its mapping made none of what came.</summary>
    public Task<IReadOnlyList<DeadLetterFact>> DeadLettersOfAsync(string id, CancellationToken cancellationToken) => Guid.TryParseExact(id, "D", out var ingestId)
        ? RowsAsync<DeadLetterFact>("select * from dead_letters where ingest_id = $1 or event_id = $2 order by at", [ingestId, id], cancellationToken)
        : RowsAsync<DeadLetterFact>("select * from dead_letters where event_id = $1 order by at", [id], cancellationToken);

    /// <summary>The offset the ledger reads next of a partition; null if it never read it.</summary>
    public async Task<long?> LedgerPositionAsync(string topic, int partition, CancellationToken cancellationToken)
    {
        await using var command = postgres.CreateCommand("select next_offset from ledger_offsets where topic = $1 and partition = $2");
        command.Parameters.AddWithValue(topic);
        command.Parameters.AddWithValue(partition);
        return (long?)await command.ExecuteScalarAsync(cancellationToken);
    }

    private async Task<Story> SaleAsync(SaleKeyFact key, CancellationToken cancellationToken)
    {
        var (order, names) = await NamesAsync(key, cancellationToken);
        var sale = order is null ? key.Sale : new(order.Gateway, order.SaleId);
        object[] keys = [key.BrandId, key.Gateway, names];
        var conversions = await RowsAsync<ConversionFact>(
            """
            select c.*, m.click, m.evidence, m.rules_version, m.score_model, m.reason from conversions c
            left join matches m using (brand_id, gateway, sale_id, revision, ingested_at)
            where brand_id = $1 and gateway = $2 and sale_id = any($3) order by sale_id = $4, sale_id, revision
            """,
            [.. keys, sale.SaleId], cancellationToken);
        var events = await EventsAsync("brand_id = $1 and gateway = $2 and sale_id = any($3)", keys, cancellationToken);
        // What brings no sale id goes by its delivery, which its revision alone tells.
        string[] unnamed = [.. conversions.Select(static c => c.EventId).Where(id => events.All(e => e.EventId != id)).Distinct()];
        if (unnamed.Length > 0) events = [.. events, .. await EventsAsync("event_id = any($2) and brand_id = $1", [key.BrandId, unnamed], cancellationToken)];

        var told = await TellAsync(key.BrandId, sale, events, conversions, [.. events.Select(static e => e.EventId).Concat(conversions.Select(static c => c.EventId)).Distinct()], cancellationToken);
        var near = new List<NearFact>();
        foreach (var c in conversions.Where(static c => c is { Stage: "none", Reason: not ("not_searched" or null) }))
            near.AddRange(await RowsAsync<NearFact>(NearClicks.Select, [key.BrandId, c.IngestId, c.Revision], cancellationToken));
        return told with
        {
            Names = [.. names.Where(name => name != sale.SaleId)],
            Order = order,
            Near = near,
            Rules = await RowsAsync<RulesFact>(
                """
                select version, (rules ->> 'window_days')::int as window_days, rules -> 'stage_order' as stage_order,
                       (rules ->> 'semi_deterministic')::boolean as semi_deterministic, (rules ->> 'probabilistic_threshold')::float8 as probabilistic_threshold
                from match_rules where brand_id = $1 and version = any($2)
                """,
                [key.BrandId, conversions.Select(static c => c.RulesVersion).OfType<int>().Distinct().ToArray()], cancellationToken),
        };
    }

    /// <summary>The order a sale id belongs to, the one with names before one of its own, and every id that stands for it.</summary>
    private async Task<(OrderFact? Order, string[] Names)> NamesAsync(SaleKeyFact key, CancellationToken cancellationToken)
    {
        // An order whose name another has belongs to it with all of its own: twice is as far as gateways' names go.
        string[] names = [key.SaleId];
        IReadOnlyList<OrderFact> orders = [];
        for (var hop = 0; hop < 2; hop++)
        {
            orders = await RowsAsync<OrderFact>(
                """
                select brand_id, gateway, sale_id, state, revision, purchase_ingest_id, stage, score, amount_minor, currency, first_seen, updated_at, names
                from (select * from orders where names && $3 union all select * from orders where sale_id = any($3)) o
                where brand_id = $1 and gateway = $2 order by names is null, first_seen, sale_id
                """,
                [key.BrandId, key.Gateway, names], cancellationToken);
            names = [.. orders.SelectMany(static o => (o.Names ?? []).Append(o.SaleId)).Append(key.SaleId).Distinct().Order(StringComparer.Ordinal)];
        }

        return (orders.Count > 0 ? orders[0] : null, names);
    }

    private async Task<Story> TellAsync(
        string brandId, SaleKey? sale, IReadOnlyList<EventFact> events, IReadOnlyList<ConversionFact> conversions, string[] eventIds, CancellationToken cancellationToken)
    {
        var brands = await RowsAsync<BrandFact>("select id, name, consent_basis from brands where id = $1", [brandId], cancellationToken);
        object[] ids = [brandId, eventIds];
        return new Story
        {
            Brand = brands.Count > 0 ? brands[0] : new(brandId, brandId, null),   // a removed brand's events stay
            Sale = sale,
            Events = events,
            Conversions = conversions,
            Open = await RowsAsync<OpenFact>(
                "select ingest_id, destination, carriers from book_entries where ingest_id = any($1) and state is null and carriers <> '{}' order by ingest_id, destination",
                [events.Select(static e => e.IngestId).ToArray()], cancellationToken),
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
