using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace TrackHub.LocalKafka.Network;

/// <summary>sendfile(2): bytes of a file go from the page cache to a socket without a copy in this process.</summary>
internal static class SendFile
{
    /// <summary>Sends up to <paramref name="count"/> bytes from <paramref name="position"/>, as many as a non-blocking socket takes now.</summary>
    /// <returns>
    /// Bytes sent; 0 when it could send none, for whatever reason: the caller copies some bytes instead, which waits where the socket is
    /// full and throws what a copy throws where file or socket are gone.
    /// </returns>
    public static int TrySend(SafeHandle socket, SafeFileHandle file, long position, int count) =>
        (int)Math.Max(0, Send(socket, file, ref position, count));

    [DllImport("libc", EntryPoint = "sendfile", SetLastError = false)]
    private static extern nint Send(SafeHandle socket, SafeHandle file, ref long position, nint count);
}
