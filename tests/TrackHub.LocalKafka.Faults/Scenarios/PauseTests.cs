using TrackHub.LocalKafka.Faults.Checking;
using TrackHub.LocalKafka.Faults.Lab;
using TrackHub.Testing;
using Xunit.Abstractions;

namespace TrackHub.LocalKafka.Faults.Scenarios;

/// <summary>The broker stops in its tracks and goes on, as on a machine that swaps or sleeps: shorter and longer than its groups' sessions of 6 s.</summary>
public sealed class PauseTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Nothing_is_lost_and_the_group_goes_on_when_the_broker_stops_in_its_tracks()
    {
        int[] pauses = Form.IsFull ? [.. Enumerable.Range(1, 12)] : [1, 8];
        await using var lab = await BrokerLab.StartAsync(Form.Seed);
        await lab.AllFlowAsync();
        foreach (var seconds in pauses)
        {
            ProcessTree.Signal("STOP", lab.Broker.Id);
            await Task.Delay(TimeSpan.FromSeconds(seconds));   // the fault itself
            ProcessTree.Signal("CONT", lab.Broker.Id);
            await lab.AllFlowAsync();
            await lab.ReadAsync($"after {seconds} s");
        }

        var evidence = await lab.ConcludeAsync();

        output.WriteLine($"{pauses.Length} pauses, {lab.Figures}");
        Checkers.All(evidence).ShouldBeEmpty();
    }
}
