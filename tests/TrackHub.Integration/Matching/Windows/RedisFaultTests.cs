using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using TrackHub.Matching.Windows;
using TrackHub.Platform.Identity;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;
using TrackHub.Testing;

namespace TrackHub.Integration.Matching.Windows;

/// <summary>A Redis that is there and not itself: sales wait, and none is matched against windows that lack something.</summary>
[Collection(nameof(MatchingWorld))]
public sealed class RedisFaultTests(MatchingWorld world)
{
    [Fact]
    public async Task A_redis_that_came_back_without_its_last_second_is_not_believed()
    {
        var (brand, told, session) = await VisitorAsync();
        await world.Redis.SaveAsync();
        var click = told.Click(session: session);
        await AppliedAsync(brand, told, click);

        await world.Redis.KillAsync();
        await world.Redis.StartAgainAsync();   // with its epoch, and without the click

        await MatchedAsync(brand, told.Sale(session: session), click);
    }

    [Fact]
    public async Task While_memory_is_full_sales_wait_and_then_find_clicks_that_waited_with_them()
    {
        var (brand, told, session) = await VisitorAsync();
        var click = told.Click(session: session);
        var sale = told.Sale(session: session);
        (await world.Redis.AskAsync("CONFIG SET maxmemory 1")).ShouldBe("+OK");
        try
        {
            await world.ProduceAsync(click);
            await world.ProduceAsync(sale);
            await Eventually.Holds(() => world.Readiness.States["redis"] is { Ready: false, Reason: "memory_full" });
            await IsHeldAsync(sale);
        }
        finally
        {
            (await world.Redis.AskAsync("CONFIG SET maxmemory 0")).ShouldBe("+OK");
        }

        await MatchedAsync(brand, sale, click, produce: false);
        await world.ReadyAsync();
    }

    [Fact]
    public async Task A_rebuild_that_runs_out_of_memory_halfway_says_so_and_ends_when_there_is_some()
    {
        var (brand, told, session) = await VisitorAsync();
        var visitors = new AdVisitors(world.Services.GetRequiredService<PersonSealer>(), world.Clock);
        var clicks = Enumerable.Range(0, 1_000).Select(n => visitors.Click(brand, n)).Append(told.Click(session: session)).ToList();
        await Task.WhenAll(clicks.Select(world.ProduceAsync));
        await MatchedAsync(brand, told.Sale(session: session), clicks[^1]);
        var sale = told.Sale(session: session);

        (await world.Redis.AskAsync("CONFIG SET maxmemory 1")).ShouldBe("+OK");
        try
        {
            (await world.Redis.AskAsync("FLUSHALL")).ShouldBe("+OK");
            await world.ProduceAsync(sale);
            (await world.Redis.AskAsync($"CONFIG SET maxmemory {await UsedMemoryAsync() + 300_000}")).ShouldBe("+OK");   // for some of them
            await Eventually.Holds(async () =>
            {
                (await world.Redis.AskAsync("DBSIZE")).ShouldNotBe(":0");
                (world.Readiness.States["redis"].Reason, world.Readiness.States["windows"].Ready).ShouldBe(("memory_full", false));
            });
            await IsHeldAsync(sale);
            world.Keeper.MayMatch(out _).ShouldBeFalse();
        }
        finally
        {
            (await world.Redis.AskAsync("CONFIG SET maxmemory 0")).ShouldBe("+OK");
        }

        await MatchedAsync(brand, sale, clicks[^1], produce: false);
        await world.ReadyAsync();
        var records = await world.Services.GetRequiredService<WindowStore>().ReadRecordsAsync(
            [.. clicks.Select(c => WindowKeys.Record(brand.Id, Guid.Parse(c.IngestId)))], CancellationToken.None);
        records.ShouldAllBe(static record => record != null);
    }

    [Fact]
    public async Task While_redis_stands_still_sales_wait()
    {
        var (brand, told, session) = await VisitorAsync();
        var click = told.Click(session: session);
        var sale = told.Sale(session: session);
        await SignalAsync("STOP");
        try
        {
            await world.ProduceAsync(click);
            await world.ProduceAsync(sale);
            await Eventually.Holds(() => !world.Readiness.States["redis"].Ready);
            await IsHeldAsync(sale);
        }
        finally
        {
            await SignalAsync("CONT");
        }

        await MatchedAsync(brand, sale, click, produce: false);
        await world.ReadyAsync();
    }

    [Fact]
    public async Task A_slow_redis_makes_sales_late_and_nothing_else()
    {
        var (brand, told, session) = await VisitorAsync();
        var click = told.Click(session: session);
        var sale = told.Sale(session: session);
        await world.ProduceAsync(click);
        await world.ProduceAsync(sale);

        for (var round = 0; round < 4; round++)
        {
            (await world.Redis.AskAsync("CLIENT PAUSE 400 ALL")).ShouldBe("+OK");
            (await world.Redis.AskAsync("PING")).ShouldBe("+PONG");   // answered when the pause is over
        }

        await MatchedAsync(brand, sale, click, produce: false);
    }

    private async Task<(Brand Brand, Told Told, string Session)> VisitorAsync()
    {
        var brand = await world.NewBrandAsync();
        return (brand, new(world, brand), Told.Unique("s"));
    }

    /// <summary>Appends a click and waits until the windows hold it.</summary>
    private async Task AppliedAsync(Brand brand, Told told, TrackedEvent click)
    {
        await world.ProduceAsync(click);
        await MatchedAsync(brand, told.Sale(session: click.SessionId), click);
    }

    private async Task MatchedAsync(Brand brand, TrackedEvent sale, TrackedEvent click, bool produce = true)
    {
        if (produce)
            await world.ProduceAsync(sale);
        var conversion = (await world.ConversionsAsync(brand, sale.Sale!.SaleId!)).Single();
        (conversion.Click?.EventId, conversion.Passes, conversion.Flags.Count).ShouldBe((click.EventId, 1, 0));
    }

    private async Task IsHeldAsync(TrackedEvent sale)
    {
        (await world.Tap.ValuesAsync<Conversion>(Topics.Conversions)).ShouldNotContain(c => c.IngestId == sale.IngestId);
        (await world.Tap.ValuesAsync<TrackedEvent>(Topics.PendingMatch5S)).ShouldNotContain(e => e.IngestId == sale.IngestId);
    }

    private async Task<long> UsedMemoryAsync() => long.Parse(
        (await world.Redis.AskAsync("INFO memory")).Split("used_memory:")[1].Split('\r')[0], CultureInfo.InvariantCulture);

    private async Task SignalAsync(string name)
    {
        using var kill = Process.Start("kill", ["-" + name, world.Redis.ProcessId.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        kill.ExitCode.ShouldBe(0);
    }
}
