using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Api;

/// <summary>FindCoordinator, key 10: the broker coordinates every group.</summary>
/// <remarks>Versions 0 to 4. Left out: transactions and share groups; their coordinators are refused with INVALID_REQUEST.</remarks>
internal sealed class FindCoordinator(BrokerIdentity broker) : IKafkaApi
{
    private const sbyte GroupKey = 0;
    private const string NotOffered = "This broker coordinates classic consumer groups only; transactions are not offered.";

    public ApiRange Range => new(ApiKey.FindCoordinator, 0, 4, 3);

    public ValueTask AnswerAsync(KafkaRequest request, WireWriter response, CancellationToken stoppingToken)
    {
        var reader = request.Reader;
        var version = request.Version;
        if (version < 4)
            reader.String();   // the group: all have the same coordinator
        var isGroup = version < 1 || reader.Int8() == GroupKey;
        var error = isGroup ? ErrorCode.None : ErrorCode.InvalidRequest;
        if (version >= 1)
            response.Int32(0);   // throttle time
        if (version >= 4)
        {
            response.Array(reader.Array(static reader => reader.String()), key =>
            {
                response.String(key);
                WriteNode(response, isGroup);
                response.Error(error);
                response.String(isGroup ? null : NotOffered);
            });
        }
        else
        {
            response.Error(error);
            if (version >= 1)
                response.String(isGroup ? null : NotOffered);
            WriteNode(response, isGroup);
        }

        response.Tags();
        return default;
    }

    private void WriteNode(WireWriter response, bool isFound)
    {
        response.Int32(isFound ? BrokerIdentity.NodeId : -1);
        response.String(isFound ? broker.Host : "");
        response.Int32(isFound ? broker.Port : -1);
    }
}
