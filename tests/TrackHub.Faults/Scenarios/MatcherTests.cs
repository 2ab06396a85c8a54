using TrackHub.Faults.Lab;
using TrackHub.Faults.Storage;

namespace TrackHub.Faults.Scenarios;

/// <summary>The matcher dies again and again between what it wrote and what it remembers of it.</summary>
/// <remarks>In the lab with the shorter scenarios, so that both take about as long.</remarks>
[Collection(nameof(StorageLab))]
public sealed class MatcherTests(StorageLab lab)
{
    private const int Rate = 50;
    private static readonly int Deaths = FaultLab.IsFull ? 10 : 3;

    [Fact]
    public async Task A_matcher_that_dies_between_output_and_offset_causes_no_second_call()
    {
        await using var load = lab.StartLoad(Rate);
        for (var death = 0; death < Deaths; death++)
        {
            await load.FlowsAsync(Random.Shared.Next(5, 40));
            var killed = lab.Services.Kill(LabServices.Matcher);
            await lab.Services.AreAgainAsync(killed);
        }

        await load.FlowsAsync();
        await lab.ConcludeAsync(load, crashes: 0);
    }
}
