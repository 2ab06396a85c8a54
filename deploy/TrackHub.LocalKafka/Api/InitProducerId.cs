using TrackHub.LocalKafka.Storage;
using TrackHub.LocalKafka.Wire;
using TrackHub.LocalKafka.Wire.Messages;

namespace TrackHub.LocalKafka.Api;

/// <summary>InitProducerId, key 22: a fresh producer id for an idempotent producer.</summary>
/// <remarks>Left out: transactions; a transactional id is refused as by <see cref="FindCoordinator"/>, which clients ask first.</remarks>
internal sealed class InitProducerId(TopicCatalog catalog) : KafkaApi<InitProducerIdRequest, InitProducerIdResponse>
{
    protected override ValueTask<InitProducerIdResponse> AnswerAsync(
        InitProducerIdRequest asked, KafkaRequest request, CancellationToken stoppingToken) =>
        ValueTask.FromResult(asked.TransactionalId is null
            ? Fresh()
            : new InitProducerIdResponse { Error = ErrorCode.TransactionalIdAuthorizationFailed, ProducerEpoch = -1 });

    private InitProducerIdResponse Fresh()
    {
        try
        {
            return new InitProducerIdResponse { ProducerId = catalog.NextProducerId() };
        }
        catch (IOException)
        {
            // The disk refused to reserve ids: as Kafka where it has none to give out, which clients ask again after.
            return new InitProducerIdResponse { Error = ErrorCode.CoordinatorLoadInProgress, ProducerId = -1, ProducerEpoch = -1 };
        }
    }
}
