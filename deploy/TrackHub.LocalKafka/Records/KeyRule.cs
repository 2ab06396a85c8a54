using TrackHub.LocalKafka.Storage;
using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Records;

/// <summary>What a topic with cleanup.policy=compact takes: records with keys, in batches that can be looked into.</summary>
internal static class KeyRule
{
    /// <summary>
    /// None, or why the batch is refused: InvalidRecord for a record without key (as Kafka does) or a batch that is not what its head says;
    /// MessageTooLarge beyond <see cref="RecordCodecs.MaxDecompressedBytes"/>; UnsupportedCompressionType without its codec's library.
    /// </summary>
    public static ErrorCode Check(ReadOnlyMemory<byte> batch, in BatchHeader header, RecordCodecs codecs)
    {
        using var reader = new BatchReader(codecs);
        switch (reader.Read(batch, header, out var records))
        {
            case BatchFault.CodecMissing:
                return ErrorCode.UnsupportedCompressionType;
            case BatchFault.TooLarge:
                return ErrorCode.MessageTooLarge;
            case BatchFault.Malformed:
                return ErrorCode.InvalidRecord;
        }

        foreach (var record in records)
        {
            if (!record.HasKey)
                return ErrorCode.InvalidRecord;
        }

        return ErrorCode.None;
    }
}
