using TrackHub.LocalKafka.Faults.Checking;
using TrackHub.LocalKafka.Faults.Lab;
using TrackHub.Testing;
using Xunit.Abstractions;

namespace TrackHub.LocalKafka.Faults.Scenarios;

/// <summary>Answers get lost, so clients ask again for what was carried out already: only numbered batches come once.</summary>
public sealed class LostAnswerTests(ITestOutputHelper output)
{
    // Large batches have few answers, and not each is to a plain producer.
    private const int FewestLost = 40;

    [Fact]
    public async Task A_numbered_batch_whose_answer_was_lost_is_not_stored_again()
    {
        var acks = Form.IsFull ? 100_000 : 5_000;
        output.WriteLine($"TRACKHUB_TEST_SEED={Form.Seed}");
        await using var lab = await BrokerLab.StartAsync(Form.Seed, isLossy: true);
        await lab.AllFlowAsync();

        lab.Proxy!.Lose(0.03);
        await lab.FlowsAsync(acks);
        await Eventually.Holds(() => lab.Proxy.Lost >= FewestLost, BrokerLab.Patience);
        lab.Proxy.Lose(0);

        await lab.AllFlowAsync();
        var evidence = await lab.ConcludeAsync();
        var again = evidence.Stored.Count - evidence.Stored.DistinctBy(static record => (record.Producer, record.Number)).Count();
        output.WriteLine($"{lab.Proxy.Lost} answers lost, {lab.Figures}; {again} records of plain producers again");
        Checkers.All(evidence).ShouldBeEmpty();
        again.ShouldBePositive("plain producers show that batches were sent again");
    }
}
