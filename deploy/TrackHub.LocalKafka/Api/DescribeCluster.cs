using TrackHub.LocalKafka.Wire;
using TrackHub.LocalKafka.Wire.Messages;

namespace TrackHub.LocalKafka.Api;

/// <summary>DescribeCluster, key 60: the one broker, which is its own controller.</summary>
/// <remarks>Left out: controller endpoints and authorized operations.</remarks>
internal sealed class DescribeCluster : KafkaApi<DescribeClusterRequest, DescribeClusterResponse>
{
    private const sbyte Brokers = 1;
    private const sbyte Controllers = 2;

    protected override ValueTask<DescribeClusterResponse> AnswerAsync(
        DescribeClusterRequest asked, KafkaRequest request, CancellationToken stoppingToken) =>
        ValueTask.FromResult(asked.EndpointType != Brokers ? Refuse(asked.EndpointType) : new DescribeClusterResponse
        {
            ClusterId = request.Broker.ClusterId,
            ControllerId = BrokerIdentity.NodeId,
            Brokers = [new() { NodeId = BrokerIdentity.NodeId, Host = request.Broker.Host, Port = request.Broker.Port }],
        });

    private static DescribeClusterResponse Refuse(sbyte endpointType) => new()
    {
        Error = endpointType == Controllers ? ErrorCode.MismatchedEndpointType : ErrorCode.UnsupportedEndpointType,
        Message = "Ask for brokers: the one there is has no endpoint of its own as a controller.",
    };
}
