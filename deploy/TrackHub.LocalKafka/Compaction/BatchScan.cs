using System.Buffers;
using TrackHub.LocalKafka.Storage;

namespace TrackHub.LocalKafka.Compaction;

/// <summary>Reads the whole batches of a log from one offset to another, in pieces. Damaged bytes are skipped, as for any reader.</summary>
/// <remarks>Not thread-safe.</remarks>
/// <param name="from">An offset of the log.</param>
/// <param name="to">Batches from this offset on are not read.</param>
internal sealed class BatchScan(PartitionLog log, long from, long to) : IDisposable
{
    private const int PieceBytes = 1024 * 1024;

    private byte[] _piece = [];
    private int _pieceLength;
    private int _position;
    private long _next = from;

    /// <summary>Head of the current batch.</summary>
    public BatchHeader Header { get; private set; }

    /// <summary>The current batch, valid until the next <see cref="MoveNext"/>.</summary>
    public ReadOnlyMemory<byte> Batch => _piece.AsMemory(_position, Header.SizeInBytes);

    /// <summary>Goes to the next batch; false behind the last.</summary>
    /// <exception cref="IOException">The log was closed, or deleted from the front past this place.</exception>
    public bool MoveNext()
    {
        _position += Header.SizeInBytes;
        Header = default;
        while (true)
        {
            if (_position >= _pieceLength && !ReadPiece())
                return false;
            if (!BatchHeader.TryRead(_piece.AsSpan(_position, _pieceLength - _position), out var header))
                throw new IOException($"The log has no batch where offset {_next} should be.");
            if (header.BaseOffset >= to)
                return false;

            _next = header.LastOffset + 1;
            Header = header;
            return true;
        }
    }

    public void Dispose()
    {
        if (_piece.Length > 0)
            ArrayPool<byte>.Shared.Return(_piece);
        _piece = [];
    }

    private bool ReadPiece()
    {
        if (log.Find(_next, PieceBytes, atLeastOne: true) is not { } slice)
            throw new IOException($"Offset {_next} is not in the log any more.");
        if (slice.Segment is null)
            return false;

        if (_piece.Length < slice.Length)
        {
            Dispose();
            _piece = ArrayPool<byte>.Shared.Rent(slice.Length);
        }

        _position = 0;
        _pieceLength = slice.ReadWholeBatches(_piece);
        if (_pieceLength == 0)
            throw new IOException($"The segment with offset {_next} was closed.");
        return true;
    }
}
