using TrackHub.Schemas;
using TrackHub.Testing;

namespace TrackHub.Integration.Dispatch;

/// <summary>A world whose database may be killed.</summary>
public sealed class FragileWorld : DispatchWorld
{
    public PostgresServer Server { get; private set; } = null!;

    protected override async Task<PostgresServer> PostgresServerAsync() => Server = await PostgresServer.StartAsync(durable: true);
}

public sealed class PostgresLossTests(FragileWorld world) : IClassFixture<FragileWorld>
{
    [Fact]
    public async Task A_database_killed_during_a_call_gets_the_result_when_it_is_back_and_nothing_is_sent_again()
    {
        var brand = await world.NewBrandAsync();
        var atWork = world.Purchase(brand);
        await world.BehaveAsync(new { match = new { dataset = brand.DatasetId }, latency_ms = 2_000, times = 1 });
        await world.SendAsync(atWork);
        await Eventually.Holds(async () => await world.RegistryAsync<string>(atWork, "state") == "claimed", TimeSpan.FromSeconds(30));

        await world.Server.KillAsync();
        await Eventually.Holds(async () => (await world.ArrivedAsync(atWork)).Raw == 1);
        var behind = world.Purchase(brand);
        await world.SendAsync(behind);
        await Eventually.Holds(() => !world.DispatcherReadiness.IsReady && world.DispatcherReadiness.States["postgres"].Ready == false);
        (await world.CallsAsync(behind)).ShouldBe(0);   // no claim, no call
        await world.Server.StartAgainAsync();

        (await world.OutcomeAsync(atWork, TimeSpan.FromSeconds(60))).State.ShouldBe(OutcomeState.Delivered);
        (await world.OutcomeAsync(behind, TimeSpan.FromSeconds(60))).State.ShouldBe(OutcomeState.Delivered);
        (await world.ArrivedAsync(atWork)).ShouldBe((1, 1));
        await Eventually.Holds(() => world.DispatcherReadiness.IsReady);
    }
}
