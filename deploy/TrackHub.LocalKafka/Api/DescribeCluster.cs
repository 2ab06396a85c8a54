using TrackHub.LocalKafka.Wire.Messages;

namespace TrackHub.LocalKafka.Api;

/// <summary>DescribeCluster, key 60: the one broker, which is its own controller.</summary>
/// <remarks>Left out: controller endpoints and authorized operations.</remarks>
internal sealed class DescribeCluster : KafkaApi<DescribeClusterRequest, DescribeClusterResponse>
{
    protected override ValueTask<DescribeClusterResponse> AnswerAsync(
        DescribeClusterRequest asked, KafkaRequest request, CancellationToken stoppingToken) =>
        ValueTask.FromResult(new DescribeClusterResponse
        {
            ClusterId = request.Broker.ClusterId,
            ControllerId = BrokerIdentity.NodeId,
            Brokers = [new() { NodeId = BrokerIdentity.NodeId, Host = request.Broker.Host, Port = request.Broker.Port }],
        });
}
