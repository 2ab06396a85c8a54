namespace TrackHub.LocalKafka.Wire.Messages;

/// <summary>Topics to describe, null for all (in version 0: none named).</summary>
internal sealed class MetadataRequest : IWireRequest<MetadataResponse>
{
    public List<Topic>? Topics;
    public bool MayCreate = true;
    public bool IncludeClusterAuthorizedOperations;
    public bool IncludeTopicAuthorizedOperations;

    public ApiRange Range => new(ApiKey.Metadata, 0, 12, FlexibleFrom: 9);

    public void Fields(WireCodec wire)
    {
        wire.NullableArray(ref Topics, nullFrom: 1);
        wire.Bool(ref MayCreate, from: 4);
        wire.Bool(ref IncludeClusterAuthorizedOperations, from: 8, to: 10);
        wire.Bool(ref IncludeTopicAuthorizedOperations, from: 8);
    }

    public sealed class Topic : IWireMessage
    {
        public Guid TopicId;
        public string? Name;

        public void Fields(WireCodec wire)
        {
            wire.Uuid(ref TopicId, from: 10);
            wire.NullableString(ref Name, nullFrom: 10);
        }
    }
}

/// <summary>Brokers, and topics with their partitions.</summary>
internal sealed class MetadataResponse : IWireMessage
{
    public int ThrottleMs;
    public List<Broker> Brokers = [];
    public string? ClusterId;
    public int ControllerId = -1;
    public List<Topic> Topics = [];
    public int ClusterAuthorizedOperations = int.MinValue;

    public void Fields(WireCodec wire)
    {
        wire.Int32(ref ThrottleMs, from: 3);
        wire.Array(ref Brokers);
        wire.NullableString(ref ClusterId, from: 2);
        wire.Int32(ref ControllerId, from: 1);
        wire.Array(ref Topics);
        wire.Int32(ref ClusterAuthorizedOperations, from: 8, to: 10);
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
            wire.NullableString(ref Rack, from: 1);
        }
    }

    public sealed class Topic : IWireMessage
    {
        public ErrorCode Error;
        public string? Name;
        public Guid TopicId;
        public bool IsInternal;
        public List<Partition> Partitions = [];
        public int TopicAuthorizedOperations = int.MinValue;

        public void Fields(WireCodec wire)
        {
            wire.Error(ref Error);
            wire.NullableString(ref Name, nullFrom: 12);
            wire.Uuid(ref TopicId, from: 10);
            wire.Bool(ref IsInternal, from: 1);
            wire.Array(ref Partitions);
            wire.Int32(ref TopicAuthorizedOperations, from: 8);
        }
    }

    public sealed class Partition : IWireMessage
    {
        public ErrorCode Error;
        public int Index;
        public int LeaderId;
        public int LeaderEpoch = -1;
        public List<int> Replicas = [];
        public List<int> InSyncReplicas = [];
        public List<int> OfflineReplicas = [];

        public void Fields(WireCodec wire)
        {
            wire.Error(ref Error);
            wire.Int32(ref Index);
            wire.Int32(ref LeaderId);
            wire.Int32(ref LeaderEpoch, from: 7);
            wire.Int32Array(ref Replicas);
            wire.Int32Array(ref InSyncReplicas);
            wire.Int32Array(ref OfflineReplicas, from: 5);
        }
    }
}
