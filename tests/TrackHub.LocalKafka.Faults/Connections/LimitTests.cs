using Confluent.Kafka;
using TrackHub.LocalKafka.Faults.Lab;
using TrackHub.LocalKafka.Tests;
using TrackHub.LocalKafka.Wire.Messages;
using TrackHub.Testing;
using ErrorCode = TrackHub.LocalKafka.Wire.ErrorCode;

namespace TrackHub.LocalKafka.Faults.Connections;

/// <summary>Connections end that nobody uses any more, and there are no more of them than were allowed.</summary>
public sealed class LimitTests
{
    [Fact]
    public async Task A_connection_without_traffic_is_closed_whoever_is_at_its_other_end()
    {
        using var broker = await BrokerProcess.StartAsync(TestFolder.Next("idle"), port: 0, "ConnectionsMaxIdle=00:00:01");
        using var silent = await Peer.ConnectAsync(broker.Port);
        using var halfWay = await Peer.ConnectAsync(broker.Port);
        using var deaf = await Peer.ConnectAsync(broker.Port);
        await halfWay.SendAsync(new byte[] { 0, 0, 1 });
        var metadata = RawClient.Frame(new MetadataRequest(), version: 1);
        var askedFor = Task.Run(async () =>
        {
            // Until the answers that are not read fill all buffers between us.
            while (true)
                await deaf.SendAsync(metadata);
        });

        await silent.EndsAsync();
        await halfWay.EndsAsync();
        await Should.ThrowAsync<System.Net.Sockets.SocketException>(() => askedFor.WaitAsync(TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public async Task A_connection_that_waits_for_its_answer_is_not_idle()
    {
        using var broker = await BrokerProcess.StartAsync(TestFolder.Next("waiting"), port: 0, "ConnectionsMaxIdle=00:00:01");
        var clients = new Clients(broker.BootstrapServers);
        using (var client = await RawClient.ConnectAsync(broker.Port))
            (await client.CreateTopicAsync("topic")).ShouldBe(ErrorCode.None);
        using var waiting = await RawClient.ConnectAsync(broker.Port);

        // A fetch of three seconds at the end of a topic where nothing comes.
        var answer = await waiting.AskAsync(
            new FetchRequest
            {
                MaxWaitMs = 3000,
                MinBytes = 1,
                MaxBytes = 1024,
                Topics = [new() { Name = "topic", Partitions = [new() { MaxBytes = 1024 }] }],
            },
            version: 4);

        answer.Topics.Single().Partitions.Single().Error.ShouldBe(ErrorCode.None);
        using var producer = clients.Producer(new ProducerConfig(), static _ => { });
        (await producer.ProduceAsync("topic", new Message<string, string> { Value = "still served" })).Offset.Value.ShouldBe(0);
    }

    [Fact]
    public async Task Beyond_the_allowed_number_a_connection_is_closed_at_once_and_the_others_go_on()
    {
        using var broker = await BrokerProcess.StartAsync(TestFolder.Next("full"), port: 0, "MaxConnections=10");
        using var first = await RawClient.ConnectAsync(broker.Port);
        (await first.CreateTopicAsync("topic")).ShouldBe(ErrorCode.None);
        var others = await Peer.ConnectAsync(broker.Port, 9);

        using (var refused = await Peer.ConnectAsync(broker.Port))
            await refused.EndsAsync();
        (await first.ProduceAsync("topic", "value")).ShouldBe(ErrorCode.None);
        broker.Log.ShouldContain(static line => line.Contains("MaxConnections"));

        others[0].Dispose();
        await Eventually.Holds(async () =>
        {
            using var next = await RawClient.ConnectAsync(broker.Port);
            (await next.ProduceAsync("topic", "value")).ShouldBe(ErrorCode.None);
        });
        others.ForEach(static socket => socket.Dispose());
    }
}
