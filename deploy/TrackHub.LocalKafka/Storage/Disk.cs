using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace TrackHub.LocalKafka.Storage;

/// <summary>Every write the log makes. Tests put a disk in its place that is full, or fails to flush.</summary>
internal class Disk
{
    /// <summary>The machine's own.</summary>
    public static readonly Disk Real = new();

    private const int ReadOnly = 0;

    protected Disk()
    {
    }

    /// <summary>Opens or creates a file for reading and writing.</summary>
    /// <exception cref="IOException">No room, no descriptors, or no such folder.</exception>
    public virtual SafeFileHandle Open(string path) =>
        File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);

    /// <summary>Writes all bytes; they are in the page cache when this returns.</summary>
    /// <exception cref="IOException">The disk refused; a part may have been written.</exception>
    public virtual void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, long position) => RandomAccess.Write(file, bytes, position);

    /// <summary>Cuts the file.</summary>
    /// <exception cref="IOException">The disk refused.</exception>
    public virtual void SetLength(SafeFileHandle file, long length) => RandomAccess.SetLength(file, length);

    /// <summary>fsync(2): what was written to the file outlives the machine when this returns.</summary>
    /// <exception cref="IOException">It may not be on the disk, and asking again would not tell: the kernel reports a failure once.</exception>
    public virtual void Flush(SafeFileHandle file) => RandomAccess.FlushToDisk(file);

    /// <summary>fsync(2) of a folder: the names created, renamed and deleted in it outlive the machine when this returns.</summary>
    /// <exception cref="IOException">They may not.</exception>
    public virtual void FlushDirectory(string path)
    {
        // .NET opens no folders, so the C library does.
        var descriptor = OpenDirectory(path, ReadOnly);
        if (descriptor < 0)
            throw new IOException($"{path} could not be opened to flush it: error {Marshal.GetLastPInvokeError()}.");

        using var directory = new SafeFileHandle(descriptor, ownsHandle: true);
        RandomAccess.FlushToDisk(directory);
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int OpenDirectory([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);
}
