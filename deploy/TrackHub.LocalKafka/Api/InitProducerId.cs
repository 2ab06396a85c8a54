using TrackHub.LocalKafka.Storage;
using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Api;

/// <summary>InitProducerId, key 22: a fresh producer id for an idempotent producer.</summary>
/// <remarks>Versions 0 to 4. Left out: transactions; a request with a transactional id is refused with INVALID_REQUEST.</remarks>
internal sealed class InitProducerId(TopicCatalog catalog) : IKafkaApi
{
    public ApiRange Range => new(ApiKey.InitProducerId, 0, 4, 2);

    public ValueTask AnswerAsync(KafkaRequest request, WireWriter response, CancellationToken stoppingToken)
    {
        var isTransactional = request.Reader.NullableString() is not null;
        response.Int32(0);   // throttle time
        response.Error(isTransactional ? ErrorCode.InvalidRequest : ErrorCode.None);
        response.Int64(isTransactional ? -1 : catalog.NextProducerId());
        response.Int16((short)(isTransactional ? -1 : 0));
        response.Tags();
        return default;
    }
}
