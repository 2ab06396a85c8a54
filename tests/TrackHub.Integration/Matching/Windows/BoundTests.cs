using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using TrackHub.Matching.Deciding;
using TrackHub.Matching.Windows;
using TrackHub.Schemas;
using TrackHub.Testing;

namespace TrackHub.Integration.Matching.Windows;

/// <summary>What stays in a window that more is written to than it holds, in whichever order.</summary>
[Collection(nameof(MatchingWorld))]
public sealed class BoundTests(MatchingWorld world)
{
    private const int Crowd = 100;

    [Fact]
    public async Task An_address_that_everybody_shares_keeps_the_first_and_the_newest()
    {
        var told = new Told(world, await world.NewBrandAsync());
        var crowd = Enumerable.Range(0, Crowd)
            .Select(i => At(told.Browser(EventKind.PageView, Told.Device("203.0.113.200"), Told.Unique("s")), i - Crowd)).ToList();
        var shuffled = crowd.ToArray();
        new Random(7).Shuffle(shuffled);

        foreach (var some in shuffled.Chunk(9).Concat(shuffled.Chunk(40)))
            await ApplyAsync(some);

        var kept = await InAsync(crowd[0], Signal.Ip, crowd[0].Keys.Ip!);
        kept.Select(static k => k.IngestId.ToString()).ShouldBe([crowd[0].IngestId, .. crowd[^31..].Select(static e => e.IngestId)]);
        kept.ShouldAllBe(static k => k.Features != null);
    }

    [Fact]
    public async Task A_batch_that_tells_one_address_of_thousands_asks_Redis_to_look_through_few()
    {
        var told = new Told(world, await world.NewBrandAsync());
        var landing = told.Browser(EventKind.PageView, Told.Device("203.0.113.201"), Told.Unique("s"));
        var crowd = Enumerable.Range(0, 2_000).Select(i => At(landing with { IngestId = Guid.CreateVersion7().ToString() }, i - 2_000)).ToList();
        var entries = crowd.SelectMany(WindowEntries.Of).Where(e => e.Key == WindowKeys.Window(landing.BrandId, Signal.Ip, landing.Keys.Ip!)).Select(static e => (e, TimeSpan.FromDays(7))).ToList();
        var before = await NetInputAsync();

        await world.Services.GetRequiredService<WindowStore>().WriteAsync(entries, [], CancellationToken.None);

        (await NetInputAsync() - before).ShouldBeLessThan(entries.Sum(static e => e.e.Member.Length) / 4);
        (await InAsync(landing, Signal.Ip, landing.Keys.Ip!)).Select(static k => k.IngestId.ToString()).ShouldBe([crowd[0].IngestId, .. crowd[^31..].Select(static e => e.IngestId)]);

        async Task<long> NetInputAsync() => (await world.Redis.AskAsync("INFO stats")).Split('\n').Where(static line => line.StartsWith("total_net_input_bytes:", StringComparison.Ordinal))
            .Select(static line => long.Parse(line.Trim().Split(':')[1], CultureInfo.InvariantCulture)).Single();
    }

    [Fact]
    public async Task A_session_of_many_pages_keeps_its_clicks()
    {
        var told = new Told(world, await world.NewBrandAsync());
        var session = Told.Unique("s");
        var landing = At(told.Browser(EventKind.PageView, session: session), -200);
        var click = At(told.Click(session: session), -150);
        var pages = Enumerable.Range(0, Crowd).Select(i => At(told.Browser(EventKind.PageView, session: session), i - Crowd)).ToList();

        await ApplyAsync([landing, click, .. pages]);

        var kept = await InAsync(click, Signal.Session, WindowKeys.IndexOf(session));
        kept.Count.ShouldBe(WindowStore.MaxMembers);
        kept[..2].Select(static k => k.IngestId.ToString()).ShouldBe([landing.IngestId, click.IngestId]);
        kept[^1].IngestId.ToString().ShouldBe(pages[^1].IngestId);
        Candidate.LastTouch(kept)!.IngestId.ToString().ShouldBe(click.IngestId);
    }

