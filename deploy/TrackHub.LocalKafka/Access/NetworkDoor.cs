using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using TrackHub.LocalKafka.Api;
using TrackHub.LocalKafka.Hosting;
using TrackHub.LocalKafka.Network;
using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Access;

/// <summary>What a connection from the network passes before it is served: TLS where there is a certificate, then SASL/PLAIN.</summary>
/// <remarks>
/// A stranger gets little: 10 s for each of both, small frames, three request kinds, and a place among a bounded number of strangers. Thread-safe.
/// Source of the exchange: https://kafka.apache.org/protocol#sasl_handshake.
/// </remarks>
internal sealed class NetworkDoor(NetworkAccess network, ApiTable apis, BrokerMetrics metrics, TimeProvider clock)
{
    /// <summary>Ample for a user, a password and the requests around them.</summary>
    private const int MaxFrameBytes = 16 * 1024;

    /// <summary>Connections that have not proved who they are; a further one is closed, so that strangers cannot take the memory.</summary>
    private const int MaxStrangers = 500;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    // What may be asked for without having authenticated; told from the full table, so that a client sees what it will be able to do.
    private readonly ApiTable _apis = apis.Only(ApiKey.ApiVersions, ApiKey.SaslHandshake, ApiKey.SaslAuthenticate);
    private int _strangers;

    /// <summary>The bytes of a connection, in clear: after the TLS handshake where there is a certificate.</summary>
    /// <exception cref="MalformedRequestException">The peer does not speak TLS, takes too long, or there are too many.</exception>
    /// <exception cref="SocketException">The peer went away.</exception>
    public async Task<ITransport> SecureAsync(Socket socket, CancellationToken stoppingToken)
    {
        if (network.Certificate is not { } certificate)
            return new PlainTransport(socket);

        var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
        try
        {
            await AsStrangerAsync(token => new ValueTask(stream.AuthenticateAsServerAsync(certificate.Tls, token)), stoppingToken);
            return new TlsTransport(stream);
        }
        catch (Exception fault)
        {
            await stream.DisposeAsync();
            switch (fault)
            {
                case IOException:
                    // Closed in the middle, as probes and port scans do.
                    throw new SocketException((int)SocketError.ConnectionReset);
                case AuthenticationException:
                    metrics.Authenticated("no_tls");
                    throw new MalformedRequestException("the TLS handshake failed; this address takes TLS only");
                default:
                    throw;
            }
        }
    }

    /// <summary>Answers a connection until it has authenticated; false when it did not and is to be closed.</summary>
    public async Task<bool> AuthenticateAsync(ITransport transport, FrameReader frames, KafkaRequest request, CancellationToken stoppingToken)
    {
        var maxFrameBytes = frames.MaxFrameBytes;
        var session = new SaslSession(network.Users);
        (frames.MaxFrameBytes, request.Sasl) = (MaxFrameBytes, session);
        await AsStrangerAsync(token => AnswerAsync(transport, frames, request, session, token), stoppingToken);
        (frames.MaxFrameBytes, request.Sasl) = (maxFrameBytes, null);

        if (session.Step is SaslStep.Admitted)
            metrics.Authenticated("admitted");
        return session.Step is SaslStep.Admitted;
    }

    private async ValueTask AnswerAsync(ITransport transport, FrameReader frames, KafkaRequest request, SaslSession session, CancellationToken token)
    {
        using var response = new WireWriter();
        while (session.Step is not (SaslStep.Admitted or SaslStep.Refused) && await frames.ReadAsync(token) is { } frame)
        {
            response.Reset();
            response.Int32(0);   // length, known at the end
            if (session.Step is SaslStep.BareToken)
            {
                // Success is an empty token; there is no way to tell of a failure but to close.
                if (!session.Present(frame.Span))
                    response.Truncate(0);
            }
            else
            {
                request.Reader.Reset(frame);
                await _apis.AnswerAsync(request, response, token);
            }

            if (session.Step is SaslStep.Refused)
                await network.RefuseAsync(request.ClientHost, token);
            if (response.Length == 0)
                return;

            response.PatchInt32(0, response.Length - sizeof(int));
            await transport.SendAsync(response.Written, token);
        }
    }

    /// <summary>Does what a stranger asks for, within the bounds for strangers.</summary>
    private async Task AsStrangerAsync(Func<CancellationToken, ValueTask> serveAsync, CancellationToken stoppingToken)
    {
        using var limit = new CancellationTokenSource(Limit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stoppingToken);
        try
        {
            if (Interlocked.Increment(ref _strangers) > MaxStrangers)
            {
                metrics.Authenticated("too_many");
                throw new MalformedRequestException($"{MaxStrangers} connections have not authenticated yet, no more are taken");
            }

            await serveAsync(either.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !stoppingToken.IsCancellationRequested)
        {
            metrics.Authenticated("timed_out");
            throw new MalformedRequestException($"not authenticated within {Limit.TotalSeconds:0} s");
        }
        finally
        {
            Interlocked.Decrement(ref _strangers);
        }
    }
}
