using TrackHub.LocalKafka.Faults.Checking;
using TrackHub.LocalKafka.Faults.Lab;
using Xunit.Abstractions;

namespace TrackHub.LocalKafka.Faults.Scenarios;

/// <summary>An acknowledgement survives kill -9: of a record, of a committed offset, of a change of a topic.</summary>
public sealed class KillTests(ITestOutputHelper output)
{
    private const int MostAcksBetweenKills = 2000;
    private const int MostAcksInTheRush = 2000;
    private const int MostMillisecondsOfStart = 600;

    [Fact]
    public async Task Nothing_acknowledged_is_lost_and_nothing_comes_twice_or_from_nowhere_over_kill_9_at_random_moments()
    {
        var rounds = Form.IsFull ? 100 : 5;
        var random = new Random(Form.Seed);
        output.WriteLine($"TRACKHUB_TEST_SEED={Form.Seed}");
        await using var lab = await BrokerLab.StartAsync(Form.Seed);
        await lab.AllFlowAsync();
        for (var round = 1; round <= rounds; round++)
        {
            // After so many acknowledgements: a moment under load that nobody chose.
            await lab.FlowsAsync(random.Next(MostAcksBetweenKills));
            await lab.KillInTheRushAsync(random.Next(MostAcksInTheRush));
            if (random.Next(4) == 0)
                await lab.KillAtStartAsync(TimeSpan.FromMilliseconds(random.Next(MostMillisecondsOfStart)));
            await lab.StartBrokerAsync();
            await lab.ReadAsync($"round {round}");
        }

        await lab.AllFlowAsync();
        var evidence = await lab.ConcludeAsync();

        output.WriteLine($"{rounds} rounds, {lab.Figures}; {evidence.Stored.Count} records in the log");
        Checkers.All(evidence).ShouldBeEmpty();
    }
}
