using System.Buffers.Binary;
using System.Diagnostics;
using System.Net.Sockets;
using TrackHub.LocalKafka.Faults.Lab;
using TrackHub.LocalKafka.Tests;
using TrackHub.LocalKafka.Wire;
using TrackHub.LocalKafka.Wire.Messages;
using TrackHub.Testing;
using Xunit.Abstractions;

namespace TrackHub.LocalKafka.Faults.Connections;

/// <summary>Many connections that do nothing, or nothing good: the broker stays small and serves the others. A broker of its own, whose memory is measured.</summary>
public sealed class CrowdTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int Crowd = 1000;
    private const int KiB = 1024;
    private const int MiB = 1024 * KiB;

    // Little memory is bought in large pieces: room for those, beside what a connection may cost.
    private const long Slack = 24 * MiB;

    // A runtime opens files of its own now and then.
    private const int FewHandles = 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private BrokerProcess _broker = null!;

    public async Task InitializeAsync()
    {
        _broker = await BrokerProcess.StartAsync(TestFolder.Next("crowd"), port: 0);
        using var client = await RawClient.ConnectAsync(_broker.Port);
        (await client.CreateTopicAsync("topic")).ShouldBe(ErrorCode.None);
        (await client.ProduceAsync("topic", "first")).ShouldBe(ErrorCode.None);
    }

    public Task DisposeAsync()
    {
        _broker.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task A_thousand_idle_connections_cost_little_each_and_all_of_it_comes_back()
    {
        var (before, handles) = (_broker.ResidentBytes, _broker.OpenHandles);

        var idle = await Peer.ConnectAsync(_broker.Port, Crowd);
        await Eventually.Holds(() => Task.Run(() => _broker.OpenHandles.ShouldBeGreaterThan(handles + Crowd - FewHandles)), Patience);
        await ServesAsync();
        var each = (_broker.ResidentBytes - before) / Crowd;
        output.WriteLine($"{each / 1024.0:0.0} KiB resident for each of {Crowd} idle connections");
        idle.ForEach(static socket => socket.Dispose());

        each.ShouldBeLessThan(32 * KiB);
        await Eventually.Holds(() => Task.Run(() => _broker.OpenHandles.ShouldBeLessThan(handles + FewHandles)), Patience);
        await ServesAsync();
    }

    [Fact]
    public async Task Frames_that_are_announced_and_do_not_come_take_no_memory()
    {
        var before = _broker.ResidentBytes;
        var sockets = await Peer.ConnectAsync(_broker.Port, 200);
        var largest = new byte[KiB];
        BinaryPrimitives.WriteInt32BigEndian(largest, 100 * MiB);   // as long as may be
        BinaryPrimitives.WriteInt16BigEndian(largest.AsSpan(4), (short)ApiKey.Produce);
        BinaryPrimitives.WriteInt16BigEndian(largest.AsSpan(6), 7);

        foreach (var socket in sockets)
            await socket.SendAsync(largest);
        await ServesAsync();

        var grown = _broker.ResidentBytes - before;
        output.WriteLine($"{grown / 1024.0 / sockets.Count:0.0} KiB resident for each of {sockets.Count} frames of 100 MiB that stay away");
        grown.ShouldBeLessThan(Slack + (sockets.Count * 300L * KiB));
        sockets.ForEach(static socket => socket.Dispose());
    }

    [Fact]
    public async Task Noise_ends_its_connections_and_nothing_else()
    {
        var handles = _broker.OpenHandles;
        var random = new Random(Form.Seed);
        for (var round = 0; round < (Form.IsFull ? 50 : 5); round++)
        {
            var sockets = await Peer.ConnectAsync(_broker.Port, 50);
            foreach (var socket in sockets)
            {
                var noise = new byte[random.Next(1, 4096)];
                random.NextBytes(noise);
                // Every second one frames it well, so that it comes through to the decoders.
                if (random.Next(2) == 0 && noise.Length > 12)
                {
                    BinaryPrimitives.WriteInt32BigEndian(noise, noise.Length - 4);
                    BinaryPrimitives.WriteInt16BigEndian(noise.AsSpan(4), (short)random.Next(70));
                    BinaryPrimitives.WriteInt16BigEndian(noise.AsSpan(6), (short)random.Next(14));
                }

                await SendAsync(socket, noise);
                socket.Dispose();
            }
        }

        await ServesAsync();
        await Eventually.Holds(() => Task.Run(() => _broker.OpenHandles.ShouldBeLessThan(handles + FewHandles)), Patience);
    }

    [Fact]
    public async Task Who_never_reads_answers_costs_little_and_others_are_served_meanwhile()
    {
        using (var client = await RawClient.ConnectAsync(_broker.Port))
        {
            for (var i = 0; i < 40; i++)
                (await client.ProduceAsync("topic", new string('x', 500 * KiB))).ShouldBe(ErrorCode.None);
        }

        var before = _broker.ResidentBytes;
        var deaf = await Peer.ConnectAsync(_broker.Port, 20);
        var fetch = Fetch("topic", maxBytes: 16 * MiB);
        foreach (var socket in deaf)
        {
            // More than fits into the sockets' buffers: what is not read waits on our side.
            for (var i = 0; i < 100; i++)
                await socket.SendAsync(fetch);
        }

        var slowest = TimeSpan.Zero;
        for (var i = 0; i < 50; i++)
        {
            var started = Stopwatch.GetTimestamp();
            await ServesAsync();
            slowest = Stopwatch.GetElapsedTime(started) is var took && took > slowest ? took : slowest;
        }

        var grown = _broker.ResidentBytes - before;
        output.WriteLine($"{grown / 1024.0 / deaf.Count:0.0} KiB resident for each of {deaf.Count} connections with 100 unread answers of up to 16 MiB; slowest of 50 others {slowest.TotalMilliseconds:0} ms");
        grown.ShouldBeLessThan(Slack + (deaf.Count * (long)MiB));
        deaf.ForEach(static socket => socket.Dispose());
    }

    [Fact]
    public async Task A_request_that_comes_byte_by_byte_is_answered_while_others_are_served()
    {
        using var slow = await Peer.ConnectAsync(_broker.Port);
        var frame = RawClient.Frame(new ApiVersionsRequest(), version: 0);
        foreach (var part in frame)
        {
            await slow.SendAsync(new[] { part });
            await ServesAsync();
        }

        var length = new byte[4];
        (await slow.ReceiveAsync(length)).ShouldBe(4);
    }

    private static byte[] Fetch(string topic, int maxBytes) => RawClient.Frame(
        new FetchRequest { MinBytes = 1, MaxBytes = maxBytes, Topics = [new() { Name = topic, Partitions = [new() { MaxBytes = maxBytes }] }] },
        version: 4);

    private static async Task SendAsync(Socket socket, byte[] bytes)
    {
        try
        {
            await socket.SendAsync(bytes);
        }
        catch (SocketException)
        {
            // Closed on its first bytes already.
        }
    }

    private async Task ServesAsync()
    {
        using var client = await RawClient.ConnectAsync(_broker.Port);
        (await client.ProduceAsync("topic", "more")).ShouldBe(ErrorCode.None);
    }
}