    [Fact]
    public async Task What_is_older_than_the_window_makes_room_first()
    {
        var told = new Told(world, await world.NewBrandAsync());
        var session = Told.Unique("s");
        var visits = Enumerable.Range(0, WindowStore.MaxMembers).Select(i => At(told.Click(session: session), i - Crowd)).ToList();
        var old = At(told.Click(session: session), -(int)TimeSpan.FromHours(3).TotalSeconds);

        var entries = visits.Prepend(old).SelectMany(WindowEntries.Of).Select(static entry => (entry, TimeSpan.FromHours(1))).ToList();
        await world.Services.GetRequiredService<WindowStore>().WriteAsync(entries, [], CancellationToken.None);

        (await InAsync(old, Signal.Session, WindowKeys.IndexOf(session))).Select(static k => k.IngestId.ToString()).ShouldBe(visits.Select(static v => v.IngestId));
    }

    [Fact]
    public async Task What_is_over_leaves_its_hash_when_more_comes_in()
    {
        var brand = await world.NewBrandAsync();
        var store = world.Services.GetRequiredService<WindowStore>();
        var now = world.Clock.GetUtcNow();
        var (over, alive) = (Emails(now.AddDays(-8)), Emails(now));

        await store.WriteAsync(over, [], CancellationToken.None);
        await store.WriteAsync(alive, [], CancellationToken.None);

        over.Concat(alive).Select(static e => e.Item1.Key.ToBucket()).Distinct().ShouldHaveSingleItem();
        (await store.ReadAsync([.. over.Select(static e => e.Item1.Key)], CancellationToken.None)).ShouldAllBe(static window => window.Count == 0);
        (await store.ReadAsync([.. alive.Select(static e => e.Item1.Key)], CancellationToken.None)).ShouldAllBe(static window => window.Count == 1);

        List<(WindowEntry, TimeSpan)> Emails(DateTimeOffset at) => [.. Enumerable.Range(0, Crowd).Select(_ =>
        {
            byte[] index = [7, .. Guid.NewGuid().ToByteArray()[1..]];
            var link = WindowMember.EncodeLink(WindowKeys.IndexOf(Told.Unique("s")));
            return (new WindowEntry(WindowKeys.Window(brand.Id, Signal.Email, index), WindowKind.Links, link, at.ToUnixTimeMilliseconds(), at), TimeSpan.FromDays(7));
        })];
    }

    [Fact]
    public async Task Of_a_session_that_gives_more_than_eight_identities_the_first_eight_lead_to_its_click()
    {
        var brand = await world.NewBrandAsync();
        var told = new Told(world, brand);
        var session = Told.Unique("s");
        var click = told.Click(session: session);
        await world.ProduceAsync(click);
        var people = Enumerable.Range(0, WindowStore.MaxIdentities + 1).Select(static i => Told.Mail($"caixa.{i}.{Guid.NewGuid():N}@example.com")).ToList();
        foreach (var (person, i) in people.Select(static (p, i) => (p, i)))
            await world.ProduceAsync(told.Browser(EventKind.Identify, person, session) with { ReceivedAt = click.ReceivedAt.AddMilliseconds(i + 1) });
        await world.ProduceAsync(told.Browser(EventKind.Identify, people[0], session) with { ReceivedAt = click.ReceivedAt.AddSeconds(5) });

        var (first, eighth, ninth) = (told.Sale(people[0]), told.Sale(people[7]), told.Sale(people[8]));
        foreach (var sale in new[] { first, eighth, ninth })
            await world.ProduceAsync(sale with { ReceivedAt = click.ReceivedAt.AddSeconds(6) });

        foreach (var sale in new[] { first, eighth })
            (await world.ConversionsAsync(brand, sale.Sale!.SaleId!)).Single().Click!.EventId.ShouldBe(click.EventId);
        await Eventually.Holds(async () =>
            (await world.Tap.ValuesAsync<TrackedEvent>(Topics.PendingMatch5S)).ShouldContain(e => e.IngestId == ninth.IngestId, "a till is nobody's browser"));
    }

    private static TrackedEvent At(TrackedEvent tracked, int seconds)
    {
        var at = tracked.EventTime.AddSeconds(seconds);
        return tracked with { EventTime = at, ReceivedAt = at };
    }

    private Task ApplyAsync(params IReadOnlyList<TrackedEvent> events) =>
        world.Services.GetRequiredService<WindowApplier>().ApplyAsync(events, takesLate: false, CancellationToken.None);

    private async Task<List<Candidate>> InAsync(TrackedEvent of, Signal signal, byte[] index)
    {
        var members = await world.Services.GetRequiredService<WindowStore>().ReadAsync([WindowKeys.Window(of.BrandId, signal, index)], CancellationToken.None);
        return [.. members[0].Select(static m => m.Event!)];
    }
}
