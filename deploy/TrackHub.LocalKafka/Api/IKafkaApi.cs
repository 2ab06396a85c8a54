using TrackHub.LocalKafka.Access;
using TrackHub.LocalKafka.Wire;
using TrackHub.LocalKafka.Wire.Messages;

namespace TrackHub.LocalKafka.Api;

/// <summary>One request kind: reads the body of the request and writes the body of its response, for all versions of its range.</summary>
/// <remarks>
/// Called by many connections at once, by each for one request at a time. A request is read whole before anything is changed.
/// </remarks>
internal interface IKafkaApi
{
    ApiRange Range { get; }

    /// <summary>Whether ApiVersions tells of it; what is answered only to be refused is not told of.</summary>
    bool IsAdvertised => true;

    /// <exception cref="MalformedRequestException">The body is not what its version says; the connection is closed.</exception>
    ValueTask AnswerAsync(KafkaRequest request, WireWriter response, CancellationToken stoppingToken);
}

/// <summary>The request a connection is answering. Reused for the next one.</summary>
internal sealed class KafkaRequest(string clientHost, BrokerIdentity broker) : IDisposable
{
    /// <summary>Positioned at the body.</summary>
    public WireReader Reader { get; } = new();

    public RequestHeader Header { get; } = new();

    /// <summary>The version that was asked for, one that is served.</summary>
    public short Version => Header.Version;

    /// <summary>What the client calls itself; empty if nothing.</summary>
    public string ClientId => Header.ClientId ?? "";

    /// <summary>The client as it may stand in a log line, whatever it sent as its id.</summary>
    public string LoggedClient => ClientId.Length > 0
        ? $"client '{string.Concat(ClientId.Take(100).Select(static letter => char.IsControl(letter) ? '?' : letter))}'"
        : "a client without id";

    /// <summary>Address of the peer.</summary>
    public string ClientHost { get; } = clientHost;

    /// <summary>How the client reaches the broker: by the address it came to.</summary>
    public BrokerIdentity Broker { get; } = broker;

    /// <summary>Its way through authentication; null where none is asked for, and after it.</summary>
    public SaslSession? Sasl { get; set; }

    /// <summary>The client wants no response (acks=0).</summary>
    public bool IsUnanswered { get; set; }

    /// <summary>Records that are part of the response without having been read.</summary>
    public AttachedRecords Records { get; } = new();

    public void Dispose() => Records.Clear();
}

/// <summary>How this broker appears in answers.</summary>
internal sealed record BrokerIdentity(string ClusterId, string Host, int Port)
{
    /// <summary>Host and port as clients take them.</summary>
    public string Address => Host.Contains(':') ? $"[{Host}]:{Port}" : $"{Host}:{Port}";

    /// <summary>The only node.</summary>
    public const int NodeId = 1;

    /// <summary>Leadership never moves.</summary>
    public const int LeaderEpoch = 0;
}
