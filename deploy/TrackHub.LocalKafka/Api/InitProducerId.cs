using TrackHub.LocalKafka.Storage;
using TrackHub.LocalKafka.Wire;
using TrackHub.LocalKafka.Wire.Messages;

namespace TrackHub.LocalKafka.Api;

/// <summary>InitProducerId, key 22: a fresh producer id for an idempotent producer.</summary>
/// <remarks>Left out: transactions; a transactional id is refused as by <see cref="FindCoordinator"/>, which clients ask first.</remarks>
internal sealed class InitProducerId(TopicCatalog catalog) : KafkaApi<InitProducerIdRequest, InitProducerIdResponse>
{
    protected override async ValueTask<InitProducerIdResponse> AnswerAsync(
        InitProducerIdRequest asked, KafkaRequest request, CancellationToken stoppingToken)
    {
        if (asked.TransactionalId is not null)
            return new InitProducerIdResponse { Error = ErrorCode.TransactionalIdAuthorizationFailed, ProducerEpoch = -1 };

        var fresh = Fresh();
        return await catalog.DurableAsync() ? fresh : Refused;
    }

    /// <summary>The disk refused to reserve ids: as Kafka where it has none to give out, which clients ask again after.</summary>
    private static InitProducerIdResponse Refused =>
        new() { Error = ErrorCode.CoordinatorLoadInProgress, ProducerId = -1, ProducerEpoch = -1 };

    private InitProducerIdResponse Fresh()
    {
        try
        {
            return new InitProducerIdResponse { ProducerId = catalog.NextProducerId() };
        }
        catch (IOException)
        {
            return Refused;
        }
    }
}
