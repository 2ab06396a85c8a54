using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Storage;

// What closes, deletes and replaces segments, apart from appends.
internal sealed partial class PartitionLog
{
    /// <summary>Deletes whole segments that are past retention.ms or retention.bytes. Returns how many.</summary>
    /// <param name="nowMs">Unix milliseconds that ages count to; the clock's if null.</param>
    /// <exception cref="IOException">The disk refused to close the written segment, or to delete one.</exception>
    public int ApplyRetention(long? nowMs = null)
    {
        var config = _config();
        if (!config.IsDeleted)
            return 0;

        lock (_maintaining)
            return DeleteOldest(() => Retention.CountExpired(_segments.All, config, nowMs ?? NowMs));
    }

    /// <summary>Makes <paramref name="offset"/> the log's first: what lies before it is not read any more, whole segments of it are deleted.</summary>
    /// <returns>None, also if the log starts there or later; OFFSET_OUT_OF_RANGE behind its end; KAFKA_STORAGE_ERROR if the disk refused.</returns>
    public ErrorCode DeleteTo(long offset)
    {
        lock (_maintaining)
        {
            if (_closed)
                return ErrorCode.UnknownTopicOrPartition;
            if (offset < 0 || offset > EndOffset)
                return ErrorCode.OffsetOutOfRange;
            if (offset <= StartOffset)
                return ErrorCode.None;

            try
            {
                LogStart.Write(_settings.Disk, _directory, offset, _settings.IsForced);
                Volatile.Write(ref _startOffset, offset);
                DeleteOldest(() => _segments.CountBefore(offset, _endOffset));
                return ErrorCode.None;
            }
            catch (IOException)
            {
                return ErrorCode.KafkaStorageError;
            }
        }
    }

    /// <summary>
    /// Closes the written segment if it is older than its topic's settings allow. Kafka waits for the next append; without it a
    /// compacted topic is compacted to its end also when nobody writes to it.
    /// </summary>
    /// <exception cref="IOException">The disk refused; the segment goes on.</exception>
    public void RollIfOld()
    {
        lock (_appending)
        {
            if (!_closed && _segments.Last.Length > 0 && _segments.AgeMs(NowMs) > _config().RollMs)
                Roll(NowMs);
        }
    }

    /// <summary>Closes the written segment, unless it is empty.</summary>
    /// <exception cref="IOException">The disk refused; the segment goes on.</exception>
    public void Roll()
    {
        lock (_appending)
        {
            if (!_closed && _segments.Last.Length > 0)
                Roll(NowMs);
        }
    }

    /// <summary>Creates an empty segment that is to replace others, see <see cref="ReplaceSegments"/>. Append to it, in order of offset.</summary>
    /// <param name="baseOffset">That of the first segment to be replaced.</param>
    /// <exception cref="IOException">The disk refused, or the log has ended: its folder may be on its way out.</exception>
    public Segment CreateReplacement(long baseOffset)
    {
        lock (_maintaining)
        {
            return _closed
                ? throw new IOException($"The log in {_directory} has ended.")
                : Segment.CreateReplacement(_directory, baseOffset, _settings.Disk, _report);
        }
    }

    /// <summary>
    /// Puts one segment in the place of several at once, on disk and for readers; after a crash it is there or they are.
    /// </summary>
    /// <param name="replaced">Neighbours out of <see cref="Segments"/>, without the last.</param>
    /// <param name="replacement">From <see cref="CreateReplacement"/>. It may be empty. It belongs to the log from here on.</param>
    /// <returns>False if retention or the end of the log took one of them meanwhile: the replacement was deleted.</returns>
    /// <exception cref="IOException">The disk refused; the log is as it was and the replacement was deleted, or the next start completes it.</exception>
    public bool ReplaceSegments(IReadOnlyList<Segment> replaced, Segment replacement)
    {
        lock (_maintaining)
        {
            if (_closed || _segments.IndexOf(replaced) is not { } first)
            {
                replacement.Delete();
                return false;
            }

            var replacing = new SegmentReplacement(_directory, _settings.Disk, replaced, replacement);
            replacing.Commit(_segments.All[first + replaced.Count].BaseOffset);
            lock (_appending)
                _segments.Replace(first, replaced.Count, replacement);
            replacing.Finish();
            return true;
        }
    }

    /// <summary>Under the lock of maintenance; counted under that of appends, so that nothing is written meanwhile to what is deleted.</summary>
    private int DeleteOldest(Func<int> countOldest)
    {
        Segment[] deleted;
        lock (_appending)
        {
            var count = _closed ? 0 : countOldest();
            if (count == 0)
                return 0;

            // The written segment is closed first, so that there is always one, and it carries the end offset in its name.
            if (count == _segments.All.Count)
                Roll(NowMs);
            deleted = _segments.TakeOldest(count);
        }

        foreach (var segment in deleted)
            segment.Delete();
        return deleted.Length;
    }
}
