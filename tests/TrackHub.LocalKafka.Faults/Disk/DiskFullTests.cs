using TrackHub.LocalKafka.Faults.Checking;
using TrackHub.LocalKafka.Faults.Lab;
using TrackHub.LocalKafka.Tests;
using TrackHub.LocalKafka.Wire;
using Xunit.Abstractions;

namespace TrackHub.LocalKafka.Faults.Disk;

/// <summary>The disk is full: writes are refused in the protocol's words, reads go on, and when there is room again so do writes.</summary>
public sealed class DiskFullTests(ITestOutputHelper output)
{
    private const int Megabytes = 48;

    // What fits into the rest of a file's last page is still taken.
    private const int MostThatFits = 200;

    [Fact]
    public async Task Writes_are_refused_reads_go_on_and_room_again_is_enough()
    {
        await using var disk = await SmallDisk.MountAsync(Megabytes);
        await using var lab = await BrokerLab.StartAsync(Form.Seed, disk.Directory, disk.Entry);
        await lab.AllFlowAsync();
        using (var client = await RawClient.ConnectAsync(lab.Broker.Port))
            (await client.CreateTopicAsync("raw")).ShouldBe(ErrorCode.None);

        await disk.FillAsync();
        await RefusesWritesAsync(lab);
        await ComeAndGoAsync(lab);
        await ServesReadsAsync(lab);

        lab.AddMember();
        await disk.FreeAsync();
        await lab.AllFlowAsync();
        await lab.ReadAsync("after the first time");

        // It also dies and starts on a full disk.
        await disk.FillAsync();
        await RefusesWritesAsync(lab);
        await lab.KillAsync();
        await lab.StartBrokerAsync();
        await RefusesWritesAsync(lab);
        await ServesReadsAsync(lab);

        await disk.FreeAsync();
        await lab.AllFlowAsync();
        var evidence = await lab.ConcludeAsync();

        output.WriteLine(lab.Figures);
        Checkers.All(evidence).ShouldBeEmpty();
    }

    /// <summary>On one connection, which stays open.</summary>
    private static async Task RefusesWritesAsync(BrokerLab lab)
    {
        using var client = await RawClient.ConnectAsync(lab.Broker.Port);
        (await FirstErrorAsync(n => client.ProduceAsync("raw", $"{n}"))).ShouldBe(ErrorCode.KafkaStorageError);
        (await FirstErrorAsync(n => client.CommitAsync("raw", "raw", n))).ShouldBe(ErrorCode.NotCoordinator);
        (await FirstErrorAsync(_ => client.CreateTopicAsync($"raw-{Guid.NewGuid():N}"))).ShouldBe(ErrorCode.KafkaStorageError);
        (await client.ProduceAsync("raw", "once more")).ShouldBe(ErrorCode.KafkaStorageError);
    }

    /// <summary>A group whose changes find no room, and nobody to be told so.</summary>
    private static Task ComeAndGoAsync(BrokerLab lab) => Task.Run(() =>
    {
        using var member = lab.Clients.Consumer("come-and-go");
        member.Subscribe("raw");
        member.Consume(TimeSpan.FromSeconds(1));
        member.Close();
    });

    private static async Task ServesReadsAsync(BrokerLab lab)
    {
        var sent = lab.SentLogs();
        var reading = new LogReading(lab.Clients, BrokerLab.Topic, BrokerLab.Partitions);
        var stored = await reading.ReadAsync(await reading.BoundsAsync());
        Checkers.Kept(Evidence.OfLog(BrokerLab.Partitions, sent, stored)).ShouldBeEmpty();
    }

    private static async Task<ErrorCode> FirstErrorAsync(Func<int, Task<ErrorCode>> write)
    {
        for (var n = 0; n < MostThatFits; n++)
        {
            if (await write(n) is var error && error != ErrorCode.None)
                return error;
        }

        return ErrorCode.None;
    }
}
