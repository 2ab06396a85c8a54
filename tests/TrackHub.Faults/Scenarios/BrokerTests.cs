using System.Diagnostics;
using TrackHub.Faults.Lab;
using TrackHub.Faults.Storage;

namespace TrackHub.Faults.Scenarios;

/// <summary>The log hangs, then dies, at 100 events a second.</summary>
/// <remarks>In the lab with the shorter scenarios, so that both take about as long.</remarks>
[Collection(nameof(StorageLab))]
public sealed class BrokerTests(StorageLab lab)
{
    private const int Rate = 100;
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ReadyLimit = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task A_broker_that_hangs_and_dies_loses_nothing_and_all_are_ready_soon_after_it()
    {
        await using var load = lab.StartLoad(Rate);
        await load.FlowsAsync();

        lab.Services.Pause(LabServices.Broker);
        await Task.Delay(Hang);   // the fault itself
        foreach (var role in LabServices.Roles.Where(static role => role is not LabServices.Ingest))
            await lab.Services.SaysAwayAsync(role, "kafka");
        await lab.Services.StandsInAsync(LabServices.Ingest, "kafka");
        var killed = lab.Services.Kill(LabServices.Broker);
        await lab.Services.AreReplacedAsync(killed);
        await lab.Services.AreReadyAsync([LabServices.Broker]);
        var restarted = Stopwatch.GetTimestamp();
        await lab.Services.AreReadyAsync();
        Stopwatch.GetElapsedTime(restarted).ShouldBeLessThan(ReadyLimit);

        await load.FlowsAsync();
        await lab.ConcludeAsync(load, crashes: 1);
    }
}
