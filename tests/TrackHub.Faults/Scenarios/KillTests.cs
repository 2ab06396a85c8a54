using TrackHub.Faults.Lab;

namespace TrackHub.Faults.Scenarios;

/// <summary>Every process dies as by a crash, alone and two at once, while events flow.</summary>
[Collection(nameof(FaultLab))]
public sealed class KillTests(FaultLab lab)
{
    private const int Rate = 50;

    [Fact]
    public async Task Every_process_may_die_at_any_moment()
    {
        await using var load = lab.StartLoad(Rate);
        await load.FlowsAsync();
        foreach (var service in LabServices.All)
        {
            var killed = lab.Services.Kill(service);
            await lab.Services.AreAgainAsync(killed);
            await load.FlowsAsync();
        }

        await lab.ConcludeAsync(load, crashes: LabServices.All.Count);
    }
}
