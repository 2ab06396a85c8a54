using System.Runtime.InteropServices;
using System.Text;

namespace TrackHub.Platform.Streams.Native;

/// <summary>A producer of librdkafka with its queue and its topics; all of it ends when the last call that uses it has returned.</summary>
internal sealed class ProducerHandle : SafeHandle
{
    private const int ErrorBytes = 512;

    private readonly Lock _gate = new();
    private volatile Dictionary<string, nint> _topics = new(StringComparer.Ordinal);   // replaced, never changed: read without a lock

    private ProducerHandle(nint client)
        : base(0, ownsHandle: true)
    {
        SetHandle(client);
        LibRdKafka.SetLogQueue(client, 0);
        Queue = LibRdKafka.MainQueue(client);
    }

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <summary>The queue that reports, errors and log lines come by.</summary>
    public nint Queue { get; }

    /// <summary>Makes a producer; its threads connect at once.</summary>
    /// <param name="settings">librdkafka's properties.</param>
    /// <exception cref="InvalidOperationException">A property does not exist, or may not have that value.</exception>
    public static ProducerHandle Create(IEnumerable<KeyValuePair<string, string>> settings)
    {
        Span<byte> error = stackalloc byte[ErrorBytes];
        var configuration = LibRdKafka.NewConfiguration();
        var client = (nint)0;
        try
        {
            foreach (var (name, value) in settings)
            {
                if (LibRdKafka.SetConfiguration(configuration, name, value, error, ErrorBytes) is not 0)
                    throw new InvalidOperationException(Text(error));
            }

            LibRdKafka.SetEvents(configuration, EventType.DeliveryReports | EventType.Error | EventType.Log);
            client = LibRdKafka.NewClient(ClientType.Producer, configuration, error, ErrorBytes);
            if (client is 0)
                throw new InvalidOperationException(Text(error));
            return new(client);
        }
        finally
        {
            if (client is 0)
                LibRdKafka.DestroyConfiguration(configuration);
        }
    }

    /// <summary>The handle of a topic, good for a call that holds this one.</summary>
    public nint Topic(string name) => _topics.TryGetValue(name, out var topic) ? topic : MakeTopic(name);

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        foreach (var topic in _topics.Values)
            LibRdKafka.DestroyTopic(topic);
        LibRdKafka.DestroyQueue(Queue);
        LibRdKafka.DestroyClient(handle);
        return true;
    }

    // It ends with a zero.
    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes[..Math.Max(0, bytes.IndexOf((byte)0))]);

    private nint MakeTopic(string name)
    {
        var held = false;
        try
        {
            DangerousAddRef(ref held);
            lock (_gate)
            {
                if (_topics.TryGetValue(name, out var known))
                    return known;

                var topic = LibRdKafka.NewTopic(handle, name, 0);
                if (topic is 0)
                    throw new InvalidOperationException($"The client library refuses topic {name}.");
                _topics = new(_topics, StringComparer.Ordinal) { [name] = topic };
                return topic;
            }
        }
        finally
        {
            if (held)
                DangerousRelease();
        }
    }
}
