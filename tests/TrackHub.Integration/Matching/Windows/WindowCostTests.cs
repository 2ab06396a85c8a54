using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using TrackHub.Matching.Windows;
using TrackHub.Platform.Identity;
using TrackHub.Testing;
using Xunit.Abstractions;

namespace TrackHub.Integration.Matching.Windows;

/// <summary>What a click costs Redis, and how fast the windows come back. Figures: benchmarks/results/linux-x64-2core/windows.md.</summary>
[Collection(nameof(MatchingWorld))]
public sealed partial class WindowCostTests(MatchingWorld world, ITestOutputHelper output)
{
    private static readonly bool IsFull = Environment.GetEnvironmentVariable("TRACKHUB_TEST_FULL") == "1";
    private static readonly int Clicks = IsFull ? 60_000 : 4_000;

    // What the measured sample takes, with room for the half-filled hash tables of a small count.
    private const int MostBytes = 2_150;

    [Fact]
    public async Task A_click_takes_no_more_memory_than_it_did()
    {
        var brand = await world.NewBrandAsync();
        var visitors = new AdVisitors(world.Services.GetRequiredService<PersonSealer>(), world.Clock);
        var applier = world.Services.GetRequiredService<WindowApplier>();
        var before = await UsedAsync();

        for (var done = 0; done < Clicks; done += 2_000)
            await applier.ApplyAsync([.. Enumerable.Range(done, 2_000).Select(n => visitors.Click(brand, n))], CancellationToken.None);

        var bytes = (double)(await UsedAsync() - before) / Clicks;
        output.WriteLine($"{bytes:F0} bytes a click, {Clicks} clicks");
        bytes.ShouldBeInRange(500, MostBytes);
    }

    [Fact]
    public async Task Every_click_is_there_again_after_a_rebuild()
    {
        var brand = await world.NewBrandAsync();
        var visitors = new AdVisitors(world.Services.GetRequiredService<PersonSealer>(), world.Clock);
        var clicks = Enumerable.Range(0, Clicks).Select(n => visitors.Click(brand, n)).ToList();
        foreach (var some in clicks.Chunk(2_000))
            await Task.WhenAll(some.Select(world.ProduceAsync));
        var keys = clicks.ConvertAll(c => WindowKeys.Record(brand.Id, Guid.Parse(c.IngestId)));
        await AreThereAsync(keys);

        (await world.Redis.AskAsync("FLUSHALL")).ShouldBe("+OK");
        var started = Stopwatch.GetTimestamp();
        var read = await world.Services.GetRequiredService<WindowRebuild>().RunAsync(static _ => Task.CompletedTask, CancellationToken.None);
        var took = Stopwatch.GetElapsedTime(started);

        output.WriteLine($"{read} events in {took.TotalSeconds:F2} s, {read / took.TotalSeconds:F0} a second");
        await AreThereAsync(keys);
        await world.ReadyAsync();
    }

    private Task AreThereAsync(IReadOnlyList<StackExchange.Redis.RedisKey> keys) => Eventually.Holds(
        async () => (await world.Services.GetRequiredService<WindowStore>().ReadRecordsAsync(keys, CancellationToken.None)).ShouldAllBe(static record => record != null),
        TimeSpan.FromMinutes(2));

    private async Task<long> UsedAsync() =>
        long.Parse(UsedMemory().Match(await world.Redis.AskAsync("INFO memory")).Groups[1].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex("used_memory:([0-9]+)")]
    private static partial Regex UsedMemory();
}
