using TrackHub.LocalKafka.Wire.Messages;

namespace TrackHub.LocalKafka.Api;

/// <summary>DescribeCluster, key 60: the one broker, which is its own controller.</summary>
/// <remarks>Left out: controller endpoints and authorized operations.</remarks>
internal sealed class DescribeCluster(BrokerIdentity broker) : KafkaApi<DescribeClusterRequest, DescribeClusterResponse>
{
    protected override ValueTask<DescribeClusterResponse> AnswerAsync(
        DescribeClusterRequest asked, KafkaRequest request, CancellationToken stoppingToken) =>
        ValueTask.FromResult(new DescribeClusterResponse
        {
            ClusterId = broker.ClusterId,
            ControllerId = BrokerIdentity.NodeId,
            Brokers = [new() { NodeId = BrokerIdentity.NodeId, Host = broker.Host, Port = broker.Port }],
        });
}
