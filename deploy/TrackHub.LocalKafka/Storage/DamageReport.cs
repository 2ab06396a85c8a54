using Microsoft.Extensions.Logging;

namespace TrackHub.LocalKafka.Storage;

/// <summary>Tells of bytes of one partition that are not what was written: in the log and to a counter.</summary>
/// <param name="directory">The partition's folder, <c>{topic}~{id}/{partition}</c>.</param>
/// <param name="count">Takes topic, partition and bytes, for a metric; null counts nowhere.</param>
internal sealed partial class DamageReport(string directory, Action<string, string, long>? count, ILogger logger)
{
    private bool _isRefused;

    /// <summary>A torn tail was cut; nobody had an answer to what it was part of.</summary>
    public void TailCut(string path, long position, long bytes) => Log.TailCut(logger, path, position, bytes);

    /// <summary>Bytes inside the log are damaged; what follows is served.</summary>
    public void Skipped(string path, long position, long bytes)
    {
        Log.Skipped(logger, path, position, bytes);
        Count(bytes);
    }

    /// <summary>The file is shorter than it was when it was closed.</summary>
    public void Missing(string path, long position, long bytes)
    {
        Log.Missing(logger, path, position, bytes);
        Count(bytes);
    }

    /// <summary>A file beside the segments is missing or damaged, so the segments are read instead.</summary>
    public void Rebuilding(string path) => Log.Rebuilding(logger, path);

    /// <summary>The disk refuses appends; told once, until it takes one again.</summary>
    public void AppendRefused(Exception fault)
    {
        if (!_isRefused)
            Log.AppendRefused(logger, fault, directory);
        _isRefused = true;
    }

    /// <summary>The disk took an append; told if it refused the one before.</summary>
    public void AppendTaken()
    {
        if (_isRefused)
            Log.AppendTaken(logger, directory);
        _isRefused = false;
    }

    /// <summary>A flush failed, so nothing more is taken.</summary>
    public void FlushFailed(Exception fault) => Log.FlushFailed(logger, fault, directory);

    private void Count(long bytes)
    {
        var topic = Path.GetFileName(Path.GetDirectoryName(directory)) ?? "";
        count?.Invoke(topic[..Math.Max(topic.LastIndexOf('~'), 0)], Path.GetFileName(directory), bytes);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Segment {Path}: cut a torn tail of {Bytes} bytes at position {Position}")]
        public static partial void TailCut(ILogger logger, string path, long position, long bytes);

        [LoggerMessage(2, LogLevel.Error, "Segment {Path}: {Bytes} bytes at position {Position} are damaged; they are kept, skipped, and the rest is served")]
        public static partial void Skipped(ILogger logger, string path, long position, long bytes);

        [LoggerMessage(3, LogLevel.Error, "Segment {Path}: {Bytes} bytes from position {Position} on are missing; the rest is served")]
        public static partial void Missing(ILogger logger, string path, long position, long bytes);

        [LoggerMessage(8, LogLevel.Warning, "{Path} is missing or damaged and is rebuilt from the log")]
        public static partial void Rebuilding(ILogger logger, string path);

        [LoggerMessage(13, LogLevel.Error, "Partition {Directory}: the disk refuses appends; they are answered KAFKA_STORAGE_ERROR until it takes them")]
        public static partial void AppendRefused(ILogger logger, Exception fault, string directory);

        [LoggerMessage(14, LogLevel.Information, "Partition {Directory}: the disk takes appends again")]
        public static partial void AppendTaken(ILogger logger, string directory);

        [LoggerMessage(9, LogLevel.Critical, "Partition {Directory}: fsync failed; writes are refused until the broker is restarted")]
        public static partial void FlushFailed(ILogger logger, Exception fault, string directory);
    }
}
