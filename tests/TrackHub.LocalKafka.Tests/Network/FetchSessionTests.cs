using TrackHub.LocalKafka.Wire;
using TrackHub.LocalKafka.Wire.Messages;

namespace TrackHub.LocalKafka.Tests.Network;

/// <summary>How sessions (KIP-227) are refused: as by a broker that has no room for another one, so that every client goes on without.</summary>
public sealed class FetchSessionTests(TestBroker broker) : IClassFixture<TestBroker>
{
    [Theory]
    [InlineData(0, 0)]       // asks for one
    [InlineData(0, -1)]      // wants none
    [InlineData(4711, -1)]   // ends one that is not ours
    [InlineData(4711, 0)]    // puts a new one into its place
    public async Task A_full_fetch_is_answered_without_a_session(int id, int epoch)
    {
        var answer = await FetchAsync(id, epoch);

        answer.ShouldBe((ErrorCode.None, 0, 1));
    }

    [Theory]
    [InlineData(4711, 1)]
    [InlineData(0, 1)]
    public async Task A_fetch_within_a_session_is_told_that_there_is_none(int id, int epoch)
    {
        var answer = await FetchAsync(id, epoch);

        answer.ShouldBe((ErrorCode.FetchSessionIdNotFound, 0, 0));
    }

    private async Task<(ErrorCode Error, int Session, int Topics)> FetchAsync(int id, int epoch)
    {
        var topic = await broker.CreateTopicAsync();
        using var client = await RawClient.ConnectAsync(broker.Port);
        var answer = await client.AskAsync(
            new FetchRequest
            {
                MinBytes = 1,
                MaxBytes = 100_000,
                SessionId = id,
                SessionEpoch = epoch,
                Topics = [new() { Name = topic, Partitions = [new() { MaxBytes = 100_000 }] }],
            },
            version: 7);
        return (answer.Error, answer.SessionId, answer.Topics.Count);
    }
}
