using System.Diagnostics;
using TrackHub.LocalKafka.Hosting;
using TrackHub.LocalKafka.Storage;
using TrackHub.LocalKafka.Wire;
using TrackHub.LocalKafka.Wire.Messages;

namespace TrackHub.LocalKafka.Api;

/// <summary>Fetch, key 1: whole batches from the offsets asked for, waiting up to max_wait for min_bytes.</summary>
/// <remarks>
/// Left out: fetch sessions (KIP-227), rack awareness, followers. read_committed equals read_uncommitted.
/// Sessions are refused as by a Kafka broker whose session cache is full: a full fetch, whether or not it asks for a session, is answered
/// with session 0, "none was made", after which clients ask in full each time; a fetch within a session is FETCH_SESSION_ID_NOT_FOUND.
/// </remarks>
internal sealed class Fetch(TopicStore topics, BrokerMetrics metrics) : KafkaApi<FetchRequest, FetchResponse>
{
    /// <summary>An answer holds no more than this, whatever is asked for, as Kafka's own fetch.max.bytes.</summary>
    private const int MaxAnswerBytes = 55 * 1024 * 1024;

    /// <summary>Session epochs that ask for a session, and for none; others are within one.</summary>
    private const int NewSession = 0, NoSession = -1;

    private static readonly TimeSpan MaxWait = TimeSpan.FromMinutes(5);

    private readonly record struct Found(FetchResponse Response, int Bytes, bool HasError)
    {
        public bool IsEnough(FetchRequest asked) => HasError || Bytes >= asked.MinBytes;
    }

    protected override async ValueTask<FetchResponse> AnswerAsync(
        FetchRequest asked, KafkaRequest request, CancellationToken stoppingToken)
    {
        if (asked.SessionEpoch is not (NewSession or NoSession))
            return new FetchResponse { Error = ErrorCode.FetchSessionIdNotFound };

        var found = Find(asked, request.Records);
        if (!found.IsEnough(asked) && asked.MaxWaitMs > 0 && asked.Topics.Count > 0)
            found = await FindWhenDueAsync(asked, request.Records, stoppingToken);
        metrics.Fetched(found.Bytes);
        return found.Response;
    }

    private async Task<Found> FindWhenDueAsync(FetchRequest asked, AttachedRecords attached, CancellationToken stoppingToken)
    {
        var started = Stopwatch.GetTimestamp();
        var maxWait = TimeSpan.FromMilliseconds(asked.MaxWaitMs);
        maxWait = maxWait < MaxWait ? maxWait : MaxWait;
        using var waiter = new AppendWaiter();
        var logs = LogsOf(asked);
        foreach (var log in logs)
            log.Subscribe(waiter);
        try
        {
            while (true)
            {
                // Looked for again first: what was appended before the subscription gave no signal. Only counted: an answer is made once.
                var left = maxWait - Stopwatch.GetElapsedTime(started);
                if (left <= TimeSpan.Zero || IsEnough(asked))
                    return Find(asked, attached);
                await waiter.WaitAsync(left, stoppingToken);
            }
        }
        finally
        {
            foreach (var log in logs)
                log.Unsubscribe(waiter);
        }
    }

    private List<PartitionLog> LogsOf(FetchRequest asked)
    {
        var logs = new List<PartitionLog>();
        foreach (var askedTopic in asked.Topics)
        {
            if (topics.Find(askedTopic.Name) is { } topic)
                logs.AddRange(askedTopic.Partitions.Select(partition => topic.Partition(partition.Index)).OfType<PartitionLog>());
        }

        return logs;
    }

    /// <summary>Whether <see cref="Found.IsEnough"/> would say so.</summary>
    private bool IsEnough(FetchRequest asked)
    {
        var bytes = 0;
        foreach (var askedTopic in asked.Topics)
        {
            var topic = topics.Find(askedTopic.Name);
            foreach (var partition in askedTopic.Partitions)
            {
                var (error, slice) = Find(topic?.Partition(partition.Index), partition, LimitOf(asked, partition, bytes), atLeastOne: bytes == 0);
                bytes += slice.Length;
                if (error != ErrorCode.None || bytes >= asked.MinBytes)
                    return true;
            }
        }

        return false;
    }

    private static int LimitOf(FetchRequest asked, FetchRequest.Partition partition, int found) =>
        Math.Clamp(Math.Min(asked.MaxBytes, MaxAnswerBytes) - found, 0, Math.Max(partition.MaxBytes, 0));

    private Found Find(FetchRequest asked, AttachedRecords attached)
    {
        var (response, bytes, hasError) = (new FetchResponse(), 0, false);
        response.Topics.Capacity = asked.Topics.Count;
        foreach (var askedTopic in asked.Topics)
        {
            var topic = topics.Find(askedTopic.Name);
            var foundTopic = new FetchResponse.Topic { Name = askedTopic.Name };
            foundTopic.Partitions.Capacity = askedTopic.Partitions.Count;
            foreach (var partition in askedTopic.Partitions)
            {
                var log = topic?.Partition(partition.Index);
                var (error, slice) = Find(log, partition, LimitOf(asked, partition, bytes), atLeastOne: bytes == 0);
                foundTopic.Partitions.Add(Describe(partition.Index, log, error, slice, attached));
                bytes += slice.Length;
                hasError |= error != ErrorCode.None;
            }

            response.Topics.Add(foundTopic);
        }

        return new Found(response, bytes, hasError);
    }

    private static (ErrorCode Error, LogSlice Slice) Find(PartitionLog? log, FetchRequest.Partition asked, int maxBytes, bool atLeastOne)
    {
        if (log is null)
            return (ErrorCode.UnknownTopicOrPartition, LogSlice.Empty);
        if (asked.CurrentLeaderEpoch > BrokerIdentity.LeaderEpoch)
            return (ErrorCode.UnknownLeaderEpoch, LogSlice.Empty);
        return log.Find(asked.Offset, maxBytes, atLeastOne) is { } slice
            ? (ErrorCode.None, slice)
            : (ErrorCode.OffsetOutOfRange, LogSlice.Empty);
    }

    private static FetchResponse.Partition Describe(
        int index, PartitionLog? log, ErrorCode error, LogSlice slice, AttachedRecords attached)
    {
        var end = log?.EndOffset ?? -1;
        return new FetchResponse.Partition
        {
            Index = index,
            Error = error,
            HighWatermark = end,
            LastStableOffset = end,
            LogStartOffset = log?.StartOffset ?? -1,
            Records = Memory<byte>.Empty,
            RecordSource = slice.Length == 0 ? null : new SliceSource(slice, attached),
        };
    }
}
