namespace TrackHub.LocalKafka.Wire.Messages;

/// <summary>Topics and the number of partitions each is to have.</summary>
internal sealed class CreatePartitionsRequest : IWireRequest<CreatePartitionsResponse>
{
    public List<Topic> Topics = [];
    public int TimeoutMs;
    public bool ValidateOnly;

    public ApiRange Range => new(ApiKey.CreatePartitions, 0, 3, FlexibleFrom: 2);

    public void Fields(WireCodec wire)
    {
        wire.Array(ref Topics);
        wire.Int32(ref TimeoutMs);
        wire.Bool(ref ValidateOnly);
    }

    public sealed class Topic : IWireMessage
    {
        public string Name = "";
        public int Count;
        public List<ReplicaAssignment>? Assignments;

        public void Fields(WireCodec wire)
        {
            wire.String(ref Name);
            wire.Int32(ref Count);
            wire.NullableArray(ref Assignments);
        }
    }

    public sealed class ReplicaAssignment : IWireMessage
    {
        public List<int> Nodes = [];

        public void Fields(WireCodec wire)
        {
            wire.Int32Array(ref Nodes);
        }
    }
}

/// <summary>What became of each.</summary>
internal sealed class CreatePartitionsResponse : IWireMessage
{
    public int ThrottleMs;
    public List<Topic> Topics = [];

    public void Fields(WireCodec wire)
    {
        wire.Int32(ref ThrottleMs);
        wire.Array(ref Topics);
    }

    public sealed class Topic : IWireMessage
    {
        public string Name = "";
        public ErrorCode Error;
        public string? Message;

        public void Fields(WireCodec wire)
        {
            wire.String(ref Name);
            wire.Error(ref Error);
            wire.NullableString(ref Message);
        }
    }
}
