using System.Buffers.Binary;
using TrackHub.LocalKafka.Wire;
using TrackHub.LocalKafka.Wire.Messages;

namespace TrackHub.LocalKafka.Tests.Wire;

/// <summary>What a broken or malicious client sends closes its connection at most; the broker goes on.</summary>
public sealed class HostileConnectionTests(TestBroker broker) : IClassFixture<TestBroker>
{
    [Theory]
    [InlineData("ffffffff")]
    [InlineData("7fffffff")]
    [InlineData("00000000")]
    [InlineData("474554202f20485454502f312e310d0a0d0a")]   // an HTTP request
    [InlineData("0000000a7fff00000000000000ff")]   // an unknown API
    [InlineData("0000000a000001f40000000000ff")]   // an unknown version of Produce
    public async Task Bytes_that_are_no_request_close_the_connection(string hex)
    {
        using var client = await RawClient.ConnectAsync(broker.Port);

        (await client.SendAsync(Convert.FromHexString(hex))).ShouldBeNull();

        await ShouldServeAsync();
    }

    [Theory]
    [InlineData(57, 1, ErrorCode.CorruptMessage)]   // a byte under the checksum
    [InlineData(17, 1, ErrorCode.CorruptMessage)]   // the checksum
    [InlineData(11, 1, ErrorCode.CorruptMessage)]   // the length
    [InlineData(16, 3, ErrorCode.UnsupportedForMessageFormat)]   // magic 1
    public async Task A_damaged_batch_is_refused_and_not_stored(int position, byte flip, object error)
    {
        var topic = await broker.CreateTopicAsync();
        using var client = await RawClient.ConnectAsync(broker.Port);
        var batch = TestBatch.Encode("value");
        batch[position] ^= flip;

        var (code, offset) = await ProduceAsync(client, topic, batch);

        code.ShouldBe((ErrorCode)error);
        offset.ShouldBe(-1);
        (await ProduceAsync(client, topic, TestBatch.Encode("value"))).ShouldBe((ErrorCode.None, 0L));
    }

    [Fact]
    public async Task A_transactional_batch_is_refused_as_its_coordinator_is()
    {
        var topic = await broker.CreateTopicAsync();
        using var client = await RawClient.ConnectAsync(broker.Port);
        var batch = TestBatch.Encode("value");
        batch[22] |= 0x10;   // the attribute
        BinaryPrimitives.WriteUInt32BigEndian(batch.AsSpan(17), Crc32C.Compute(batch.AsSpan(21)));

        (await ProduceAsync(client, topic, batch)).Error.ShouldBe(ErrorCode.TransactionalIdAuthorizationFailed);
    }

    [Fact]
    public async Task Two_batches_in_one_partition_of_a_request_are_refused()
    {
        var topic = await broker.CreateTopicAsync();
        using var client = await RawClient.ConnectAsync(broker.Port);

        (await ProduceAsync(client, topic, [.. TestBatch.Encode("a"), .. TestBatch.Encode("b")])).Error.ShouldBe(ErrorCode.InvalidRecord);
    }

    [Fact]
    public async Task A_sequenced_batch_sent_again_gets_its_offset_and_a_gap_is_refused()
    {
        var topic = await broker.CreateTopicAsync();
        using var client = await RawClient.ConnectAsync(broker.Port);
        static byte[] Sequenced(int sequence) => TestBatch.Encode("value", producerId: 5, epoch: 0, sequence: sequence);

        (await ProduceAsync(client, topic, Sequenced(0))).ShouldBe((ErrorCode.None, 0L));
        (await ProduceAsync(client, topic, Sequenced(1))).ShouldBe((ErrorCode.None, 1L));
        (await ProduceAsync(client, topic, Sequenced(0))).ShouldBe((ErrorCode.None, 0L));
        (await ProduceAsync(client, topic, Sequenced(3))).Error.ShouldBe(ErrorCode.OutOfOrderSequenceNumber);
        (await ProduceAsync(client, topic, Sequenced(2))).ShouldBe((ErrorCode.None, 2L));
    }

    [Fact]
    public async Task A_request_that_comes_in_small_pieces_is_answered()
    {
        using var client = await RawClient.ConnectAsync(broker.Port);
        var frame = RawClient.Frame(new ApiVersionsRequest(), version: 0);

        // Several requests in one write, cut anywhere, come back one by one.
        var two = frame.Concat(frame).ToArray();
        (await client.SendAsync(two[..(frame.Length + 3)])).ShouldNotBeNull();
        (await client.SendAsync(two[(frame.Length + 3)..])).ShouldNotBeNull();
    }

    private static async Task<(ErrorCode Error, long Offset)> ProduceAsync(RawClient client, string topic, byte[] batch)
    {
        var answer = await client.AskAsync(
            new ProduceRequest { Acks = -1, TimeoutMs = 1000, Topics = [new() { Name = topic, Partitions = [new() { Records = batch }] }] },
            version: 9);
        var partition = answer.Topics.Single().Partitions.Single();
        return (partition.Error, partition.BaseOffset);
    }

    private async Task ShouldServeAsync()
    {
        using var client = await RawClient.ConnectAsync(broker.Port);
        (await client.SendAsync(RawClient.Frame(new ApiVersionsRequest(), version: 0))).ShouldNotBeNull();
    }
}
