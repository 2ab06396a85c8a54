using TrackHub.Faults.Lab;
using TrackHub.Faults.Storage;
using TrackHub.Testing;

namespace TrackHub.Faults.Scenarios;

/// <summary>Instances come and go in order: partitions move, nothing is lost or said twice.</summary>
/// <remarks>In the lab with the shorter scenarios, so that both take about as long.</remarks>
[Collection(nameof(StorageLab))]
public sealed class ScalingTests(StorageLab lab)
{
    private const int Rate = 50;
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Instances_come_and_go_without_loss_or_repetition()
    {
        await using var load = lab.StartLoad(Rate);
        await load.FlowsAsync();
        await using var second = await JoinAsync();
        await load.FlowsAsync();
        await using var third = await JoinAsync();
        await load.FlowsAsync();
        (await second.StopAsync(StopLimit)).ShouldBe(0, await second.Error);
        await load.FlowsAsync();
        (await third.StopAsync(StopLimit)).ShouldBe(0, await third.Error);
        await load.FlowsAsync();

        await lab.ConcludeAsync(load, crashes: 0);
    }

    /// <summary>A further instance of every consumer, in one process; it is ready and owns partitions when this returns.</summary>
    private async Task<RunningCommand> JoinAsync()
    {
        var port = FreePorts.Next();
        var instance = lab.Machine.Start("run", LabServices.Matcher, LabServices.Dispatcher, LabServices.Ledger, $"--Admin:Port={port}");
        await lab.Services.OwnsPartitionsAsync(port);
        return instance;
    }
}
