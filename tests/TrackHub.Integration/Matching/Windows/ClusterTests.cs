using StackExchange.Redis;
using TrackHub.Schemas;
using TrackHub.Testing;

namespace TrackHub.Integration.Matching.Windows;

/// <summary>A matcher whose windows lie on three masters.</summary>
public sealed class ClusteredWorld : MatchingWorld
{
    internal RedisCluster Cluster { get; private set; } = null!;

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        Cluster.Dispose();
    }

    private protected override async Task<string> StartRedisAsync()
    {
        Cluster = await RedisCluster.StartAsync();
        return Cluster.Endpoint;
    }
}

/// <summary>One brand's windows spread over a Redis Cluster; a master that forgets is noticed.</summary>
public sealed class ClusterTests(ClusteredWorld world) : IClassFixture<ClusteredWorld>
{
    private const int Visitors = 40;

    [Fact]
    public async Task One_brands_windows_lie_on_every_master_and_its_sales_find_their_clicks()
    {
        var brand = await world.NewBrandAsync();
        var told = new Told(world, brand);
        var visits = Enumerable.Range(0, Visitors).Select(i => (Click: told.Click(Told.Device($"203.0.113.{i}"), Told.Unique("s")), Mail: Told.Mail($"{Guid.NewGuid():N}@example.com"))).ToList();
        await Task.WhenAll(visits.SelectMany(v => new[]
        {
            world.ProduceAsync(v.Click),
            world.ProduceAsync(told.Browser(EventKind.Identify, v.Mail, v.Click.SessionId)),
        }));
        var sales = visits.ConvertAll(v => told.Sale(v.Mail));

        await Task.WhenAll(sales.Select(world.ProduceAsync));

        foreach (var (visit, sale) in visits.Zip(sales))
        {
            var conversion = (await world.ConversionsAsync(brand, sale.Sale!.SaleId!)).Single();
            (conversion.Click?.EventId, conversion.Passes, conversion.Flags.Count).ShouldBe((visit.Click.EventId, 1, 0));
        }

        using var redis = await ConnectAsync();
        foreach (var node in world.Cluster.Nodes)
            redis.GetServer(node.Endpoint).Keys(pattern: $"{{{brand.Id}:*").Count().ShouldBeGreaterThan(Visitors / 2, $"{node.Endpoint} holds hardly anything of the brand");
    }

    [Fact]
    public async Task A_master_that_was_emptied_is_filled_again_before_the_next_sale_is_matched()
    {
        var brand = await world.NewBrandAsync();
        var told = new Told(world, brand);
        var clicks = Enumerable.Range(0, Visitors).Select(_ => told.Click(session: Told.Unique("s"))).ToList();
        await Task.WhenAll(clicks.Select(world.ProduceAsync));
        var before = told.Sale(session: clicks[0].SessionId);
        await world.ProduceAsync(before);
        await world.ConversionsAsync(brand, before.Sale!.SaleId!);

        using (var redis = await ConnectAsync())
            await redis.GetServer(world.Cluster.Nodes[1].Endpoint).FlushAllDatabasesAsync();
        var sales = clicks.ConvertAll(click => told.Sale(session: click.SessionId));
        await Task.WhenAll(sales.Select(world.ProduceAsync));

        foreach (var (click, sale) in clicks.Zip(sales))
        {
            var conversion = (await world.ConversionsAsync(brand, sale.Sale!.SaleId!)).Single();
            (conversion.Click?.EventId, conversion.Passes, conversion.Flags.Count).ShouldBe((click.EventId, 1, 0));
        }
    }

    private Task<ConnectionMultiplexer> ConnectAsync() => ConnectionMultiplexer.ConnectAsync(world.Cluster.Endpoint + ",allowAdmin=true");
}
