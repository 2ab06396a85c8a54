namespace TrackHub.LocalKafka.Wire.Messages;

/// <summary>Positions that a group is to forget.</summary>
internal sealed class OffsetDeleteRequest : IWireRequest<OffsetDeleteResponse>
{
    public string GroupId = "";
    public List<Topic> Topics = [];

    public ApiRange Range => new(ApiKey.OffsetDelete, 0, 0, ApiRange.NeverFlexible);

    public void Fields(WireCodec wire)
    {
        wire.String(ref GroupId);
        wire.Array(ref Topics);
    }

    public sealed class Topic : IWireMessage
    {
        public string Name = "";
        public List<int> Partitions = [];

        public void Fields(WireCodec wire)
        {
            wire.String(ref Name);
            wire.Int32Array(ref Partitions);
        }
    }
}

/// <summary>What became of each position; of none if the group as a whole refused.</summary>
internal sealed class OffsetDeleteResponse : IWireMessage
{
    public ErrorCode Error;
    public int ThrottleMs;
    public List<Topic> Topics = [];

    public void Fields(WireCodec wire)
    {
        wire.Error(ref Error);
        wire.Int32(ref ThrottleMs);
        wire.Array(ref Topics);
    }

    public sealed class Topic : IWireMessage
    {
        public string Name = "";
        public List<Partition> Partitions = [];

        public void Fields(WireCodec wire)
        {
            wire.String(ref Name);
            wire.Array(ref Partitions);
        }
    }

    public sealed class Partition : IWireMessage
    {
        public int Index;
        public ErrorCode Error;

        public void Fields(WireCodec wire)
        {
            wire.Int32(ref Index);
            wire.Error(ref Error);
        }
    }
}
