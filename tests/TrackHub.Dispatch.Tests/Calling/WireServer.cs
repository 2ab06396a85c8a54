using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace TrackHub.Dispatch.Tests.Calling;

/// <summary>A server made of bytes: keeps each request as it came and answers with whatever a test writes.</summary>
internal sealed class WireServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _ended = new();
    private readonly ConcurrentQueue<string> _requests = new();
    private readonly Func<Socket, CancellationToken, Task> _answer;
    private readonly Task _serving;

    /// <summary>Starts it.</summary>
    /// <param name="answer">Answers one request; the connection ends with it.</param>
    public WireServer(Func<Socket, CancellationToken, Task> answer)
    {
        _answer = answer;
        _listener.Start();
        _serving = ServeAsync();
    }

    /// <summary>Its address.</summary>
    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>Requests so far, head and body.</summary>
    public IReadOnlyCollection<string> Requests => _requests;

    /// <summary>Writes an answer.</summary>
    public static Task WriteAsync(Socket socket, int status, string body, params string[] headers) => socket.SendAsync(Encoding.UTF8.GetBytes(
        string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 {status} Fine\r\nContent-Length: {body.Length}\r\n{string.Concat(headers.Select(static h => h + "\r\n"))}\r\n{body}")));

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        _listener.Stop();
        await _serving;
        _ended.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using var socket = await _listener.AcceptSocketAsync(_ended.Token);
                _requests.Enqueue(await ReadAsync(socket));
                await _answer(socket, _ended.Token);
            }
        }
        catch (Exception end) when (end is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over, or the client has hung up: it is judged by what the client makes of it.
        }
    }

    private async Task<string> ReadAsync(Socket socket)
    {
        var (text, buffer) = (new StringBuilder(), new byte[64 * 1024]);
        while (true)
        {
            var read = await socket.ReceiveAsync(buffer, _ended.Token);
            text.Append(Encoding.Latin1.GetString(buffer, 0, read));
            var request = text.ToString();
            var head = request.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (read == 0 || (head >= 0 && request.Length - head - 4 >= Length(request)))
                return request;
        }
    }

    private static int Length(string request) => request.Split("\r\n")
        .Where(static line => line.StartsWith("Content-Length: ", StringComparison.OrdinalIgnoreCase))
        .Select(static line => int.Parse(line.AsSpan("Content-Length: ".Length), CultureInfo.InvariantCulture)).SingleOrDefault();
}
