using TrackHub.LocalKafka.Access;
using TrackHub.LocalKafka.Wire;
using TrackHub.LocalKafka.Wire.Messages;

namespace TrackHub.LocalKafka.Api;

/// <summary>SaslHandshake, key 17: which mechanism a client will authenticate by.</summary>
/// <remarks>
/// After version 0 the token follows without a request around it. PLAIN only: another is answered UNSUPPORTED_SASL_MECHANISM with the list.
/// Where nobody has to authenticate, or after one has, ILLEGAL_SASL_STATE, as Kafka does.
/// </remarks>
internal sealed class SaslHandshake : KafkaApi<SaslHandshakeRequest, SaslHandshakeResponse>
{
    protected override ValueTask<SaslHandshakeResponse> AnswerAsync(SaslHandshakeRequest asked, KafkaRequest request, CancellationToken stoppingToken)
    {
        if (request.Sasl is not { Step: SaslStep.Mechanism } session)
            return ValueTask.FromResult(new SaslHandshakeResponse { Error = ErrorCode.IllegalSaslState });

        var isOurs = session.Choose(asked.Mechanism, bareToken: request.Version == 0);
        return ValueTask.FromResult(new SaslHandshakeResponse
        {
            Error = isOurs ? ErrorCode.None : ErrorCode.UnsupportedSaslMechanism,
            Mechanisms = [SaslSession.Mechanism],
        });
    }
}
