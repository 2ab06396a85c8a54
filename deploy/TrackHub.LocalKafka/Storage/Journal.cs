using System.Buffers;
using System.Buffers.Binary;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;
using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Storage;

/// <summary>
/// A small append-only file of entries (4 bytes length, 4 bytes CRC-32C, payload; big-endian) that is replayed on start and rewritten
/// when it has grown to several times its live content.
/// </summary>
/// <remarks>
/// An entry is in the page cache when <see cref="Append"/> returns, and as durable as the broker wants when <see cref="DurableAsync"/> has.
/// Not thread-safe but for the latter: its owner holds a lock.
/// </remarks>
internal sealed partial class Journal : IDisposable
{
    private const int HeadBytes = 8;
    private const int MaxEntryBytes = 64 * 1024 * 1024;
    private const int RewriteFromBytes = 4 * 1024 * 1024;

    private readonly string _path;
    private readonly StorageSettings _settings;
    private readonly ILogger _logger;
    private readonly GroupCommit _commit;
    private SafeFileHandle _file;
    private long _length;
    private long _rewriteAt = long.MaxValue;
    private bool _tailIsDirty;
    private bool _isRefused;

    private long _written;   // entries, of which the first so many are on the disk:
    private long _flushed;

    private Journal(string path, StorageSettings settings, ILogger logger)
    {
        _path = path;
        _settings = settings;
        _logger = logger;
        _file = settings.Disk.Open(path);
        _commit = new GroupCommit(settings.Flushes, Flush, fault => Log.FlushFailed(logger, fault, path));
    }

    /// <summary>A rewrite would free most of the file.</summary>
    public bool IsDueForRewrite => _length > _rewriteAt;

    /// <summary>Opens or creates the journal and replays its entries; a torn tail is cut.</summary>
    /// <exception cref="InvalidDataException">An entry is damaged and others follow: cutting would lose what was acknowledged.</exception>
    public static Journal Open(string path, Action<ReadOnlyMemory<byte>> replay, ILogger logger, StorageSettings? settings = null)
    {
        settings ??= StorageSettings.Default;
        var journal = new Journal(path, settings, logger);
        try
        {
            journal.Replay(replay);
            if (settings.IsForced)
            {
                settings.Disk.Flush(journal._file);
                settings.Disk.FlushDirectory(Path.GetDirectoryName(path)!);
            }
        }
        catch
        {
            journal.Dispose();
            throw;
        }

        return journal;
    }

    /// <summary>Appends one entry.</summary>
    /// <exception cref="IOException">The disk refused, now or in an earlier flush; the journal is as it was before.</exception>
    public void Append(ReadOnlySpan<byte> payload)
    {
        if (_commit.HasFailed)
            throw new IOException($"{_path} takes no more entries, because forcing it to the disk failed; restart the broker.");

        var entry = ArrayPool<byte>.Shared.Rent(HeadBytes + payload.Length);
        try
        {
            // A part of a refused entry, left behind a shorter one, would look like damage.
            if (_tailIsDirty)
                _settings.Disk.SetLength(_file, _length);
            BinaryPrimitives.WriteInt32BigEndian(entry, payload.Length);
            BinaryPrimitives.WriteUInt32BigEndian(entry.AsSpan(4), Crc32C.Compute(payload));
            payload.CopyTo(entry.AsSpan(HeadBytes));
            _tailIsDirty = true;
            _settings.Disk.Write(_file, entry.AsSpan(0, HeadBytes + payload.Length), _length);
            _tailIsDirty = false;
            _length += HeadBytes + payload.Length;
            Volatile.Write(ref _written, _written + 1);
            _isRefused = false;
        }
        catch (IOException fault) when (!_isRefused)
        {
            _isRefused = true;   // told once, until an entry is taken
            Log.AppendRefused(_logger, fault, _path);
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(entry);
        }
    }

    /// <summary>Completes when all entries so far are as durable as the broker wants: at once without fsync. Thread-safe.</summary>
    /// <returns>False if they may not be: nothing about them may be acknowledged.</returns>
    public ValueTask<bool> DurableAsync() =>
        !_settings.IsForced || Volatile.Read(ref _flushed) >= Volatile.Read(ref _written)
            ? new ValueTask<bool>(true)
            : new ValueTask<bool>(_commit.FlushAsync());

