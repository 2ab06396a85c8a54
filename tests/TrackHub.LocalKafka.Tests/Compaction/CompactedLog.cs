using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Win32.SafeHandles;
using TrackHub.LocalKafka.Compaction;
using TrackHub.LocalKafka.Records;
using TrackHub.LocalKafka.Storage;

namespace TrackHub.LocalKafka.Tests.Compaction;

internal static class Compacting
{
    /// <summary>Compacts all that may be, whatever its dirty share is.</summary>
    public static async Task<CompactionResult> CompactAsync(
        this PartitionLog log, TopicConfig config, ManualClock clock, int maxKeys = 1000, RecordCodecs? codecs = null)
    {
        var cleaner = new LogCleaner(codecs ?? TestBatch.Codecs, maxKeys, long.MaxValue, clock);
        var progress = CompactionProgress.Read(log.Directory);
        var range = DirtyRange.Of(SegmentExtent.AllOf(log), progress.FirstDirty, config, clock.NowMs);
        return await cleaner.CompactAsync(log, config, range, clock.NowMs, CancellationToken.None);
    }
}

/// <summary>A log of a compacted topic in a folder of its own, under a clock that tests move.</summary>
internal sealed class CompactedLog : IDisposable
{
    private readonly MortalDisk _disk = new();
    private readonly StorageSettings _settings;
    private readonly TopicConfig _config;

    public CompactedLog(params (string Name, string Value)[] settings)
    {
        _config = new TopicConfig(settings
            .Append(("cleanup.policy", "compact"))
            .DistinctBy(static setting => setting.Item1)
            .ToDictionary(static setting => setting.Item1, static setting => setting.Item2));
        _settings = new StorageSettings { Disk = _disk };
        Log = Open();
    }

    public ManualClock Clock { get; } = new();

    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("compacted-").FullName;

    public PartitionLog Log { get; private set; }

    /// <summary>Appends a batch of records made now.</summary>
    public long Append(params (string? Key, string? Value)[] records) => Append(0, records);

    public long Append(int codec, params (string? Key, string? Value)[] records) =>
        Log.Append(TestBatch.Encode([.. records.Select(record => new TestRecord(record.Key, record.Value, Clock.NowMs))], codec)).BaseOffset;

    /// <inheritdoc cref="Compacting.CompactAsync"/>
    public Task<CompactionResult> CompactAsync(int maxKeys = 1000, RecordCodecs? codecs = null) =>
        Log.CompactAsync(_config, Clock, maxKeys, codecs);

    /// <summary>Closes the written segment, so that all so far may be compacted.</summary>
    public void Roll() => Log.Roll();

    /// <summary>Records as "offset key=value".</summary>
    public List<string> Read(long from = 0) => Log.ReadRecords(Math.Max(from, Log.StartOffset))
        .ConvertAll(static read => $"{read.Offset} {read.Record.Key}={read.Record.Value ?? "null"}");

    public void Restart()
    {
        Log.Dispose();
        Log = Open();
    }

    /// <summary>The disk takes so many more calls.</summary>
    public void FailAfter(int calls) => _disk.Left = calls;

    /// <summary>Opens the files as a new process finds them after kill -9, the disk whole again.</summary>
    public void RestartAfterKill()
    {
        _disk.Left = 0;
        Log.Abandon();
        _disk.Left = int.MaxValue;
        Log = Open();
    }

    public void Dispose()
    {
        Log.Dispose();
        _settings.Dispose();
        System.IO.Directory.Delete(Directory, recursive: true);
    }

    private PartitionLog Open() => new(Directory, () => _config, Clock, NullLogger.Instance, _settings);

    /// <summary>
    /// Refuses everything from some write on. It forces nothing to the disk: properties replace thousands of segments, and no test here cuts
    /// the power.
    /// </summary>
    private sealed class MortalDisk : Disk
    {
        public int Left { get; set; } = int.MaxValue;

        public override SafeFileHandle Open(string path)
        {
            Live();
            return base.Open(path);
        }

        public override void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, long position)
        {
            Live();
            base.Write(file, bytes, position);
        }

        public override void SetLength(SafeFileHandle file, long length)
        {
            Live();
            base.SetLength(file, length);
        }

        public override void Flush(SafeFileHandle file) => Live();

        public override void FlushDirectory(string path) => Live();

        private void Live()
        {
            if (Left-- <= 0)
                throw new IOException("The disk is gone.");
        }
    }
}
