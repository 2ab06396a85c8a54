using System.Reflection;
using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace TrackHub.Platform.Streams.Native;

/// <summary>The functions of librdkafka that producing takes. Strings are UTF-8; sizes are bytes.</summary>
/// <remarks>
/// Source: rdkafka.h, https://github.com/confluentinc/librdkafka/blob/master/src/rdkafka.h. The youngest came with 1.6 (<c>rd_kafka_queue_yield</c>), older than
/// any that Confluent.Kafka loads; the project guarantees that functions and structures keep their form (its CONTRIBUTING.md).
/// </remarks>
internal static partial class LibRdKafka
{
    /// <summary><c>RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT</c>.</summary>
    public const int PurgeAll = 0x1 | 0x2;

    /// <summary>What the functions are imported from; <see cref="Resolve"/> says which file that is.</summary>
    public const string Name = "librdkafka";

    private const string FileName = "librdkafka.so";   // centos8-librdkafka.so and alpine-librdkafka.so as well

    static LibRdKafka() => NativeLibrary.SetDllImportResolver(typeof(LibRdKafka).Assembly, Resolve);

    [LibraryImport(Name, EntryPoint = "rd_kafka_conf_new")]
    public static partial nint NewConfiguration();

    /// <returns>0 if set; else <paramref name="error"/> says why not.</returns>
    [LibraryImport(Name, EntryPoint = "rd_kafka_conf_set", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int SetConfiguration(nint configuration, string name, string value, Span<byte> error, nuint errorSize);

    [LibraryImport(Name, EntryPoint = "rd_kafka_conf_set_events")]
    public static partial void SetEvents(nint configuration, EventType events);

    [LibraryImport(Name, EntryPoint = "rd_kafka_conf_destroy")]
    public static partial void DestroyConfiguration(nint configuration);

    /// <summary>The configuration is the producer's from then on, unless this fails.</summary>
    [LibraryImport(Name, EntryPoint = "rd_kafka_new")]
    public static partial nint NewClient(ClientType type, nint configuration, Span<byte> error, nuint errorSize);

    /// <summary>Ends the client's threads; blocks until they have ended. What is still queued is forgotten without a report.</summary>
    [LibraryImport(Name, EntryPoint = "rd_kafka_destroy")]
    public static partial void DestroyClient(nint client);

    /// <summary>Log lines come as events. No queue: the main one.</summary>
    [LibraryImport(Name, EntryPoint = "rd_kafka_set_log_queue")]
    public static partial ErrorCode SetLogQueue(nint client, nint queue);

    [LibraryImport(Name, EntryPoint = "rd_kafka_queue_get_main")]
    public static partial nint MainQueue(nint client);

    [LibraryImport(Name, EntryPoint = "rd_kafka_queue_destroy")]
    public static partial void DestroyQueue(nint queue);

    [LibraryImport(Name, EntryPoint = "rd_kafka_topic_new", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint NewTopic(nint client, string name, nint configuration);

    [LibraryImport(Name, EntryPoint = "rd_kafka_topic_destroy")]
    public static partial void DestroyTopic(nint topic);

    /// <summary>Hands a record over.</summary>
    /// <returns>0 if it was taken, its headers with it; else an error to be destroyed, and the headers stay the caller's.</returns>
    [LibraryImport(Name, EntryPoint = "rd_kafka_produceva")]
    public static partial nint Produce(ProducerHandle client, ReadOnlySpan<ProduceArgument> arguments, nuint count);

    [LibraryImport(Name, EntryPoint = "rd_kafka_error_code")]
    public static partial ErrorCode CodeOf(nint error);

    [LibraryImport(Name, EntryPoint = "rd_kafka_error_is_fatal")]
    public static partial int IsFatal(nint error);

    [LibraryImport(Name, EntryPoint = "rd_kafka_error_destroy")]
    public static partial void DestroyError(nint error);

    [LibraryImport(Name, EntryPoint = "rd_kafka_headers_new")]
    public static partial nint NewHeaders(nuint capacity);

    [LibraryImport(Name, EntryPoint = "rd_kafka_headers_destroy")]
    public static partial void DestroyHeaders(nint headers);

    /// <summary>Copies a header into the list, which cannot fail before the list is a record's. A value at address 0 is none.</summary>
    [LibraryImport(Name, EntryPoint = "rd_kafka_header_add")]
    public static partial void AddHeader(nint headers, nint name, nint nameSize, nint value, nint valueSize);

    /// <summary>The next event of a queue, to be destroyed; 0 when the time is over or <see cref="Yield"/> was called. −1 waits without end.</summary>
    [LibraryImport(Name, EntryPoint = "rd_kafka_queue_poll")]
    public static partial nint Poll(nint queue, int timeoutMilliseconds);

    /// <summary>Wakes who polls, or who polls next.</summary>
    [LibraryImport(Name, EntryPoint = "rd_kafka_queue_yield")]
    public static partial void Yield(nint queue);

    [LibraryImport(Name, EntryPoint = "rd_kafka_event_type")]
    public static partial EventType TypeOf(nint queued);

    [LibraryImport(Name, EntryPoint = "rd_kafka_event_destroy")]
    public static partial void DestroyEvent(nint queued);

    /// <summary>Addresses of the next reports of an event, each a <see cref="NativeMessage"/> that lives as long as the event.</summary>
    /// <returns>How many; 0 when all have been given.</returns>
    [LibraryImport(Name, EntryPoint = "rd_kafka_event_message_array")]
    public static partial nuint Messages(nint queued, Span<nint> messages, nuint size);

    /// <returns>0 not persisted, 1 possibly, 2 persisted.</returns>
    [LibraryImport(Name, EntryPoint = "rd_kafka_message_status")]
    public static partial MessageStatus StatusOf(nint message);

    [LibraryImport(Name, EntryPoint = "rd_kafka_event_error")]
    public static partial ErrorCode ErrorOf(nint queued);

    [LibraryImport(Name, EntryPoint = "rd_kafka_event_error_string")]
    public static partial nint ErrorText(nint queued);

    [LibraryImport(Name, EntryPoint = "rd_kafka_event_error_is_fatal")]
    public static partial int IsErrorFatal(nint queued);

    [LibraryImport(Name, EntryPoint = "rd_kafka_event_log")]
    public static partial int LogOf(nint queued, out nint facility, out nint line, out int level);

    /// <summary>Waits until no record is queued or in flight. Reports must be polled by another thread meanwhile.</summary>
    [LibraryImport(Name, EntryPoint = "rd_kafka_flush")]
    public static partial ErrorCode Flush(ProducerHandle client, int timeoutMilliseconds);

    /// <summary>Gives all records up: each is reported with <see cref="ErrorCode.Local_PurgeQueue"/> or <see cref="ErrorCode.Local_PurgeInflight"/>.</summary>
    [LibraryImport(Name, EntryPoint = "rd_kafka_purge")]
    public static partial ErrorCode Purge(ProducerHandle client, int flags);

    [LibraryImport(Name, EntryPoint = "rd_kafka_metadata")]
    public static partial ErrorCode Metadata(ProducerHandle client, int allTopics, nint topic, out nint metadata, int timeoutMilliseconds);

    [LibraryImport(Name, EntryPoint = "rd_kafka_metadata_destroy")]
    public static partial void DestroyMetadata(nint metadata);

    /// <summary>Finds the library. Confluent.Kafka chooses among its variants for the machine at hand: the very file it loaded is ours too, one library in the process, one version.</summary>
    public static nint Resolve(string name, Assembly assembly, DllImportSearchPath? paths)
    {
        if (name != Name)
            return 0;

        Library.Load();
        var loaded = File.ReadLines("/proc/self/maps").FirstOrDefault(static line => line.EndsWith(FileName, StringComparison.Ordinal))
            ?? throw new DllNotFoundException($"Confluent.Kafka has loaded no {FileName}. Remedy: see deploy/native/README.md.");
        return NativeLibrary.Load(loaded[loaded.IndexOf('/')..]);
    }
}
