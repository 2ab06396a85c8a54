using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using TrackHub.Cli.Explaining;
using TrackHub.Platform.Identity;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;
using TrackHub.Testing;

namespace TrackHub.Integration.Dispatch;

/// <summary>What is on record of calls to Meta: each of them, once, whatever became of it; and of whom and by which token nothing.</summary>
[Collection(nameof(FastWorld))]
public sealed class AuditTests(FastWorld world)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Every_call_is_on_record_once_with_its_verdict_and_nothing_secret_anywhere()
    {
        var secrets = new CanaryScan();
        var sent = new List<(TestBrand Brand, DispatchReady Event, string[] Attempts)>();
        async Task SendAsync(object? behaviour, int events, params string[] attempts)
        {
            var brand = await world.NewBrandAsync();
            await GiveTokenAsync(brand, secrets);
            if (behaviour is not null)
            {
                var with = JsonSerializer.SerializeToNode(behaviour)!.AsObject();
                with["match"] = new System.Text.Json.Nodes.JsonObject { ["dataset"] = brand.DatasetId };
                await world.BehaveAsync(with);
            }

            var batch = Enumerable.Range(0, events).Select(_ => Person(world.Purchase(brand), brand, secrets)).ToList();
            sent.AddRange(batch.Select(e => (brand, e, attempts)));
            await world.SendAllAsync(batch);
        }

        await SendAsync(null, 3, "delivered");
        await SendAsync(new { body = "html", status = 502, times = 1 }, 1, "retry 502", "delivered");
        await SendAsync(new { code = 2, status = 503, times = 1 }, 1, "retry 503 2", "delivered");
        await SendAsync(new { drop = "after", times = 1 }, 1, "unknown", "delivered");
        await SendAsync(new { body = "junk", times = 1 }, 1, "unknown 200", "delivered");
        await SendAsync(new { status = 429, code = 4, subcode = 1504022, retry_after_s = 5, times = 1 }, 1, "hold 429 4/1504022", "delivered");
        await SendAsync(new { code = 190, subcode = 460 }, 1, "park 401 190/460");
        await SendAsync(new { code = 100, subcode = 2804003 }, 1, "dead 400 100/2804003");
        await SendAsync(new { events_received = 7, times = 1 }, 1, "unknown 200");
        await BisectedAsync(sent, secrets);
        await Eventually.Holds(async () => (await RowsAsync(sent)).Values.All(static rows => rows.Count > 0 && rows.TrueForAll(static row => row.Outcome != "started"))
            && (await OpenAsync(sent)) == 0, Patience);

        foreach (var brand in sent.Select(static s => s.Brand).Distinct())
            await CallsShouldBeRecordedAsync(brand);
        var recorded = await RowsAsync(sent);
        foreach (var (_, e, attempts) in sent.Where(static s => s.Attempts.Length > 0))
            recorded[e.EventId].Select(static row => row.Text).ShouldBe(attempts);
        await RecordsShouldEqualRowsAsync(sent, recorded);

        var told = await ExplainAsync(sent);
        foreach (var row in recorded.Values.SelectMany(static rows => rows))
            told.ShouldContain($"call {row.BatchId} of {row.BatchSize} event");

        secrets.Text("explain", told).ShouldBeEmpty();
        secrets.Text("log", string.Join('\n', world.Log.All)).ShouldBeEmpty();
        world.Log.All.ShouldContain(static line => line.Contains("are parked", StringComparison.Ordinal), "what is looked into holds the dispatcher's lines");
        (await secrets.TablesAsync(world.OwnerConnectionString)).ShouldBeEmpty();
        (await secrets.TopicsAsync(world.Configuration["Kafka:BootstrapServers"]!)).ShouldBeEmpty();
    }

    /// <summary>One bad event among four: halves, and the bad one alone.</summary>
    private async Task BisectedAsync(List<(TestBrand, DispatchReady, string[])> sent, CanaryScan secrets)
    {
        var brand = await world.NewBrandAsync();
        await GiveTokenAsync(brand, secrets);
        var batch = Enumerable.Range(0, 4).Select(_ => Person(world.Purchase(brand), brand, secrets)).ToList();
        await world.BehaveAsync(new { match = new { event_id = batch[2].EventId }, code = 100, subcode = 2804009 });
        sent.AddRange(batch.Select(e => (brand, e, Array.Empty<string>())));
        await world.SendAllAsync(batch);
        await Eventually.Holds(() => world.Attempts(batch[2]) is [.., { Outcome: AttemptOutcome.Dead }], Patience);
    }

    /// <summary>The simulator's calls and the calls of the audit are the same: each with the same events.</summary>
    private async Task CallsShouldBeRecordedAsync(TestBrand brand)
    {
        var made = (await world.CalledEventsAsync(brand.DatasetId)).Select(static ids => string.Join(' ', ids.Order(StringComparer.Ordinal))).Order(StringComparer.Ordinal);
        await using var command = world.Postgres.CreateCommand(
            """
            select string_agg(event_id, ' ' order by event_id collate "C"), count(*) = max(batch_size), count(distinct body_hash) = 1
            from dispatch_attempts where pixel_id = $1 and body_hash is not null group by batch_id
            """);
        command.Parameters.Add(new() { Value = brand.PixelId });
        await using var reader = await command.ExecuteReaderAsync();
        var recorded = new List<string>();
        while (await reader.ReadAsync())
        {
            recorded.Add(reader.GetString(0));
            (reader.GetBoolean(1), reader.GetBoolean(2)).ShouldBe((true, true), "its size and one body");
        }

        recorded.Order(StringComparer.Ordinal).ShouldBe(made);
    }

    private async Task RecordsShouldEqualRowsAsync(List<(TestBrand Brand, DispatchReady Event, string[])> sent, Dictionary<string, List<AttemptRow>> rows)
    {
        await Eventually.Holds(() => sent.TrueForAll(s => world.Attempts(s.Event).Count >= rows[s.Event.EventId].Count));
        foreach (var (_, e, _) in sent)
            world.Attempts(e).Select(static a => (a.Fence, Text(a.Outcome.ToSymbol(), a.HttpStatus, a.Code, a.Subcode), a.BatchId)).ShouldBe(rows[e.EventId].Select(static r => (r.Fence, r.Text, r.BatchId)));
    }

    /// <summary>What <c>explain</c> prints of every event, as text and as JSON.</summary>
    private async Task<string> ExplainAsync(List<(TestBrand Brand, DispatchReady Event, string[])> sent)
    {
        await using var source = NpgsqlDataSource.Create(world.OwnerConnectionString);
        var (reader, told) = (new StoryReader(source), new List<string>());
        foreach (var (brand, e, _) in sent)
        {
            // The ledger's row, by which an event id is found.
            await world.ExecuteAsync(
                """
                insert into events (ingest_id, ingested_at, brand_id, kind, event_id, event_time, received_at, topic, partition, "offset")
                values ($1, now(), $2, 'sale', $3, now(), now(), 'ingest-events', 0, 0)
                """,
                Guid.Parse(e.IngestId), brand.BrandId, e.EventId);
            var story = (await reader.FindAsync(e.EventId, brand.BrandId, default)).ShouldHaveSingleItem();
            told.AddRange(StoryTeller.Tell(story));
            told.Add(JsonSerializer.Serialize(story, StoryRows.Default.Story));
        }

        return string.Join('\n', told);
    }

    private async Task GiveTokenAsync(TestBrand brand, CanaryScan secrets)
    {
        var token = "EAAB" + RandomNumberGenerator.GetHexString(40, lowercase: true);
        secrets.Add("token", token);
        await world.Services.GetRequiredService<TenantAdmin>().SetPixelAsync(brand.PixelId, "token", token);
        await world.KnownAsync(snapshot => snapshot.Pixel(brand.PixelId)?.Token.Reveal() == token);
    }

    private DispatchReady Person(DispatchReady purchase, TestBrand brand, CanaryScan secrets)
    {
        string Any() => RandomNumberGenerator.GetHexString(24, lowercase: true);
        var person = new UserData
        {
            Em = [Normalizer.Sha256Hex(Any())],
            Ph = [Normalizer.Sha256Hex(Any())],
            ExternalId = [Normalizer.Sha256Hex(Any())],
            ClientIpAddress = string.Create(CultureInfo.InvariantCulture, $"2001:db8:{Random.Shared.Next(0x1000, 0x10000):x}:{Random.Shared.Next(0x1000, 0x10000):x}::9"),
            ClientUserAgent = $"Mozilla/5.0 {Any()}",
            Fbc = $"fb.1.1768391700123.{Any()}",
            Fbp = string.Create(CultureInfo.InvariantCulture, $"fb.1.1768391700000.{Random.Shared.NextInt64(1_000_000_000, 10_000_000_000)}"),
        };
        secrets.Add("em", person.Em[0]).Add("ph", person.Ph[0]).Add("external id", person.ExternalId[0]).Add("address", person.ClientIpAddress).Add("user agent", person.ClientUserAgent)
            .Add("fbc", person.Fbc).Add("fbp", person.Fbp);
        return purchase with { UserData = world.Services.GetRequiredService<Sealer>().SealUserData(brand.TenantId, person, purchase.ReceivedAt) };
    }

    private async Task<long> OpenAsync(List<(TestBrand Brand, DispatchReady Event, string[])> sent)
    {
        await using var command = world.Postgres.CreateCommand("select count(*) from dedupe_registry where event_id = any($1) and state in ('claimed', 'retry', 'held')");
        command.Parameters.Add(new() { Value = sent.Select(static s => s.Event.EventId).ToArray() });
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private async Task<Dictionary<string, List<AttemptRow>>> RowsAsync(List<(TestBrand Brand, DispatchReady Event, string[])> sent)
    {
        var rows = sent.ToDictionary(static s => s.Event.EventId, static _ => new List<AttemptRow>());
        await using var command = world.Postgres.CreateCommand(
            "select event_id, fence, outcome, http_status, code, subcode, batch_id, batch_size from dispatch_attempts where event_id = any($1) order by fence");
        command.Parameters.Add(new() { Value = rows.Keys.ToArray() });
        await using var reader = await command.ExecuteReaderAsync();
        int? Number(int column) => reader.IsDBNull(column) ? null : reader.GetInt32(column);
        while (await reader.ReadAsync())
            rows[reader.GetString(0)].Add(new(reader.GetInt64(1), reader.GetString(2), Text(reader.GetString(2), Number(3), Number(4), Number(5)), reader.GetString(6), reader.GetInt32(7)));
        return rows;
    }

    /// <summary>Verdict, and of an answer that was none of delivery its status and codes.</summary>
    private static string Text(string outcome, int? status, int? code, int? subcode) => outcome == "delivered"
        ? outcome
        : string.Create(CultureInfo.InvariantCulture, $"{outcome} {status} {code}{(subcode is null ? "" : "/")}{subcode}").TrimEnd();

    private sealed record AttemptRow(long Fence, string Outcome, string Text, string BatchId, int BatchSize);
}
