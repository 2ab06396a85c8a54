using System.Text;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;
using TrackHub.Testing;

namespace TrackHub.Integration.Matching.Windows;

/// <summary>What waits in the log while no matcher runs is matched as if one had run: as early, as late, or not at all.</summary>
[Collection(nameof(MatchingWorld))]
public sealed class BacklogTests(MatchingWorld world)
{
    private static readonly bool IsFull = Environment.GetEnvironmentVariable("TRACKHUB_TEST_FULL") == "1";
    private static readonly int Backlog = IsFull ? 20_000 : 300;

    /// <summary>When the click of every tenth visitor was received, seconds after the sale; none for the tenth.</summary>
    private static readonly int?[] Lateness = [-600, -60, -30, -10, -1, 0, 4, 30, 90, null];

    [Fact]
    public async Task A_backlog_is_matched_at_the_rate_of_the_live_run()
    {
        var brand = await world.NewBrandAsync();
        var (live, later) = (Visits(brand, Lateness.Length), Visits(brand, Backlog));

        await ProduceAsync(live.Where(static v => v.Late <= 0).Select(static v => v.Click!));
        await ProduceAsync(live.Select(static v => v.Sale));
        await WaitInAsync(Topics.PendingMatch5S, live.Where(static v => v.Late is null or > 0));
        await ProduceAsync(live.Where(static v => v.Late is 4 or 30).Select(static v => v.Click!));   // the second is too late for the second pass
        await ConcludedAsync(brand, live.Count);
        await ProduceAsync(live.Where(static v => v.Late == 90).Select(static v => v.Click!));

        await world.ReplaceAsync(async () =>
        {
            await ProduceAsync(later.Where(static v => v.Click is not null).Select(static v => v.Click!));
            await ProduceAsync(later.Select(static v => v.Sale));
        });
        await ConcludedAsync(brand, live.Count + later.Count);

        var ends = (await world.Tap.ValuesAsync<Conversion>(Topics.Conversions)).Where(c => c.BrandId == brand.Id)
            .ToDictionary(static c => c.IngestId, static c => (Click: c.Click?.IngestId, c.Passes));
        var asLive = live.ToDictionary(static v => v.Class, v => ends[v.Sale.IngestId] with { Click = ends[v.Sale.IngestId].Click is null ? "none" : "its own" });
        asLive.Values.Select(static end => end.Passes).ShouldBe([1, 1, 1, 1, 1, 1, 2, 3, 3, 3]);
        asLive.Values.Count(static end => end.Click == "its own").ShouldBe(8);
        foreach (var visit in live.Concat(later))
        {
            var (click, passes) = ends[visit.Sale.IngestId];
            (click is null ? "none" : click == visit.Click?.IngestId ? "its own" : "another's", passes).ShouldBe(asLive[visit.Class], $"click {visit.Late} s after its sale");
        }
    }

    private sealed record Visit(int Class, int? Late, TrackedEvent? Click, TrackedEvent Sale);

    private List<Visit> Visits(Brand brand, int count)
    {
        var told = new Told(world, brand);
        var at = world.Clock.GetUtcNow().AddMinutes(-2);
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            var late = Lateness[i % Lateness.Length];
            var session = Told.Unique("s");
            var click = late is { } seconds ? told.Click(session: session) with { EventTime = at.AddSeconds(Math.Min(seconds, -1)), ReceivedAt = at.AddSeconds(seconds) } : null;
            return new Visit(i % Lateness.Length, late, click, told.Sale(session: session) with { EventTime = at, ReceivedAt = at });
        })];
    }

    private async Task ProduceAsync(IEnumerable<TrackedEvent> events)
    {
        foreach (var some in events.Chunk(500))
            await Task.WhenAll(some.Select(world.ProduceAsync));
    }

    private Task WaitInAsync(TopicDefinition topic, IEnumerable<Visit> visits)
    {
        var wanted = visits.Select(static v => v.Sale.IngestId).ToHashSet();
        return Eventually.Holds(async () =>
            wanted.Except((await world.Tap.ValuesAsync<TrackedEvent>(topic)).Select(static e => e.IngestId)).ShouldBeEmpty($"{topic.Name} lacks sales"));
    }

    private Task ConcludedAsync(Brand brand, int count)
    {
        var prefix = Encoding.UTF8.GetBytes(brand.Id + "/");
        return world.HoldsWithLeapsAsync(
            brand,
            () =>
            {
                world.Tap.Raw(Topics.Conversions).Count(r => r.Key!.AsSpan().StartsWith(prefix)).ShouldBe(count, world.Troubles());
                return Task.CompletedTask;
            },
            TimeSpan.FromMinutes(IsFull ? 5 : 1));
    }
}
