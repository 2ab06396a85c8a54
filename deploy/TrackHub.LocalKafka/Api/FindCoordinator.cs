using TrackHub.LocalKafka.Wire;
using TrackHub.LocalKafka.Wire.Messages;

namespace TrackHub.LocalKafka.Api;

/// <summary>FindCoordinator, key 10: the broker coordinates every group.</summary>
/// <remarks>
/// Left out: transactions. Their coordinator is refused with TRANSACTIONAL_ID_AUTHORIZATION_FAILED, the one code that no client retries
/// and that librdkafka gives its user at once, with the message. Coordinators of other kinds are an INVALID_REQUEST.
/// </remarks>
internal sealed class FindCoordinator : KafkaApi<FindCoordinatorRequest, FindCoordinatorResponse>
{
    private const sbyte GroupKey = 0;
    private const sbyte TransactionKey = 1;

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

    private static FindCoordinatorResponse.Coordinator Find(sbyte keyType, BrokerIdentity broker) => keyType switch
    {
        GroupKey => new() { NodeId = BrokerIdentity.NodeId, Host = broker.Host, Port = broker.Port },
        TransactionKey => Refuse(ErrorCode.TransactionalIdAuthorizationFailed, "transactions are not offered by this broker"),
        _ => Refuse(ErrorCode.InvalidRequest, $"there is no coordinator of kind {keyType}"),
    };

    private static FindCoordinatorResponse.Coordinator Refuse(ErrorCode error, string message) =>
        new() { NodeId = -1, Port = -1, Error = error, Message = message };
}
