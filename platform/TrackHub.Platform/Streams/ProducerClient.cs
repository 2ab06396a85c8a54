using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace TrackHub.Platform.Streams;

/// <summary>One connection to the log at a time; after a fatal error of the idempotent producer the next record gets a new one.</summary>
internal sealed class ProducerClient(KafkaOptions kafka, ProducerOptions options, StreamMetrics metrics, TimeProvider clock, ILogger logger) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly List<Task> _closing = [];
    private ProducerConnection? _current;
    private bool _disposed;

    /// <summary>The connection for the next record.</summary>
    /// <exception cref="ObjectDisposedException">This was disposed of.</exception>
    /// <exception cref="InvalidOperationException">A property of the options is unknown to the client library, or may not have that value.</exception>
    public ProducerConnection Current()
    {
        if (Volatile.Read(ref _current) is { IsBroken: false } open)
            return open;

        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_current is { IsBroken: false } known)
                return known;

            if (_current is { } broken)
            {
                _closing.RemoveAll(static closing => closing.IsCompleted);
                _closing.Add(CloseAsync(broken));   // its reports still come, each with the fatal error
            }

            var connection = new ProducerConnection(ClientSettings.Producer(kafka, options), metrics, clock, logger);
            Volatile.Write(ref _current, connection);
            return connection;
        }
    }

    /// <summary>What the role is told about an error of the client library.</summary>
    public static LogUnavailableException Unavailable(ErrorCode error) => new(
        error switch
        {
            ErrorCode.Local_QueueFull => LogFault.QueueFull,
            ErrorCode.Local_MsgTimedOut or ErrorCode.Local_TimedOut or ErrorCode.Local_TimedOutQueue or ErrorCode.RequestTimedOut => LogFault.TimedOut,
            _ => LogFault.Away,
        },
        $"The log did not acknowledge: {error}.",
        new KafkaException(error));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (!_disposed && _current is { } last)
                _closing.Add(CloseAsync(last));
            _disposed = true;
        }

        // Nothing is added any more.
        await Task.WhenAll(_closing);
        Volatile.Write(ref _current, null);
    }

    // Closing blocks on the client library's threads.
    private static Task CloseAsync(ProducerConnection connection) => Task.Run(connection.Close);
}
