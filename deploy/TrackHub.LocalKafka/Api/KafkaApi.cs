using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Api;

/// <summary>A request kind that answers a request read whole with a response to be written.</summary>
internal abstract class KafkaApi<TRequest, TResponse> : IKafkaApi
    where TRequest : IWireRequest<TResponse>, new()
    where TResponse : IWireMessage, new()
{
    public ApiRange Range { get; } = new TRequest().Range;

    public async ValueTask AnswerAsync(KafkaRequest request, WireWriter response, CancellationToken stoppingToken)
    {
        var asked = new TRequest();
        request.Reader.Message(asked);
        response.Message(await AnswerAsync(asked, request, stoppingToken));
    }

    /// <summary>Does what is asked.</summary>
    /// <param name="asked">The request's body.</param>
    /// <param name="request">Its version and its sender.</param>
    protected abstract ValueTask<TResponse> AnswerAsync(TRequest asked, KafkaRequest request, CancellationToken stoppingToken);
}
