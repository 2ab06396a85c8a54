using TrackHub.LocalKafka.Hosting;
using TrackHub.LocalKafka.Records;
using TrackHub.LocalKafka.Storage;
using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Api;

/// <summary>Produce, key 0: appends one record batch per partition.</summary>
/// <remarks>
/// Versions 0 to 11; record batches of magic 2 only, so 0 to 2 (which librdkafka looks for before it compresses) are answered
/// UNSUPPORTED_FOR_MESSAGE_FORMAT. Left out: transactions. acks=1 and all are the same on one node: answered after
/// write(2), and after fsync(2) where topic or broker ask for it.
/// </remarks>
internal sealed class Produce(TopicStore topics, BrokerMetrics metrics) : IKafkaApi
{
    private const short ZstdFrom = 7;
    private static readonly byte[] NoOffset = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];

    private const int Zstd = 4;

    private readonly record struct PartitionBatch(int Partition, Memory<byte>? Records);

    private readonly record struct TopicBatches(string Name, List<PartitionBatch> Partitions);

    public ApiRange Range => new(ApiKey.Produce, 0, 11, 9);

    public ValueTask AnswerAsync(KafkaRequest request, WireWriter response, CancellationToken stoppingToken)
    {
        var reader = request.Reader;
        var version = request.Version;
        if (version >= 3)
            reader.NullableString();   // transactional id: its batches are refused by their attributes
        var acks = reader.Int16();
        reader.Int32();   // time-out for replicas
        var batches = reader.Array(static reader =>
        {
            var name = reader.String();
            var partitions = reader.Array(static reader =>
            {
                var partition = new PartitionBatch(reader.Int32(), reader.NullableBytes());
                reader.Tags();
                return partition;
            });
            reader.Tags();
            return new TopicBatches(name, partitions);
        });

        request.IsUnanswered = acks == 0;
        List<(int Position, Task<ErrorCode> Durable)>? waits = null;
        response.ArrayLength(batches.Count);
        foreach (var (name, partitions) in batches)
        {
            var topic = topics.Find(name);
            response.String(name);
            response.ArrayLength(partitions.Count);
            foreach (var (partition, records) in partitions)
            {
                var log = topic?.Partition(partition);
                var result = log is null || topic is null
                    ? AppendResult.Refused(ErrorCode.UnknownTopicOrPartition)
                    : Append(topic.Config, log, records, acks, version);
                if (acks != 0 && result.Error == ErrorCode.None && !log!.IsDurable(result.BaseOffset))
                    (waits ??= []).Add((response.Length, log.DurableAsync(result.BaseOffset).AsTask()));
                WriteResult(response, version, partition, result, log?.StartOffset ?? -1);
            }

            response.Tags();
        }

        if (version >= 1)
            response.Int32(0);   // throttle time
        response.Tags();
        return waits is null ? default : WaitAsync(waits, response);
    }

    /// <summary>Under flush.messages or fsync the answer waits; it is written as if all went well, and corrected where it did not.</summary>
    private static async ValueTask WaitAsync(List<(int Position, Task<ErrorCode> Durable)> waits, WireWriter response)
    {
        foreach (var (position, durable) in waits)
        {
            if (await durable is not ErrorCode.None and var error)
                response.PatchBytes(position + sizeof(int), [(byte)((short)error >> 8), (byte)error, .. NoOffset]);
        }
    }

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
            return ErrorCode.InvalidTxnState;
        if (header.IsLogAppendTime)
            return ErrorCode.InvalidTimestamp;   // only the broker sets it
        return header.Compression > Zstd || (header.Compression == Zstd && version < ZstdFrom)
            ? ErrorCode.UnsupportedCompressionType
            : ErrorCode.None;
    }

    private static void WriteResult(WireWriter response, short version, int partition, AppendResult result, long startOffset)
    {
        response.Int32(partition);
        response.Error(result.Error);
        response.Int64(result.BaseOffset);
        if (version >= 2)
            response.Int64(result.LogAppendTime);
        if (version >= 5)
            response.Int64(startOffset);
        if (version >= 8)
        {
            response.ArrayLength(0);   // no error concerns one record: a batch is taken or refused whole
            response.String(null);
        }

        response.Tags();
    }
}
