using TrackHub.LocalKafka.Hosting;
using TrackHub.LocalKafka.Records;
using TrackHub.LocalKafka.Storage;
using TrackHub.LocalKafka.Wire;
using TrackHub.LocalKafka.Wire.Messages;

namespace TrackHub.LocalKafka.Api;

/// <summary>Produce, key 0: appends one record batch per partition.</summary>
/// <remarks>
/// Record batches of magic 2 only, so versions 0 to 2 (which librdkafka looks for before it compresses) are answered
/// UNSUPPORTED_FOR_MESSAGE_FORMAT. Left out: transactions. acks=1 and all are the same on one node: answered after
/// write(2), and after fsync(2) where topic or broker ask for it.
/// </remarks>
internal sealed class Produce(TopicStore topics, BrokerMetrics metrics) : KafkaApi<ProduceRequest, ProduceResponse>
{
    private const short ZstdFrom = 7;
    private const int Zstd = 4;

    protected override ValueTask<ProduceResponse> AnswerAsync(
        ProduceRequest asked, KafkaRequest request, CancellationToken stoppingToken)
    {
        request.IsUnanswered = asked.Acks == 0;
        List<(ProduceResponse.Partition Appended, Task<ErrorCode> Durable)>? waits = null;
        var response = new ProduceResponse();
        response.Topics.Capacity = asked.Topics.Count;
        foreach (var askedTopic in asked.Topics)
        {
            var topic = topics.Find(askedTopic.Name);
            var answered = new ProduceResponse.Topic { Name = askedTopic.Name };
            answered.Partitions.Capacity = askedTopic.Partitions.Count;
            foreach (var partition in askedTopic.Partitions)
            {
                var log = topic?.Partition(partition.Index);
                var result = log is null || topic is null
                    ? AppendResult.Refused(ErrorCode.UnknownTopicOrPartition)
                    : Append(topic.Config, log, partition.Records, asked.Acks, request.Version);
                var appended = Describe(partition.Index, result, log);
                answered.Partitions.Add(appended);
                if (asked.Acks != 0 && result.Error == ErrorCode.None && !log!.IsDurable(result.BaseOffset))
                    (waits ??= []).Add((appended, log.DurableAsync(result.BaseOffset).AsTask()));
            }

            response.Topics.Add(answered);
        }

        return waits is null ? ValueTask.FromResult(response) : WaitAsync(waits, response);
    }

    /// <summary>Under flush.messages or fsync the answer waits, and is corrected where the disk refused.</summary>
    private static async ValueTask<ProduceResponse> WaitAsync(
        List<(ProduceResponse.Partition Appended, Task<ErrorCode> Durable)> waits, ProduceResponse response)
    {
        foreach (var (appended, durable) in waits)
        {
            if (await durable is not ErrorCode.None and var error)
                (appended.Error, appended.BaseOffset) = (error, -1);
        }

        return response;
    }

    private static ProduceResponse.Partition Describe(int index, AppendResult result, PartitionLog? log) => new()
    {
        Index = index,
        Error = result.Error,
        BaseOffset = result.BaseOffset,
        LogAppendUnixMs = result.LogAppendTime,
        LogStartOffset = log?.StartOffset ?? -1,
    };

    private AppendResult Append(TopicConfig config, PartitionLog log, Memory<byte>? records, short acks, short version)
    {
        if (acks is < -1 or > 1)
            return AppendResult.Refused(ErrorCode.InvalidRequiredAcks);
        if (acks == -1 && config.MinInSyncReplicas > 1)
            return AppendResult.Refused(ErrorCode.NotEnoughReplicas);

        var batch = (records ?? default).Span;
        var error = Check(batch, config, version, out var header);
        if (error == ErrorCode.None && config.IsCompacted)
            error = KeyRule.Check(records ?? default, header, topics.Codecs);
        if (error != ErrorCode.None)
            return AppendResult.Refused(error);

        var result = log.Append(batch, header);
        if (result.Error == ErrorCode.None)
            metrics.Appended(batch.Length, header.RecordCount);
        return result;
    }

    private static ErrorCode Check(ReadOnlySpan<byte> batch, TopicConfig config, short version, out BatchHeader header)
    {
        header = default;
        if (version < 3 || (batch.Length > BatchHeader.Size && batch[16] < 2))
            return ErrorCode.UnsupportedForMessageFormat;
        if (!BatchHeader.TryRead(batch, out header) || header.Magic != 2 || header.SizeInBytes > batch.Length)
            return ErrorCode.CorruptMessage;
        if (header.SizeInBytes < batch.Length)
            return ErrorCode.InvalidRecord;   // more than the one batch that magic 2 allows
        if (batch.Length > config.MaxBatchBytes)
            return ErrorCode.MessageTooLarge;
        if (!header.CrcMatches(batch))
            return ErrorCode.CorruptMessage;
        if (header.IsControl || header.RecordCount != header.LastOffsetDelta + 1)
            return ErrorCode.InvalidRecord;
        if (header.IsTransactional)
            return ErrorCode.TransactionalIdAuthorizationFailed;   // as FindCoordinator says
        if (header.IsLogAppendTime)
            return ErrorCode.InvalidTimestamp;   // only the broker sets it
        return header.Compression > Zstd || (header.Compression == Zstd && version < ZstdFrom)
            ? ErrorCode.UnsupportedCompressionType
            : ErrorCode.None;
    }
}
