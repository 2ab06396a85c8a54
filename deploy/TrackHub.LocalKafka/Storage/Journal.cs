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
/// <remarks>An entry is in the page cache when <see cref="Append"/> returns. Not thread-safe: its owner holds a lock.</remarks>
internal sealed partial class Journal : IDisposable
{
    private const int HeadBytes = 8;
    private const int MaxEntryBytes = 64 * 1024 * 1024;

    private readonly string _path;
    private SafeFileHandle _file;
    private long _length;
    private long _rewriteAt = long.MaxValue;

    private Journal(string path)
    {
        _path = path;
        _file = Open(path);
    }

    /// <summary>A rewrite would free most of the file.</summary>
    public bool IsDueForRewrite => _length > _rewriteAt;

    /// <summary>Opens or creates the journal and replays its entries; a torn tail is cut.</summary>
    /// <exception cref="InvalidDataException">An entry is damaged and others follow: cutting would lose what was acknowledged.</exception>
    public static Journal Open(string path, Action<ReadOnlyMemory<byte>> replay, ILogger logger)
    {
        var journal = new Journal(path);
        try
        {
            journal.Replay(replay, logger);
        }
        catch
        {
            journal.Dispose();
            throw;
        }

        return journal;
    }

    /// <summary>Appends one entry.</summary>
    /// <exception cref="IOException">The disk refused; the journal is as it was before.</exception>
    public void Append(ReadOnlySpan<byte> payload)
    {
        var entry = ArrayPool<byte>.Shared.Rent(HeadBytes + payload.Length);
        try
        {
            BinaryPrimitives.WriteInt32BigEndian(entry, payload.Length);
            BinaryPrimitives.WriteUInt32BigEndian(entry.AsSpan(4), Crc32C.Compute(payload));
            payload.CopyTo(entry.AsSpan(HeadBytes));
            RandomAccess.Write(_file, entry.AsSpan(0, HeadBytes + payload.Length), _length);
            _length += HeadBytes + payload.Length;
        }
        catch (IOException)
        {
            RandomAccess.SetLength(_file, _length);
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(entry);
        }
    }

    /// <summary>Replaces the content by <paramref name="entries"/>: a new file is written, forced to disk and renamed over the old one.</summary>
    public void Rewrite(IEnumerable<byte[]> entries)
    {
        var path = _path + ".new";
        File.Delete(path);
        using (var fresh = new Journal(path))
        {
            foreach (var entry in entries)
                fresh.Append(entry);
            RandomAccess.FlushToDisk(fresh._file);
            _length = fresh._length;
        }

        File.Move(path, _path, overwrite: true);
        _file.Dispose();
        _file = Open(_path);
        SetRewritePoint();
    }

    public void Dispose() => _file.Dispose();

    private static SafeFileHandle Open(string path) =>
        File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete);

    private void SetRewritePoint() => _rewriteAt = Math.Max(4 * 1024 * 1024, _length * 4);

    private void Replay(Action<ReadOnlyMemory<byte>> replay, ILogger logger)
    {
        var fileLength = RandomAccess.GetLength(_file);
        var head = new byte[HeadBytes];
        while (fileLength - _length >= HeadBytes)
        {
            RandomAccess.Read(_file, head, _length);
            var size = BinaryPrimitives.ReadInt32BigEndian(head);
            if (size is <= 0 or > MaxEntryBytes || size > fileLength - _length - HeadBytes)
                break;

            var payload = new byte[size];
            RandomAccess.Read(_file, payload, _length + HeadBytes);
            var end = _length + HeadBytes + size;
            if (Crc32C.Compute(payload) != BinaryPrimitives.ReadUInt32BigEndian(head.AsSpan(4)))
            {
                if (end < fileLength)
                    throw new InvalidDataException($"{_path} is damaged at position {_length} and entries follow; restore it from a copy.");
                break;
            }

            replay(payload);
            _length = end;
        }

        if (fileLength > _length)
        {
            Log.TailCut(logger, _path, _length, fileLength - _length);
            RandomAccess.SetLength(_file, _length);
        }

        SetRewritePoint();
    }

    private static partial class Log
    {
        [LoggerMessage(4, LogLevel.Warning, "Journal {Path}: cut a torn tail of {Bytes} bytes at position {Position}")]
        public static partial void TailCut(ILogger logger, string path, long position, long bytes);
    }
}
