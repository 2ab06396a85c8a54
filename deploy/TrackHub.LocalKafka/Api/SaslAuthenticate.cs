using TrackHub.LocalKafka.Access;
using TrackHub.LocalKafka.Wire;
using TrackHub.LocalKafka.Wire.Messages;

namespace TrackHub.LocalKafka.Api;

/// <summary>SaslAuthenticate, key 36: user and password of SASL/PLAIN.</summary>
/// <remarks>
/// Wrong ones are answered SASL_AUTHENTICATION_FAILED, then the connection is closed. A session lasts as long as its connection, so no client
/// authenticates again (KIP-368). Without a handshake before it ILLEGAL_SASL_STATE.
/// </remarks>
internal sealed class SaslAuthenticate : KafkaApi<SaslAuthenticateRequest, SaslAuthenticateResponse>
{
    private const string Wrong = "Authentication failed: Invalid username or password";
    private const string OutOfTurn = "SaslAuthenticate without a SaslHandshake of version 1 before it";

    protected override ValueTask<SaslAuthenticateResponse> AnswerAsync(SaslAuthenticateRequest asked, KafkaRequest request, CancellationToken stoppingToken)
    {
        var (error, message) = request.Sasl is not { Step: SaslStep.Token } session ? (ErrorCode.IllegalSaslState, OutOfTurn)
            : session.Present(asked.Token) ? (ErrorCode.None, null)
            : (ErrorCode.SaslAuthenticationFailed, Wrong);
        return ValueTask.FromResult(new SaslAuthenticateResponse { Error = error, Message = message });
    }
}
