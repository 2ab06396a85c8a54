using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace TrackHub.Load.Floors;

/// <summary>
/// The least a broker can do for an acknowledgement: accept, read a frame, write(2) its records behind the others of the partition, answer.
/// Nothing is checked, stamped, indexed or kept apart by topic; a thread a connection, blocking, no allocation. What a broker loses to it is its own.
/// </summary>
/// <remarks>Speaks as much as librdkafka's producer needs: ApiVersions 3, Metadata 1, Produce 3 to 7 (https://kafka.apache.org/protocol).</remarks>
internal sealed class AppendServer : IDisposable
{
    private const int MaxFrameBytes = 8 * 1024 * 1024;
    private const int ReadAheadBytes = 64 * 1024;
    private const int Backlog = 64;
    private const short Produce = 0;
    private const short Metadata = 3;
    private const short ApiVersions = 18;

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly (Lock Appending, SafeFileHandle File)[] _partitions;
    private readonly long[] _lengths;

    /// <summary>Listens on a free port; files go into <paramref name="directory"/>.</summary>
    public AppendServer(string directory, int partitions)
    {
        _lengths = new long[partitions];
        _partitions = [.. Enumerable.Range(0, partitions).Select(number =>
            (new Lock(), File.OpenHandle(Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"{number}.log")), FileMode.Create, FileAccess.Write)))];
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(Backlog);
        new Thread(Accept) { IsBackground = true, Name = "accept" }.Start();
    }

    /// <summary>Where it listens.</summary>
    public string Address => _listener.LocalEndPoint!.ToString()!;

    private int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    /// <summary>Empties the files.</summary>
    public void Clear()
    {
        for (var number = 0; number < _partitions.Length; number++)
        {
            var (appending, file) = _partitions[number];
            lock (appending)
            {
                RandomAccess.SetLength(file, 0);
                _lengths[number] = 0;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _listener.Dispose();
        foreach (var (_, file) in _partitions)
            file.Dispose();
    }

    private void Accept()
    {
        try
        {
            while (true)
            {
                var socket = _listener.Accept();
                socket.NoDelay = true;
                new Thread(() => Serve(socket)) { IsBackground = true, Name = "connection" }.Start();
            }
        }
        catch (SocketException)
        {
            // Disposed.
        }
    }

    private void Serve(Socket socket)
    {
        var (buffer, answer) = (new byte[MaxFrameBytes], new byte[ReadAheadBytes]);
        var held = 0;
        try
        {
            while (true)
            {
                var frame = held < sizeof(int) ? ReadAheadBytes : sizeof(int) + BinaryPrimitives.ReadInt32BigEndian(buffer);
                if (held < sizeof(int) || held < frame)
                {
                    var received = socket.Receive(buffer.AsSpan(held..Math.Max(frame, held + 1)));
                    if (received == 0)
                        return;
                    held += received;
                    continue;
                }

                socket.Send(answer.AsSpan(0, Answer(new FrameReader(buffer.AsSpan(sizeof(int)..frame)), new FrameWriter(answer))));
                buffer.AsSpan(frame..held).CopyTo(buffer);
                held -= frame;
            }
        }
        catch (SocketException)
        {
            // The client went away.
        }
        finally
        {
            socket.Dispose();
        }
    }

    private int Answer(FrameReader request, FrameWriter answer)
    {
        var key = request.Int16();
        request.Int16();   // version: only one of each, or alike
        answer.Int32(0);   // length, known at the end
        answer.Int32(request.Int32());
        request.Text();   // client id
        switch (key)
        {
            case ApiVersions:
                WriteVersions(ref answer);
                break;
            case Metadata:
                WriteMetadata(ref answer, request.Int32() > 0 ? request.Text() : default);
                break;
            case Produce:
                Append(ref request, ref answer);
                break;
            default:
                throw new SocketException((int)SocketError.ProtocolNotSupported);
        }

        return answer.Finish();
    }

    private static void WriteVersions(ref FrameWriter answer)
    {
        answer.Int16(0);
        ReadOnlySpan<(short Key, short Min, short Max)> ranges = [(Produce, 3, 7), (1, 4, 4), (Metadata, 1, 1), (ApiVersions, 3, 3)];
        answer.Byte((byte)(ranges.Length + 1));
        foreach (var (key, min, max) in ranges)
        {
            answer.Int16(key);
            answer.Int16(min);
            answer.Int16(max);
            answer.Byte(0);
        }

        answer.Int32(0);
        answer.Byte(0);
    }

    private void WriteMetadata(ref FrameWriter answer, ReadOnlySpan<byte> topic)
    {
        answer.Int32(1);
        answer.Int32(0);   // node
        answer.Text("127.0.0.1"u8);
        answer.Int32(Port);
        answer.Int16(-1);
        answer.Int32(0);   // controller
        answer.Int32(topic.IsEmpty ? 0 : 1);
        if (topic.IsEmpty)
            return;

        answer.Int16(0);
        answer.Text(topic);
        answer.Byte(0);
        answer.Int32(_partitions.Length);
        for (var number = 0; number < _partitions.Length; number++)
        {
            answer.Int16(0);
            answer.Int32(number);
            answer.Int32(0);
            answer.Int32(1);   // replicas
            answer.Int32(0);
            answer.Int32(1);   // in sync
            answer.Int32(0);
        }
    }

    // librdkafka sends one partition a request.
    private void Append(ref FrameReader request, ref FrameWriter answer)
    {
        request.Text();   // transactional id
        request.Int16();   // acks
        request.Int32();   // time-out
        request.Int32();
        var topic = request.Text();
        request.Int32();
        var number = request.Int32();
        var records = request.Bytes();
        var (appending, file) = _partitions[number];
        lock (appending)
        {
            RandomAccess.Write(file, records, _lengths[number]);
            _lengths[number] += records.Length;
        }

        answer.Int32(1);
        answer.Text(topic);
        answer.Int32(1);
        answer.Int32(number);
        answer.Int16(0);
        answer.Int64(0);   // offset: nobody reads
        answer.Int64(-1);
        answer.Int64(0);
        answer.Int32(0);
    }
}
