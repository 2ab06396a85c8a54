using TrackHub.LocalKafka.Tests;
using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Faults.Lab;

/// <summary>Single requests on one connection, for errors that real clients hide by trying again. Each fails if the broker closes the connection.</summary>
internal static class RawCalls
{
    /// <summary>Appends one record to partition 0.</summary>
    public static async Task<ErrorCode> ProduceAsync(this RawClient client, string topic, string value) =>
        (await client.ProduceAsync(topic, TestBatch.Encode(value))).Error;

    /// <summary>Appends a batch to partition 0; the offset of its first record, -1 on error.</summary>
    public static async Task<(ErrorCode Error, long Offset)> ProduceAsync(this RawClient client, string topic, byte[] batch)
    {
        var answer = await client.AskAsync(RawClient.Frame(ApiKey.Produce, 7, flexible: false, writer =>
        {
            writer.String(null);   // no transaction
            writer.Int16(-1);
            writer.Int32(1000);
            writer.Array([topic], name =>
            {
                writer.String(name);
                writer.Array([0], partition =>
                {
                    writer.Int32(partition);
                    writer.Bytes(batch);
                });
            });
        }));
        return answer.Array(static reader =>
        {
            reader.String();
            return reader.Array(static reader =>
            {
                reader.Int32();
                var result = ((ErrorCode)reader.Int16(), reader.Int64());
                reader.Int64();   // append time
                reader.Int64();   // log start
                return result;
            }).Single();
        }).Single();
    }

    /// <summary>Commits an offset of partition 0 from outside of any membership.</summary>
    public static async Task<ErrorCode> CommitAsync(this RawClient client, string group, string topic, long offset)
    {
        var answer = await client.AskAsync(RawClient.Frame(ApiKey.OffsetCommit, 7, flexible: false, writer =>
        {
            writer.String(group);
            writer.Int32(-1);
            writer.String("");
            writer.String(null);
            writer.Array([topic], name =>
            {
                writer.String(name);
                writer.Array([0], partition =>
                {
                    writer.Int32(partition);
                    writer.Int64(offset);
                    writer.Int32(-1);
                    writer.String(null);
                });
            });
        }));
        answer.Int32();   // throttle time
        return answer.Array(static reader =>
        {
            reader.String();
            return reader.Array(static reader =>
            {
                reader.Int32();
                return (ErrorCode)reader.Int16();
            }).Single();
        }).Single();
    }

    /// <summary>Creates a topic of one partition.</summary>
    public static async Task<ErrorCode> CreateTopicAsync(this RawClient client, string topic)
    {
        var answer = await client.AskAsync(RawClient.Frame(ApiKey.CreateTopics, 4, flexible: false, writer =>
        {
            writer.Array([topic], name =>
            {
                writer.String(name);
                writer.Int32(1);
                writer.Int16(1);
                writer.ArrayLength(0);
                writer.ArrayLength(0);
            });
            writer.Int32(1000);
            writer.Bool(false);
        }));
        answer.Int32();   // throttle time
        answer.Int32().ShouldBe(1);
        answer.String();
        return (ErrorCode)answer.Int16();
    }

    /// <summary>Sends a frame and reads its answer.</summary>
    public static async Task<WireReader> AskAsync(this RawClient client, byte[] frame)
    {
        var answer = await client.SendAsync(frame);
        return answer.ShouldNotBeNull("the broker closed the connection");
    }
}
