using TrackHub.LocalKafka.Wire;
using TrackHub.LocalKafka.Wire.Messages;

namespace TrackHub.LocalKafka.Api;

/// <summary>FindCoordinator, key 10: the broker coordinates every group.</summary>
/// <remarks>Left out: transactions and share groups; their coordinators are refused with INVALID_REQUEST.</remarks>
internal sealed class FindCoordinator : KafkaApi<FindCoordinatorRequest, FindCoordinatorResponse>
{
    private const sbyte GroupKey = 0;
    private const string NotOffered = "This broker coordinates classic consumer groups only; transactions are not offered.";

    protected override ValueTask<FindCoordinatorResponse> AnswerAsync(
        FindCoordinatorRequest asked, KafkaRequest request, CancellationToken stoppingToken)
    {
        // Versions to 3 ask for one key and are answered in the response's own fields, later ones in its list.
        var coordinator = Find(asked.KeyType, request.Broker);
        return ValueTask.FromResult(new FindCoordinatorResponse
        {
            Error = coordinator.Error,
            Message = coordinator.Message,
            NodeId = coordinator.NodeId,
            Host = coordinator.Host,
            Port = coordinator.Port,
            Coordinators = asked.Keys.ConvertAll(key =>
            {
                var found = Find(asked.KeyType, request.Broker);
                found.Key = key;
                return found;
            }),
        });
    }

    private static FindCoordinatorResponse.Coordinator Find(sbyte keyType, BrokerIdentity broker) => keyType == GroupKey
        ? new FindCoordinatorResponse.Coordinator { NodeId = BrokerIdentity.NodeId, Host = broker.Host, Port = broker.Port }
        : new FindCoordinatorResponse.Coordinator { NodeId = -1, Port = -1, Error = ErrorCode.InvalidRequest, Message = NotOffered };
}