    /// <summary>
    /// Replaces the content by <paramref name="entries"/>: a new file is written, forced to disk and renamed over the old one. A disk that
    /// refuses leaves the journal as it is, and it grows on.
    /// </summary>
    public void Rewrite(IEnumerable<byte[]> entries)
    {
        var path = _path + ".new";
        try
        {
            File.Delete(path);
            using (var fresh = new Journal(path, _settings, _logger))
            {
                foreach (var entry in entries)
                    fresh.Append(entry);
                _settings.Disk.Flush(fresh._file);
                File.Move(path, _path, overwrite: true);
                _length = fresh._length;
            }
        }
        catch (IOException fault)
        {
            Log.RewriteFailed(_logger, fault, _path);
            _rewriteAt = _length * 2;
            return;
        }

        _file.Dispose();
        _file = _settings.Disk.Open(_path);
        _tailIsDirty = false;
        SetRewritePoint();
        _settings.Disk.FlushDirectory(Path.GetDirectoryName(_path)!);
    }

    public void Dispose() => _file.Dispose();

    private void SetRewritePoint() => _rewriteAt = Math.Max(RewriteFromBytes, _length * 4);

    private void Flush()
    {
        var written = Volatile.Read(ref _written);
        try
        {
            _settings.Disk.Flush(_file);
        }
        catch (ObjectDisposedException)
        {
            // A rewrite replaced it, and forced all entries to the disk.
        }

        Volatile.Write(ref _flushed, written);
    }

    private void Replay(Action<ReadOnlyMemory<byte>> replay)
    {
        var fileLength = RandomAccess.GetLength(_file);
        var head = new byte[HeadBytes];
        while (fileLength - _length >= HeadBytes)
        {
            RandomAccess.Read(_file, head, _length);
            var size = BinaryPrimitives.ReadInt32BigEndian(head);
            if (size is <= 0 or > MaxEntryBytes || size > fileLength - _length - HeadBytes)
            {
                if (HasEntryBehind(_length, fileLength))
                    throw Damaged();
                break;
            }

            var payload = new byte[size];
            RandomAccess.Read(_file, payload, _length + HeadBytes);
            var end = _length + HeadBytes + size;
            if (Crc32C.Compute(payload) != BinaryPrimitives.ReadUInt32BigEndian(head.AsSpan(4)))
            {
                if (end < fileLength || HasEntryBehind(_length, fileLength))
                    throw Damaged();
                break;
            }

            replay(payload);
            _length = end;
        }

        if (fileLength > _length)
        {
            Log.TailCut(_logger, _path, _length, fileLength - _length);
            RandomAccess.SetLength(_file, _length);
        }

        SetRewritePoint();
    }

    /// <summary>Whether a whole entry with a right checksum starts anywhere behind <paramref name="position"/>: then what is there is no torn tail.</summary>
    private bool HasEntryBehind(long position, long fileLength)
    {
        var rest = new byte[fileLength - position];
        var length = RandomAccess.Read(_file, rest, position);
        for (var start = 1; start <= length - HeadBytes; start++)
        {
            var size = BinaryPrimitives.ReadInt32BigEndian(rest.AsSpan(start));
            if (size > 0
                && size <= length - start - HeadBytes
                && Crc32C.Compute(rest.AsSpan(start + HeadBytes, size)) == BinaryPrimitives.ReadUInt32BigEndian(rest.AsSpan(start + 4)))
            {
                return true;
            }
        }

        return false;
    }

    private InvalidDataException Damaged() => new(
        $"{_path} is damaged at position {_length}, and entries follow: restore it from a copy. Without one, what was stored before the damage "
        + $"can be kept and what was stored after it given up: truncate --size {_length} {_path}");

    private static partial class Log
    {
        [LoggerMessage(4, LogLevel.Warning, "Journal {Path}: cut a torn tail of {Bytes} bytes at position {Position}")]
        public static partial void TailCut(ILogger logger, string path, long position, long bytes);

        [LoggerMessage(19, LogLevel.Error, "Journal {Path}: the disk refuses entries; what they would store is refused until it takes them")]
        public static partial void AppendRefused(ILogger logger, Exception fault, string path);

        [LoggerMessage(10, LogLevel.Critical, "Journal {Path}: fsync failed; changes are refused until the broker is restarted")]
        public static partial void FlushFailed(ILogger logger, Exception fault, string path);

        [LoggerMessage(11, LogLevel.Error, "Journal {Path} could not be rewritten; it grows on and is tried again")]
        public static partial void RewriteFailed(ILogger logger, Exception fault, string path);
    }
}
