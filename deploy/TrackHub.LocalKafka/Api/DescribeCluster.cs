using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Api;

/// <summary>DescribeCluster, key 60: the one broker, which is its own controller.</summary>
/// <remarks>Versions 0 to 1. Left out: controller endpoints and authorized operations.</remarks>
internal sealed class DescribeCluster(BrokerIdentity broker) : IKafkaApi
{
    private const sbyte BrokerEndpoints = 1;

    public ApiRange Range => new(ApiKey.DescribeCluster, 0, 1, 0);

    public ValueTask AnswerAsync(KafkaRequest request, WireWriter response, CancellationToken stoppingToken)
    {
        response.Int32(0);   // throttle time
        response.Error(ErrorCode.None);
        response.String(null);   // error message
        if (request.Version >= 1)
            response.Int8(BrokerEndpoints);
        response.String(broker.ClusterId);
        response.Int32(BrokerIdentity.NodeId);   // controller
        response.ArrayLength(1);
        response.Int32(BrokerIdentity.NodeId);
        response.String(broker.Host);
        response.Int32(broker.Port);
        response.String(null);   // rack
        response.Tags();
        response.Int32(BrokerIdentity.OperationsUnknown);
        response.Tags();
        return default;
    }
}
