namespace TrackHub.LocalKafka.Wire.Messages;

/// <summary>Epochs whose ends are asked for.</summary>
internal sealed class OffsetForLeaderEpochRequest : IWireRequest<OffsetForLeaderEpochResponse>
{
    public int ReplicaId = -2;
    public List<Topic> Topics = [];

    public ApiRange Range => new(ApiKey.OffsetForLeaderEpoch, 0, 4, FlexibleFrom: 4);

    public void Fields(WireCodec wire)
    {
        wire.Int32(ref ReplicaId, from: 3);
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
        public int CurrentLeaderEpoch = -1;
        public int LeaderEpoch;

        public void Fields(WireCodec wire)
        {
            wire.Int32(ref Index);
            wire.Int32(ref CurrentLeaderEpoch, from: 2);
            wire.Int32(ref LeaderEpoch);
        }
    }
}

/// <summary>The end offset of each.</summary>
internal sealed class OffsetForLeaderEpochResponse : IWireMessage
{
    public int ThrottleMs;
    public List<Topic> Topics = [];

    public void Fields(WireCodec wire)
    {
        wire.Int32(ref ThrottleMs, from: 2);
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
        public ErrorCode Error;
        public int Index;
        public int LeaderEpoch = -1;
        public long EndOffset = -1;

        public void Fields(WireCodec wire)
        {
            wire.Error(ref Error);
            wire.Int32(ref Index);
            wire.Int32(ref LeaderEpoch, from: 1);
            wire.Int64(ref EndOffset);
        }
    }
}
