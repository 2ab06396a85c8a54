using System.Diagnostics;
using TrackHub.LocalKafka.Hosting;
using TrackHub.LocalKafka.Storage;
using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Api;

/// <summary>Fetch, key 1: whole batches from the offsets asked for, waiting up to max_wait for min_bytes.</summary>
/// <remarks>
/// Versions 4 to 12. Left out: fetch sessions (KIP-227), rack awareness, followers. read_committed equals read_uncommitted.
/// Sessions are refused as by a Kafka broker whose session cache is full: a full fetch, whether or not it asks for a session, is answered
/// with session 0, "none was made", after which clients ask in full each time; a fetch within a session is FETCH_SESSION_ID_NOT_FOUND.
/// </remarks>
internal sealed class Fetch(TopicStore topics, BrokerMetrics metrics) : IKafkaApi
{
    /// <summary>An answer holds no more than this, whatever is asked for, as Kafka's own fetch.max.bytes.</summary>
    private const int MaxAnswerBytes = 55 * 1024 * 1024;

    /// <summary>Slices up to this size are read into the answer: one system call more, and the answer leaves in one piece.</summary>
    private const int CopiedBytes = 32 * 1024;

    private static readonly TimeSpan MaxWait = TimeSpan.FromMinutes(5);

    private readonly record struct PartitionAsk(int Partition, int LeaderEpoch, long Offset, int MaxBytes);

    private readonly record struct TopicAsk(string Name, List<PartitionAsk> Partitions);

    private sealed record Ask(TimeSpan MaxWait, int MinBytes, int MaxBytes, int SessionEpoch, List<TopicAsk> Topics);

    public ApiRange Range => new(ApiKey.Fetch, 4, 12, 12);

    public async ValueTask AnswerAsync(KafkaRequest request, WireWriter response, CancellationToken stoppingToken)
    {
        var version = request.Version;
        var ask = Read(request.Reader, version);
        if (ask.SessionEpoch is not (0 or -1))
        {
            WriteHead(response, version, ErrorCode.FetchSessionIdNotFound);
            response.ArrayLength(0);
            response.Tags();
            return;
        }

        var mark = response.Length;
        var (bytes, hasError) = WriteAnswer(request, response, ask);
        if (bytes < ask.MinBytes && !hasError && ask.MaxWait > TimeSpan.Zero && ask.Topics.Count > 0)
            bytes = await WriteAnswerWhenDueAsync(request, response, ask, mark, stoppingToken);
        metrics.Fetched(bytes);
    }

    private async Task<int> WriteAnswerWhenDueAsync(KafkaRequest request, WireWriter response, Ask ask, int mark, CancellationToken stoppingToken)
    {
        var started = Stopwatch.GetTimestamp();
        using var waiter = new AppendWaiter();
        var logs = LogsOf(ask);
        foreach (var log in logs)
            log.Subscribe(waiter);
        try
        {
            while (true)
            {
                // Written again first: what was appended before the subscription gave no signal.
                response.Truncate(mark);
                request.Records.Clear();
                var (bytes, hasError) = WriteAnswer(request, response, ask);
                var left = ask.MaxWait - Stopwatch.GetElapsedTime(started);
                if (bytes >= ask.MinBytes || hasError || left <= TimeSpan.Zero)
                    return bytes;
                await waiter.WaitAsync(left, stoppingToken);
            }
        }
        finally
        {
            foreach (var log in logs)
                log.Unsubscribe(waiter);
        }
    }

    private List<PartitionLog> LogsOf(Ask ask)
    {
        var logs = new List<PartitionLog>();
        foreach (var topic in ask.Topics)
        {
            foreach (var partition in topic.Partitions)
            {
                if (topics.FindPartition(topic.Name, partition.Partition) is { } log)
                    logs.Add(log);
            }
        }

        return logs;
    }

