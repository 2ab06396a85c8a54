using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace TrackHub.Platform.Streams;

/// <summary>One connection to the log at a time; after a fatal error of the idempotent producer the next record gets a new one.</summary>
internal sealed partial class ProducerClient(KafkaOptions kafka, ProducerOptions options, ILogger logger) : IAsyncDisposable
{
    private static readonly TimeSpan FlushLimit = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private Connection? _current;
    private bool _disposed;

    /// <summary>What the role is told about an error of the client library.</summary>
    public static LogUnavailableException Unavailable(Error error) => new(
        error.Code switch
        {
            ErrorCode.Local_QueueFull => LogFault.QueueFull,
            ErrorCode.Local_MsgTimedOut or ErrorCode.Local_TimedOut or ErrorCode.Local_TimedOutQueue or ErrorCode.RequestTimedOut => LogFault.TimedOut,
            _ => LogFault.Away,
        },
        $"The log did not acknowledge: {error.Code}.",
        new KafkaException(error));

    /// <summary>Hands a record over; false if the local queue is full.</summary>
    /// <exception cref="LogUnavailableException">Refused for another reason.</exception>
    public bool TryProduce(string topic, Message<byte[]?, byte[]?> message, Action<DeliveryReport<byte[]?, byte[]?>> reported)
    {
        var connection = Current();
        try
        {
            connection.Producer.Produce(topic, message, reported);
            return true;
        }
        catch (ProduceException<byte[]?, byte[]?> failure) when (failure.Error.Code is ErrorCode.Local_QueueFull)
        {
            return false;
        }
        catch (ProduceException<byte[]?, byte[]?> failure)
        {
            if (failure.Error.IsFatal)
                connection.IsBroken = true;
            throw Unavailable(failure.Error);
        }
    }

    /// <summary>Connects and learns who leads a topic's partitions. Blocks up to the limit.</summary>
    /// <exception cref="KafkaException">Nobody answered in time.</exception>
    public void Connect(string topic, TimeSpan limit)
    {
        using var admin = new DependentAdminClientBuilder(Current().Producer.Handle).Build();
        admin.GetMetadata(topic, limit);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Connection? last;
        lock (_gate)
        {
            _disposed = true;
            last = _current;
        }

        if (last is not null)
            await CloseAsync(last.Producer);
    }

    // Flush and Dispose block on the client library's threads.
    private static Task CloseAsync(IProducer<byte[]?, byte[]?> producer) => Task.Run(() =>
    {
        producer.Flush(FlushLimit);
        producer.Dispose();
    });

    private Connection Current()
    {
        if (Volatile.Read(ref _current) is { IsBroken: false } open)
            return open;

        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_current is { IsBroken: false } known)
                return known;

            if (_current is { } broken)
                _ = CloseAsync(broken.Producer);   // its reports still come, each with the fatal error

            var connection = new Connection();
            connection.Producer = new ProducerBuilder<byte[]?, byte[]?>(ClientSettings.Producer(kafka, options))
                .SetErrorHandler((_, error) => OnError(connection, error))
                .SetLogHandler((_, message) => ClientLog.Write(logger, message))
                .Build();
            Volatile.Write(ref _current, connection);
            return connection;
        }
    }

    private void OnError(Connection connection, Error error)
    {
        if (error.IsFatal)
        {
            connection.IsBroken = true;
            Log.Broken(logger, error.Code, error.Reason);
            return;
        }

        Log.ClientError(logger, error.Code, error.Reason);
    }

    private sealed class Connection
    {
        private volatile bool _isBroken;

        public IProducer<byte[]?, byte[]?> Producer { get; set; } = null!;   // set before anyone sees the connection

        public bool IsBroken
        {
            get => _isBroken;
            set => _isBroken = value;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2011, LogLevel.Error, "Producer met a fatal error and is built anew: {Code}: {Reason}")]
        public static partial void Broken(ILogger logger, ErrorCode code, string reason);

        [LoggerMessage(2012, LogLevel.Warning, "Producer: {Code}: {Reason}")]
        public static partial void ClientError(ILogger logger, ErrorCode code, string reason);
    }
}
