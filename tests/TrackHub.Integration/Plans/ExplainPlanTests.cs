using TrackHub.Cli.Demo.Check;
using TrackHub.Cli.Explaining;

namespace TrackHub.Integration.Plans;

/// <summary>What <c>explain</c> and the demo ask.</summary>
[Collection(nameof(SeededDatabase))]
public sealed class ExplainPlanTests(SeededDatabase seeded)
{
    private static readonly string[] Story =
    [
        "events_sale", "conversions_pkey", "matches_pkey", "brands_pkey?", "orders_pkey?", "event_outcomes_event_id", "dedupe_registry_pkey", "dispatch_attempts_pkey",
        "dead_letters_event", "dead_letters_brand?", "events_event_id", "orders_sale", "orders_names", "conversions_event_id", "book_entries_pkey?", "match_rules_pkey?",
    ];

    [Fact]
    public async Task Explain_finds_a_sale_by_each_of_its_names()
    {
        var reader = new StoryReader(seeded.Writer);
        await seeded.ShouldUseAsync(() => reader.FindAsync("S500", null, default), Story);
        await seeded.ShouldUseAsync(() => reader.FindAsync("e500", null, default), Story);
        await seeded.ShouldUseAsync(() => reader.FindAsync("ingest-events/8/500", null, default), [.. Story.Except(["events_event_id"]), "events_receipt"]);
        await seeded.ShouldUseAsync(() => reader.DeadLettersAsync(new("ingest-events", 8, 500), default), "dead_letters_source", "dead_letters_place");
        await seeded.ShouldUseAsync(() => reader.DeadLettersOfAsync("019bc1a0-0000-7000-8000-000000000001", default), "dead_letters_ingest", "dead_letters_event");
    }

    [Fact]
    public async Task Explain_finds_the_clicks_near_a_sale_without_one_by_each_of_its_keys()
    {
        await seeded.Database.ExecuteAsync("""
            update events set click_id = 'th_505', session_id = 's126', email_hash = int4send(33), phone_hash = int4send(34) where event_id = 'e505';
            update conversions set stage = 'none' where event_id = 'e505';
            update matches m set reason = 'no_candidate', ingested_at = c.ingested_at from conversions c where m.sale_id = 'S505' and c.event_id = 'e505';
            """);

        var story = (await new StoryReader(seeded.Writer).FindAsync("S505", null, default)).ShouldHaveSingleItem();
        story.Near.Select(static near => near.Key).ShouldBe(["click_id", "session_id", "email"], ignoreOrder: true);
        await seeded.ShouldUseAsync(
            () => new StoryReader(seeded.Writer).FindAsync("S505", null, default),
            [.. Story, "events_pkey?", "clicks_click_id", "clicks_session", "clicks_email", "clicks_phone", "identities_value"]);
    }

    [Fact]
    public async Task The_demo_finds_ends_by_ingest_id_and_in_the_months_asked_for()
    {
        var books = new BooksReader(seeded.Writer);
        var ids = await seeded.Database.RowsAsync("select ingest_id::text from seeded_outcomes_0 limit 50");
        var month = new DateTimeOffset(await seeded.Database.ScalarAsync<DateTime>("select seed_month(0)"));

        var ends = await seeded.ShouldUseAsync(() => books.EndsAsync(ids, month, default), "event_outcomes_pkey");
        ends.Scanned.ShouldNotContain("seeded_outcomes_1");
        await seeded.ShouldUseAsync(() => books.DeadLettersAsync(ids, default), "dead_letters_ingest");
        await seeded.ShouldUseAsync(() => books.KnownEventsAsync(["e1", "e2", "e70000"], default), "events_event_id");
    }
}