    private (int Bytes, bool HasError) WriteAnswer(KafkaRequest request, WireWriter response, Ask ask)
    {
        var version = request.Version;
        WriteHead(response, version, ErrorCode.None);
        var total = 0;
        var hasError = false;
        response.ArrayLength(ask.Topics.Count);
        foreach (var (name, partitions) in ask.Topics)
        {
            var topic = topics.Find(name);
            response.String(name);
            response.ArrayLength(partitions.Count);
            foreach (var partition in partitions)
            {
                var log = topic?.Partition(partition.Partition);
                var limit = Math.Clamp(ask.MaxBytes - total, 0, partition.MaxBytes);
                var (error, slice) = Find(log, partition, limit, atLeastOne: total == 0);
                WritePartitionHead(response, version, partition.Partition, error, log);
                total += WriteRecords(request, response, slice);
                response.Tags();
                hasError |= error != ErrorCode.None;
            }

            response.Tags();
        }

        response.Tags();
        return (total, hasError);
    }

    private static int WriteRecords(KafkaRequest request, WireWriter response, LogSlice slice)
    {
        if (slice.Length <= CopiedBytes)
            return response.BytesInPlace(slice.Length, slice, static (memory, slice) => slice.ReadWholeBatches(memory.Span));

        var mark = response.Length;
        response.ArrayLength(slice.Length);   // bytes have their length written as arrays have
        if (request.Records.TryAdd(response.Length, slice))
            return slice.Length;

        // Deleted since it was found: as if nothing were there, the next fetch is told so.
        response.Truncate(mark);
        response.ArrayLength(0);
        return 0;
    }

    private static (ErrorCode Error, LogSlice Slice) Find(PartitionLog? log, PartitionAsk ask, int maxBytes, bool atLeastOne)
    {
        if (log is null)
            return (ErrorCode.UnknownTopicOrPartition, LogSlice.Empty);
        if (ask.LeaderEpoch > BrokerIdentity.LeaderEpoch)
            return (ErrorCode.UnknownLeaderEpoch, LogSlice.Empty);
        return log.Find(ask.Offset, maxBytes, atLeastOne) is { } slice
            ? (ErrorCode.None, slice)
            : (ErrorCode.OffsetOutOfRange, LogSlice.Empty);
    }

    private static void WriteHead(WireWriter response, short version, ErrorCode error)
    {
        response.Int32(0);   // throttle time
        if (version < 7)
            return;

        response.Error(error);
        response.Int32(0);   // no session
    }

    private static void WritePartitionHead(WireWriter response, short version, int partition, ErrorCode error, PartitionLog? log)
    {
        response.Int32(partition);
        response.Error(error);
        response.Int64(log?.EndOffset ?? -1);   // high watermark
        response.Int64(log?.EndOffset ?? -1);   // last stable offset
        if (version >= 5)
            response.Int64(log?.StartOffset ?? -1);
        response.ArrayLength(-1);   // aborted transactions
        if (version >= 11)
            response.Int32(-1);   // preferred read replica
    }

    private static Ask Read(WireReader reader, short version)
    {
        reader.Int32();   // replica id
        var maxWait = TimeSpan.FromMilliseconds(reader.Int32());
        var minBytes = reader.Int32();
        var maxBytes = reader.Int32();
        reader.Int8();   // isolation level
        var sessionEpoch = -1;
        if (version >= 7)
        {
            reader.Int32();   // session id: none was ever given
            sessionEpoch = reader.Int32();   // 0 asks for a session, -1 for none, others are within one
        }

        var asks = reader.Array(reader => ReadTopic(reader, version));
        if (version >= 7)
        {
            // Topics to forget mean something only within a session.
            reader.Array(static reader =>
            {
                reader.String();
                reader.Array(static reader => reader.Int32());
                reader.Tags();
                return 0;
            });
        }

        return new Ask(maxWait < MaxWait ? maxWait : MaxWait, minBytes, Math.Min(maxBytes, MaxAnswerBytes), sessionEpoch, asks);
    }

    private static TopicAsk ReadTopic(WireReader reader, short version)
    {
        var name = reader.String();
        var partitions = reader.Array(reader =>
        {
            var partition = reader.Int32();
            var leaderEpoch = version >= 9 ? reader.Int32() : -1;
            var offset = reader.Int64();
            if (version >= 12)
                reader.Int32();   // last fetched epoch
            if (version >= 5)
                reader.Int64();   // follower's log start
            var maxBytes = reader.Int32();
            reader.Tags();
            return new PartitionAsk(partition, leaderEpoch, offset, Math.Max(maxBytes, 0));
        });
        reader.Tags();
        return new TopicAsk(name, partitions);
    }
}
