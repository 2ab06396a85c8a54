using System.Buffers;
using System.Globalization;
using Microsoft.Extensions.Logging;

namespace TrackHub.Ingest.Spooling;

/// <summary>The folder of the spool: one process has it, and its files are numbered in the order they were begun.</summary>
/// <param name="directory">Its path; empty for none.</param>
/// <param name="clock">Stamps the trial record.</param>
/// <param name="logger">Told of damaged files.</param>
internal sealed partial class SpoolFolder(string directory, TimeProvider clock, ILogger logger) : IDisposable
{
    private const string Pattern = "*.spool";
    private const string Kept = ".damaged";

    private FileStream? _lock;
    private long _number;

    /// <summary>Whether there is one.</summary>
    public bool IsGiven => directory.Length > 0;

    private string TrialPath => Path.Combine(directory, "trial");

    /// <summary>Takes possession of it and tries the disk.</summary>
    /// <exception cref="IOException">It cannot be used, or another process uses it.</exception>
    public void Take()
    {
        var folder = Directory.CreateDirectory(directory);
        if (!OperatingSystem.IsWindows())
            folder.UnixFileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        try
        {
            _lock = new(Path.Combine(directory, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException fault)
        {
            throw new IOException($"The spool in {directory} is another process's. Remedy: give each ingress its own Ingest:SpoolDirectory.", fault);
        }

        Try();
    }

    /// <summary>Has the disk make some bytes durable in a file that is deleted again.</summary>
    /// <exception cref="IOException">It does not take them.</exception>
    public void Try(int bytes)
    {
        try
        {
            using var file = File.OpenHandle(TrialPath, FileMode.Create, FileAccess.Write);
            RandomAccess.Write(file, new byte[bytes], 0);
            RandomAccess.FlushToDisk(file);
        }
        finally
        {
            File.Delete(TrialPath);
        }
    }

    /// <summary>What a former life left, in order; a file that holds nothing readable is kept under another name.</summary>
    public IEnumerable<(SpoolSegment Segment, IReadOnlyList<SpoolEntry> Entries)> Recover()
    {
        foreach (var path in Directory.EnumerateFiles(directory, Pattern).Order(StringComparer.Ordinal))
        {
            _number = Math.Max(_number, long.Parse(Path.GetFileNameWithoutExtension(path), CultureInfo.InvariantCulture));
            var segment = SpoolSegment.Recover(path, out var entries);
            if (segment is not { IsDamaged: false })
                Damaged(logger, path);
            if (segment is not null)
                yield return (segment, entries);
            else
                File.Move(path, path + Kept, overwrite: true);   // it died while it made the file, before anything was in it
        }
    }

    /// <summary>Begins the next file.</summary>
    /// <exception cref="IOException">The disk does not take it.</exception>
    public SpoolSegment NewSegment() =>
        SpoolSegment.Create(Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"{++_number:D16}.spool")), SpoolSegment.Written);

    /// <summary>Deletes a file all of which is in the log; a damaged one is kept under another name.</summary>
    public static void Discard(SpoolSegment segment)
    {
        segment.Dispose();
        if (segment.IsDamaged)
            File.Move(segment.Path, segment.Path + Kept, overwrite: true);
        else
            File.Delete(segment.Path);
    }

    /// <inheritdoc/>
    public void Dispose() => _lock?.Dispose();

    // The disk is tried before it is needed; and the first webhook of an absence, which has waited already, does not find code that has never run.
    private void Try()
    {
        File.Delete(TrialPath);
        try
        {
            using var segment = SpoolSegment.Create(TrialPath, SpoolSegment.Written);
            var frames = new ArrayBufferWriter<byte>();
            SpoolFrames.Write(frames, new SpoolEntry("", clock.GetUtcNow(), new() { KeyId = "", Box = [0] }).ToBytes());
            segment.Append(frames.WrittenSpan);
            segment.ReadOn();
        }
        finally
        {
            File.Delete(TrialPath);
        }
    }

    [LoggerMessage(2122, LogLevel.Error, "{Path} ends in bytes that were never acknowledged, or its disk is damaged: what is whole is drained, the file then kept as .damaged")]
    private static partial void Damaged(ILogger logger, string path);
}
