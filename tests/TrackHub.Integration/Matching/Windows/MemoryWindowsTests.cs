using Microsoft.Extensions.DependencyInjection;
using TrackHub.Matching.Deciding;
using TrackHub.Matching.Replaying;
using TrackHub.Matching.Windows;
using TrackHub.Schemas;

namespace TrackHub.Integration.Matching.Windows;

/// <summary>One contract, two implementations: a shadow replay must find what the live matcher found.</summary>
[Collection(nameof(MatchingWorld))]
public sealed class MemoryWindowsTests(MatchingWorld world)
{
    [Fact]
    public async Task Windows_in_memory_hold_what_Redis_holds()
    {
        var brand = await world.NewBrandAsync();
        var told = new Told(world, brand);
        var random = new Random(11);
        string[] sessions = [Told.Unique("s"), Told.Unique("s"), Told.Unique("s")];
        EventKind[] kinds = [EventKind.Click, EventKind.PageView, EventKind.PageView, EventKind.Identify, EventKind.InitiateCheckout];
        var events = Enumerable.Range(0, 240).Select(i =>
        {
            var kind = kinds[random.Next(kinds.Length)];
            var person = kind == EventKind.Identify ? Told.Mail($"m{random.Next(12)}@example.com") : Told.Device("203.0.113.222");
            var tracked = told.Browser(kind, person, sessions[(int)(3 * Math.Pow(random.NextDouble(), 2))]);
            return tracked with { EventTime = tracked.EventTime.AddSeconds(i - 300), ReceivedAt = tracked.EventTime.AddSeconds(i - 299) };
        }).ToArray();
        random.Shuffle(events);

        var memory = new MemoryWindows();
        foreach (var some in events.Chunk(17))
        {
            await world.Services.GetRequiredService<WindowApplier>().ApplyAsync(some, takesLate: false, default);
            foreach (var tracked in some)
                memory.Add(tracked);
        }

        var entries = events.SelectMany(WindowEntries.Of).ToList();
        var windows = entries.Where(static e => e.Kind != WindowKind.Identities).Select(static e => e.Key).Distinct().ToList();
        var identities = entries.Where(static e => e.Kind == WindowKind.Identities).Select(static e => (e.Key, e.Member)).Distinct().ToList();
        IWindowReader redis = world.Services.GetRequiredService<WindowStore>();
        var inMemory = memory.AsOf(world.Clock.GetUtcNow(), brand.Settings.Window);

        var (expected, found) = (await redis.ReadAsync(windows, default), await inMemory.ReadAsync(windows, default));
        for (var i = 0; i < windows.Count; i++)
            found[i].Select(Shown).ShouldBe(expected[i].Select(Shown));
        expected.ShouldContain(static w => w.Count == WindowStore.MaxMembers);
        var held = await redis.AreHeldAsync(identities, default);
        (await inMemory.AreHeldAsync(identities, default)).ShouldBe(held);
        held.ShouldContain(false);

        static (Candidate?, string, DateTimeOffset) Shown(WindowMember member) => (member.Event, Convert.ToHexString(member.Session ?? []), member.LinkedAt);
    }
}
