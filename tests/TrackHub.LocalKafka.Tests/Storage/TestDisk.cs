using Microsoft.Win32.SafeHandles;
using TrackHub.LocalKafka.Storage;

namespace TrackHub.LocalKafka.Tests.Storage;

/// <summary>The machine's disk, which a test can fill, break and slow down.</summary>
internal sealed class TestDisk : Disk
{
    private int _flushes;
    private Action? _beforeNextWrite;

    /// <summary>Bytes that writes still take; the one that passes it writes a part and fails.</summary>
    public long Room { get; set; } = long.MaxValue;

    /// <summary>No file can be cut.</summary>
    public bool RefusesToCut { get; set; }

    /// <summary>fsync(2) fails.</summary>
    public bool RefusesToFlush { get; set; }

    /// <summary>fsync(2) waits until this is set.</summary>
    public ManualResetEventSlim MayFlush { get; } = new(initialState: true);

    /// <summary>Calls of fsync(2) for files.</summary>
    public int Flushes => Volatile.Read(ref _flushes);

    /// <summary>Has the next write, and no other, run <paramref name="action"/> first.</summary>
    public void BeforeNextWrite(Action action) => Volatile.Write(ref _beforeNextWrite, action);

    public override void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, long position)
    {
        Interlocked.Exchange(ref _beforeNextWrite, null)?.Invoke();
        var taken = (int)Math.Min(Room, bytes.Length);
        base.Write(file, bytes[..taken], position);
        Room -= taken;
        if (taken < bytes.Length)
            throw new IOException("No space left on device.");
    }

    public override void SetLength(SafeFileHandle file, long length)
    {
        if (RefusesToCut)
            throw new IOException("Input/output error.");
        base.SetLength(file, length);
    }

    public override void Flush(SafeFileHandle file)
    {
        Interlocked.Increment(ref _flushes);
        if (!MayFlush.Wait(TimeSpan.FromSeconds(10)))
            throw new IOException("The test did not let the flush go on.");
        if (RefusesToFlush)
            throw new IOException("Input/output error.");
    }

    public override void FlushDirectory(string path)
    {
        if (RefusesToFlush)
            throw new IOException("Input/output error.");
    }
}
