using TrackHub.Faults.Lab;

namespace TrackHub.Faults.Scenarios;

/// <summary>A process stops in its tracks and goes on, as a machine does that swaps or sleeps: its sockets stay open, its time jumps.</summary>
[Collection(nameof(FaultLab))]
public sealed class PauseTests(FaultLab lab)
{
    private const int Rate = 50;

    // In full every group session (6 s) and every lease (10 s) runs out meanwhile.
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(FaultLab.IsFull ? 12 : 1);

    [Fact]
    public async Task Every_role_may_stop_in_its_tracks_and_go_on()
    {
        await using var load = lab.StartLoad(Rate);
        foreach (var role in LabServices.Roles)
        {
            await load.FlowsAsync();
            lab.Services.Pause(role);
            await Task.Delay(Long);   // the fault itself
            lab.Services.Continue(role);
            await lab.Services.AreReadyAsync();
        }

        await load.FlowsAsync();
        await lab.ConcludeAsync(load, crashes: LabServices.Roles.Count);
    }

    [Fact]
    public async Task While_a_store_does_not_answer_whoever_needs_it_says_so_and_the_door_stays_open()
    {
        await using var load = lab.StartLoad(Rate);

        await load.FlowsAsync();
        lab.Services.Pause(LabServices.Redis);
        await lab.Services.SaysAwayAsync(LabServices.Matcher, "redis");
        await load.FlowsAsync();
        lab.Services.Continue(LabServices.Redis);
        await lab.Services.AreReadyAsync();

        lab.Services.Pause(LabServices.Postgres);
        foreach (var role in new[] { LabServices.Matcher, LabServices.Dispatcher, LabServices.Ledger })
            await lab.Services.SaysAwayAsync(role, "postgres");
        (await lab.Services.ReadyAsync(LabServices.Ingest)).IsReady.ShouldBeTrue();
        await load.FlowsAsync();
        lab.Services.Continue(LabServices.Postgres);
        await lab.Services.AreReadyAsync();

        await load.FlowsAsync();
        await lab.ConcludeAsync(load, crashes: 1);
    }
}
