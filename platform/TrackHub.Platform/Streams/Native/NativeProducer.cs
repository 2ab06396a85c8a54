using System.Diagnostics;
using System.Runtime.InteropServices;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace TrackHub.Platform.Streams.Native;

/// <summary>
/// Produces through librdkafka itself: takes spans, allocates nothing a record, and learns of reports in batches, on a thread of its own. Thread-safe.
/// </summary>
/// <remarks>Why not through Confluent.Kafka's producer: platform/decisions/0001-own-producer-binding.md.</remarks>
internal sealed unsafe class NativeProducer
{
    private const int Arguments = 6;
    private const int MessagesAtOnce = 128;

    private readonly ReportSlots _slots;
    private readonly Action<Error> _onError;
    private readonly ILogger _logger;
    private readonly Thread _reports;
    private int _closed;
    private volatile bool _stopped;

    /// <summary>Makes a producer; it connects at once, in the background.</summary>
    /// <param name="settings">librdkafka's properties.</param>
    /// <param name="slots">Who waits for which report.</param>
    /// <param name="onError">Told of errors of the connection, a fatal one as such; on the report thread.</param>
    /// <param name="logger">Gets the library's log lines.</param>
    /// <exception cref="InvalidOperationException">A property does not exist, or may not have that value.</exception>
    public NativeProducer(IEnumerable<KeyValuePair<string, string>> settings, ReportSlots slots, Action<Error> onError, ILogger logger)
    {
        (_slots, _onError, _logger) = (slots, onError, logger);
        Handle = ProducerHandle.Create([.. settings, new("log.queue", "true")]);
        _reports = new(ReadEvents) { IsBackground = true, Name = "log reports" };
        _reports.Start();
    }

    /// <summary>The library's producer.</summary>
    internal ProducerHandle Handle { get; }

    /// <summary>
    /// Hands a record over. Key, value and headers are copied before this returns; a default span is none, an empty one is empty. Each record that is taken is
    /// reported once to the sink of its token, perhaps before this returns; unless the producer is closed, see <see cref="IReportSink.Lose"/>.
    /// </summary>
    /// <param name="topic">Its topic.</param>
    /// <param name="key">Its key.</param>
    /// <param name="value">Its value.</param>
    /// <param name="headers">Its headers.</param>
    /// <param name="send">Span of its sending, which its <c>traceparent</c> then names; or null.</param>
    /// <param name="token">Token of <see cref="ReportSlots"/>.</param>
    /// <param name="isFatal">True if this producer takes no record any more.</param>
    /// <returns><see cref="ErrorCode.NoError"/> if it was taken, else why not.</returns>
    public ErrorCode Produce(
        string topic, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, RecordHeaders headers, Activity? send, nint token, out bool isFatal)
    {
        isFatal = false;
        if (Volatile.Read(ref _closed) is not 0)
            return ErrorCode.Local_Destroy;

        var list = NativeHeaders.Create(headers, send);
        var error = (nint)0;
        var taken = false;
        try
        {
            // Null only where there is nothing: an empty span's memory is still some address.
            fixed (byte* keyStart = &MemoryMarshal.GetReference(key))
            fixed (byte* valueStart = &MemoryMarshal.GetReference(value))
            {
                ReadOnlySpan<ProduceArgument> arguments =
                [
                    new(ArgumentType.Topic, Handle.Topic(topic)), ProduceArgument.CopyBytes,
                    new(ArgumentType.Key, (nint)keyStart, key.Length), new(ArgumentType.Value, (nint)valueStart, value.Length),
                    new(ArgumentType.Opaque, token), new(ArgumentType.Headers, list),
                ];
                error = LibRdKafka.Produce(Handle, arguments, list is 0 ? Arguments - 1u : Arguments);
            }

            taken = error is 0;
            if (taken)
                return Volatile.Read(ref _closed) is 0 ? ErrorCode.NoError : Overtaken(token);

            isFatal = LibRdKafka.IsFatal(error) is not 0;
            return LibRdKafka.CodeOf(error);
        }
        catch (ObjectDisposedException)
        {
            return ErrorCode.Local_Destroy;   // closed just now
        }
        finally
        {
            if (error is not 0)
                LibRdKafka.DestroyError(error);
            if (!taken && list is not 0)
                LibRdKafka.DestroyHeaders(list);
        }
    }

    /// <summary>Connects and learns who leads a topic's partitions. Blocks up to the limit.</summary>
    /// <exception cref="KafkaException">Nobody answered in time.</exception>
    public void Connect(string topic, TimeSpan limit)
    {
        var error = LibRdKafka.Metadata(Handle, allTopics: 0, Handle.Topic(topic), out var metadata, (int)limit.TotalMilliseconds);
        if (error is not ErrorCode.NoError)
            throw new KafkaException(error);
        LibRdKafka.DestroyMetadata(metadata);
    }

    /// <summary>
    /// Waits for what is queued, then gives up what is left: each of these is reported too. Blocks up to twice the limit. Called once.
    /// </summary>
    public void Close(TimeSpan limit)
    {
        var milliseconds = (int)limit.TotalMilliseconds;
        LibRdKafka.Flush(Handle, milliseconds);

        // From here on a record is refused, or, if its call had begun, among those given up below; or found out by its own call.
        Interlocked.Exchange(ref _closed, 1);
        LibRdKafka.Purge(Handle, LibRdKafka.PurgeAll);
        LibRdKafka.Flush(Handle, milliseconds);

        _stopped = true;
        LibRdKafka.Yield(Handle.Queue);
        _reports.Join();
        Handle.Dispose();
        _slots.LoseAll();
    }

    private ErrorCode Overtaken(nint token)
    {
        _slots.Find(token)?.Lose();
        return ErrorCode.NoError;
    }

    private void ReadEvents()
    {
        var messages = stackalloc nint[MessagesAtOnce];
        for (var stopping = false; ;)
        {
            var queued = LibRdKafka.Poll(Handle.Queue, stopping ? 0 : Timeout.Infinite);
            if (queued is 0)
            {
                if (stopping)
                    return;   // not before the queue is empty

                stopping = _stopped;
                continue;
            }

            try
            {
                Take(queued, new(messages, MessagesAtOnce));
            }
            finally
            {
                LibRdKafka.DestroyEvent(queued);
            }
        }
    }

    private void Take(nint queued, Span<nint> messages)
    {
        switch (LibRdKafka.TypeOf(queued))
        {
            case EventType.DeliveryReports:
                while (LibRdKafka.Messages(queued, messages, (nuint)messages.Length) is var count and > 0)
                {
                    foreach (var message in messages[..(int)count])
                        Report(message);
                }

                break;
            case EventType.Error:
                _onError(new(LibRdKafka.ErrorOf(queued), Text(LibRdKafka.ErrorText(queued)), isFatal: LibRdKafka.IsErrorFatal(queued) is not 0));
                break;
            case EventType.Log when LibRdKafka.LogOf(queued, out var facility, out var line, out var level) is 0:
                ClientLog.Write(_logger, (SyslogLevel)level, Text(facility), Text(line));
                break;
        }
    }

    private void Report(nint address)
    {
        ref readonly var message = ref *(NativeMessage*)address;
        var persisted = message.Error is ErrorCode.NoError && LibRdKafka.StatusOf(address) is MessageStatus.Persisted;
        _slots.Find(message.Opaque)?.Report(new(persisted, message.Partition, message.Offset, message.Error));
    }

    private static string Text(nint address) => Marshal.PtrToStringUTF8(address) ?? "";
}
