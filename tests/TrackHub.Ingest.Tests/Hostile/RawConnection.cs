using System.Globalization;
using System.Net.Sockets;
using System.Text;
using TrackHub.Ingest.Tests.Http;

namespace TrackHub.Ingest.Tests.Hostile;

/// <summary>An answer as it came over the wire.</summary>
/// <param name="Status">Status code.</param>
/// <param name="Head">Status line and headers.</param>
/// <param name="Body">Body.</param>
internal sealed record RawAnswer(int Status, string Head, string Body);

/// <summary>A connection of somebody who minds no rule of HTTP.</summary>
internal sealed class RawConnection : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly TcpClient _client;
    private readonly NetworkStream _stream;
    private string _read = "";

    private RawConnection(TcpClient client) => (_client, _stream) = (client, client.GetStream());

    public static async Task<RawConnection> OpenAsync(IngestServer server)
    {
        var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(server.Address.Host, server.Address.Port);
        return new(client);
    }

    /// <summary>Sends bytes, one a character; a server that has already closed is no fault.</summary>
    public async Task SendAsync(string bytes)
    {
        try
        {
            await _stream.WriteAsync(Encoding.Latin1.GetBytes(bytes));
        }
        catch (IOException)
        {
            // What the server said before it closed is still to be read.
        }
    }

    /// <summary>The next answer; null when the server has closed instead.</summary>
    public async Task<RawAnswer?> ReadAsync()
    {
        while (true)
        {
            var end = _read.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (end >= 0 && LengthOf(_read[..end]) is var length && _read.Length >= end + 4 + length)
            {
                var answer = new RawAnswer(int.Parse(_read[9..12], CultureInfo.InvariantCulture), _read[..end], _read.Substring(end + 4, length));
                _read = _read[(end + 4 + length)..];
                return answer;
            }

            if (await MoreAsync() is not { } more)
                return null;
            _read += more;
        }
    }

    /// <summary>Says that nothing more will come.</summary>
    public void EndSending()
    {
        try
        {
            _client.Client.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // The server was first.
        }
    }

    /// <summary>Goes away as a crash does: with a reset, not a farewell.</summary>
    public void Break()
    {
        _client.LingerState = new(enable: true, seconds: 0);
        Dispose();
    }

    public void Dispose() => _client.Dispose();

    private async Task<string?> MoreAsync()
    {
        var buffer = new byte[16 * 1024];
        try
        {
            var read = await _stream.ReadAsync(buffer).AsTask().WaitAsync(Patience);
            return read is 0 ? null : Encoding.Latin1.GetString(buffer, 0, read);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static int LengthOf(string head)
    {
        var line = head.Split("\r\n").FirstOrDefault(static line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
        return line is null ? 0 : int.Parse(line.AsSpan(15), CultureInfo.InvariantCulture);
    }
}
