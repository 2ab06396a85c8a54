using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using TrackHub.Matching.Windows;
using TrackHub.Platform.Identity;
using TrackHub.Platform.Tenants;
using TrackHub.Testing;
using Xunit.Abstractions;

namespace TrackHub.Integration.Matching.Windows;

/// <summary>What a click costs Redis, and how fast the windows come back. Figures: benchmarks/results/linux-x64-2core/windows.md.</summary>
[Collection(nameof(MatchingWorld))]
public sealed partial class WindowCostTests(MatchingWorld world, ITestOutputHelper output)
{
    private static readonly bool IsFull = Environment.GetEnvironmentVariable("TRACKHUB_TEST_FULL") == "1";
    private static readonly int Clicks = IsFull ? 60_000 : 4_000;

    // 1.3 KB, which holds for few clicks as well, whose hashes are half empty.
    private const int MostBytes = 1_331;

    [Fact]
    public async Task A_click_takes_no_more_memory_than_it_may()
    {
        var brand = await world.NewBrandAsync();
        var visitors = new AdVisitors(world.Services.GetRequiredService<PersonSealer>(), world.Clock);
        var applier = world.Services.GetRequiredService<WindowApplier>();
        var before = await UsedAsync();

        for (var done = 0; done < Clicks; done += 2_000)
            await applier.ApplyAsync([.. Enumerable.Range(done, 2_000).Select(n => visitors.Click(brand, n))], takesLate: false, CancellationToken.None);

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
        await RebuiltAsync("the log");

        await AreThereAsync(keys);
        await world.ReadyAsync();
    }

    [Fact]
    public async Task Every_click_is_there_again_after_a_rebuild_from_the_table()
    {
        var brand = await world.NewBrandAsync();
        await world.Services.GetRequiredService<TenantAdmin>().SetBrandAsync(brand.Id, "window_days", "90");
        await Eventually.Holds(() => world.Services.GetRequiredService<TenantDirectory>().Current.Brand(brand.Id)!.Settings.WindowDays == 90);
        var visitors = new AdVisitors(world.Services.GetRequiredService<PersonSealer>(), world.Clock);
        var keys = new List<WindowKey>();
        foreach (var some in Enumerable.Range(0, Clicks).Chunk(2_000))
        {
            var old = some.Select(n => RebuildTests.Old(visitors.Click(brand, n))).ToList();
            await world.KeepAsync(old);
            keys.AddRange(old.Select(c => WindowKeys.Record(brand.Id, Guid.Parse(c.IngestId))));
        }

        (await world.Redis.AskAsync("FLUSHALL")).ShouldBe("+OK");
        await RebuiltAsync("the table");

        await AreThereAsync(keys);
        await world.ReadyAsync();
    }

    /// <summary>Waits until the running matcher has rebuilt what was forgotten; what it reads beside counts for nothing.</summary>
    private async Task RebuiltAsync(string from)
    {
        var started = Stopwatch.GetTimestamp();
        await Eventually.Holds(
            async () => await world.Services.GetRequiredService<WindowEpoch>().AskAsync(CancellationToken.None) == WindowHealth.Complete, TimeSpan.FromMinutes(2));
        var took = Stopwatch.GetElapsedTime(started);
        output.WriteLine($"{Clicks} events from {from} in {took.TotalSeconds:F2} s, {Clicks / took.TotalSeconds:F0} a second");
    }

    private Task AreThereAsync(IReadOnlyList<WindowKey> keys) => Eventually.Holds(
        async () => (await world.Services.GetRequiredService<WindowStore>().ReadRecordsAsync(keys, CancellationToken.None)).ShouldAllBe(static record => record != null),
        TimeSpan.FromMinutes(2));

    private async Task<long> UsedAsync() =>
        long.Parse(UsedMemory().Match(await world.Redis.AskAsync("INFO memory")).Groups[1].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex("used_memory:([0-9]+)")]
    private static partial Regex UsedMemory();
}
