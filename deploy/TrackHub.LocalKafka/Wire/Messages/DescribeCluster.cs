namespace TrackHub.LocalKafka.Wire.Messages;

/// <summary>What of the cluster to describe.</summary>
internal sealed class DescribeClusterRequest : IWireRequest<DescribeClusterResponse>
{
    public bool IncludeClusterAuthorizedOperations;
    public sbyte EndpointType = 1;

    public ApiRange Range => new(ApiKey.DescribeCluster, 0, 1, FlexibleFrom: 0);

    public void Fields(WireCodec wire)
    {
        wire.Bool(ref IncludeClusterAuthorizedOperations);
        wire.Int8(ref EndpointType, from: 1);
    }
}

/// <summary>The brokers.</summary>
internal sealed class DescribeClusterResponse : IWireMessage
{
    public int ThrottleMs;
    public ErrorCode Error;
    public string? Message;
    public sbyte EndpointType = 1;
    public string ClusterId = "";
    public int ControllerId = -1;
    public List<Broker> Brokers = [];
    public int ClusterAuthorizedOperations = int.MinValue;

    public void Fields(WireCodec wire)
    {
        wire.Int32(ref ThrottleMs);
        wire.Error(ref Error);
        wire.NullableString(ref Message);
        wire.Int8(ref EndpointType, from: 1);
        wire.String(ref ClusterId);
        wire.Int32(ref ControllerId);
        wire.Array(ref Brokers);
        wire.Int32(ref ClusterAuthorizedOperations);
    }

    public sealed class Broker : IWireMessage
    {
        public int NodeId;
        public string Host = "";
        public int Port;
        public string? Rack;

        public void Fields(WireCodec wire)
        {
            wire.Int32(ref NodeId);
            wire.String(ref Host);
            wire.Int32(ref Port);
            wire.NullableString(ref Rack);
        }
    }
}
