using System.Diagnostics;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using TrackHub.Platform.Streams.Native;

namespace TrackHub.Platform.Streams;

/// <summary>A producer and those who wait for its reports, until a fatal error breaks it. Thread-safe.</summary>
internal sealed partial class ProducerConnection
{
    // Confluent.Kafka's own properties, which librdkafka does not know.
    private const string OfTheClient = "dotnet.";

    private static readonly TimeSpan FlushLimit = TimeSpan.FromSeconds(5);

    private readonly ILogger _logger;
    private volatile bool _isBroken;

    /// <summary>Begins to connect.</summary>
    /// <exception cref="InvalidOperationException">A property does not exist, or may not have that value.</exception>
    public ProducerConnection(ProducerConfig settings, StreamMetrics metrics, TimeProvider clock, ILogger logger)
    {
        _logger = logger;
        Acks = new(Slots, metrics, clock);
        Producer = new(settings.Where(static setting => !setting.Key.StartsWith(OfTheClient, StringComparison.Ordinal)), Slots, OnError, logger);
    }

    /// <summary>Sends the records.</summary>
    internal NativeProducer Producer { get; }

    /// <summary>By which reports come.</summary>
    public ReportSlots Slots { get; } = new();

    /// <summary>Waiters for single records.</summary>
    public AckPool Acks { get; }

    /// <summary>True after a fatal error: it takes no record any more.</summary>
    public bool IsBroken => _isBroken;

    /// <summary>Hands a record over; false if the local queue is full.</summary>
    /// <param name="topic">Its topic.</param>
    /// <param name="key">Its key; a default span is none, an empty one is empty.</param>
    /// <param name="value">Its value, likewise.</param>
    /// <param name="headers">Its headers.</param>
    /// <param name="send">Span of its sending, or null.</param>
    /// <param name="token">Token of <see cref="Slots"/> of who waits for its report.</param>
    /// <exception cref="LogUnavailableException">Refused for another reason.</exception>
    public bool TryProduce(string topic, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, RecordHeaders headers, Activity? send, nint token)
    {
        var error = Producer.Produce(topic, key, value, headers, send, token, out var isFatal);
        if (isFatal)
            _isBroken = true;
        return error switch
        {
            ErrorCode.NoError => true,
            ErrorCode.Local_QueueFull => false,
            _ => throw ProducerClient.Unavailable(error),
        };
    }

    /// <summary>Connects and learns who leads a topic's partitions. Blocks up to the limit.</summary>
    /// <exception cref="KafkaException">Nobody answered in time.</exception>
    public void Connect(string topic, TimeSpan limit) => Producer.Connect(topic, limit);

    /// <summary>Waits up to 5 s for what is still queued, gives up the rest, and closes. Blocks.</summary>
    public void Close()
    {
        Producer.Close(FlushLimit);
        Acks.Dispose();
    }

    private void OnError(Error error)
    {
        if (error.IsFatal)
        {
            _isBroken = true;
            Log.Broken(_logger, error.Code, error.Reason);
            return;
        }

        Log.ClientError(_logger, error.Code, error.Reason);
    }

    private static partial class Log
    {
        [LoggerMessage(2011, LogLevel.Error, "Producer met a fatal error and is built anew: {Code}: {Reason}")]
        public static partial void Broken(ILogger logger, ErrorCode code, string reason);

        [LoggerMessage(2012, LogLevel.Warning, "Producer: {Code}: {Reason}")]
        public static partial void ClientError(ILogger logger, ErrorCode code, string reason);
    }
}
