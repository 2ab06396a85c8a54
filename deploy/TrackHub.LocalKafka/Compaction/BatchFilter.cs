using TrackHub.LocalKafka.Records;
using TrackHub.LocalKafka.Storage;

namespace TrackHub.LocalKafka.Compaction;

/// <summary>Decides, batch by batch from the start of a log on, which records stay, and writes anew the batches that lose some.</summary>
/// <remarks>
/// A record goes if a later one has its key, if it has no key, or if it is a tombstone past its batch's delete horizon. The horizon is set
/// when a tombstone is first seen here, so that readers have had delete.retention.ms from then on to see it (KIP-534).
/// What stays keeps offset, time, headers, codec and producer sequence. Batches that nobody can look into stay as they are, and since one
/// of them may hold an older value, so do all tombstones behind it. Not thread-safe.
/// </remarks>
/// <param name="codecs">What opens and closes batches.</param>
/// <param name="latest">The last offset of each key below <paramref name="end"/>.</param>
/// <param name="end">Records from this offset on stay.</param>
/// <param name="nowMs">Now, in Unix milliseconds.</param>
/// <param name="deleteRetentionMs">How long tombstones stay.</param>
/// <param name="isNeededEmpty">Whether a batch without records must stay: it ends the log, or a producer's sequence goes on from it.</param>
internal sealed class BatchFilter(
    RecordCodecs codecs, KeyOffsets latest, long end, long nowMs, long deleteRetentionMs, Func<BatchHeader, bool> isNeededEmpty) : IDisposable
{
    private readonly BatchReader _reader = new(codecs);
    private readonly BatchWriter _writer = new(codecs);
    private bool _isBehindOpaque;

    /// <summary>The earliest delete horizon of a tombstone that stayed, in Unix milliseconds; <see cref="long.MaxValue"/> without one.</summary>
    public long NextHorizonMs { get; private set; } = long.MaxValue;

    /// <summary>Batches that stay as they are because nobody can look into them.</summary>
    public int OpaqueBatches { get; private set; }

    /// <summary>Has tombstones behind this place stay: what lies here is unknown.</summary>
    public void NoteOpaque() => _isBehindOpaque = true;

    /// <summary>What stays of a batch: itself, a new one, or nothing. Valid until the next call.</summary>
    public ReadOnlyMemory<byte> Filter(ReadOnlyMemory<byte> batch, in BatchHeader header)
    {
        if (header.BaseOffset >= end || header.IsControl)
            return batch;

        if (_reader.Read(batch, header, out var records) != BatchFault.None)
        {
            OpaqueBatches++;
            NoteOpaque();
            return batch;
        }

        var (staying, tombstones, maxTimestamp) = Count(records, header);
        if (tombstones > 0 && !_isBehindOpaque)
            NextHorizonMs = Math.Min(NextHorizonMs, header.DeleteHorizonMs ?? NewHorizonMs);
        var isHorizonNew = tombstones > 0 && header.DeleteHorizonMs is null;
        if (staying == header.RecordCount && !isHorizonNew)
            return staying > 0 || isNeededEmpty(header) ? batch : default;
        if (staying == 0 && !isNeededEmpty(header))
            return default;

        var head = isHorizonNew ? header.WithDeleteHorizon(NewHorizonMs) : header;
        return Rebuild(records, header, header.IsLogAppendTime || staying == 0 ? head : head with { MaxTimestamp = maxTimestamp });
    }

    public void Dispose()
    {
        _reader.Dispose();
        _writer.Dispose();
    }

    private long NewHorizonMs => nowMs > long.MaxValue - deleteRetentionMs ? long.MaxValue : nowMs + deleteRetentionMs;

    private (int Staying, int Tombstones, long MaxTimestamp) Count(RecordSequence records, in BatchHeader header)
    {
        var (staying, tombstones, maxTimestamp) = (0, 0, long.MinValue);
        foreach (var record in records)
        {
            if (!Stays(record, header))
                continue;

            staying++;
            tombstones += record.HasValue ? 0 : 1;
            maxTimestamp = Math.Max(maxTimestamp, header.TimestampOf(record.TimestampDelta));
        }

        return (staying, tombstones, maxTimestamp);
    }

    private ReadOnlyMemory<byte> Rebuild(RecordSequence records, in BatchHeader header, in BatchHeader head)
    {
        _writer.Clear();
        var shift = unchecked(header.BaseTimestamp - head.BaseTimestamp);
        foreach (var record in records)
        {
            if (Stays(record, header))
                _writer.Add(record, unchecked(record.TimestampDelta + shift));
        }

        return _writer.Build(head);
    }

    private bool Stays(in Record record, in BatchHeader header)
    {
        var offset = header.BaseOffset + record.OffsetDelta;
        if (offset >= end)
            return true;
        return record.HasKey
            && !latest.HasLater(record.Key, offset)
            && (record.HasValue || _isBehindOpaque || header.DeleteHorizonMs is not { } horizon || nowMs < horizon);
    }
}
