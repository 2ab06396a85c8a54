namespace TrackHub.LocalKafka.Wire.Messages;

/// <summary>Times whose offsets are asked for.</summary>
internal sealed class ListOffsetsRequest : IWireRequest<ListOffsetsResponse>
{
    public int ReplicaId;
    public sbyte IsolationLevel;
    public List<Topic> Topics = [];

    public ApiRange Range => new(ApiKey.ListOffsets, 1, 7, FlexibleFrom: 6);

    public void Fields(WireCodec wire)
    {
        wire.Int32(ref ReplicaId);
        wire.Int8(ref IsolationLevel, from: 2);
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
        public long Timestamp;

        public void Fields(WireCodec wire)
        {
            wire.Int32(ref Index);
            wire.Int32(ref CurrentLeaderEpoch, from: 4);
            wire.Int64(ref Timestamp);
        }
    }
}

/// <summary>The offsets found, -1 where there is none.</summary>
internal sealed class ListOffsetsResponse : IWireMessage
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
        public int Index;
        public ErrorCode Error;
        public long Timestamp = -1;
        public long Offset = -1;
        public int LeaderEpoch = -1;

        public void Fields(WireCodec wire)
        {
            wire.Int32(ref Index);
            wire.Error(ref Error);
            wire.Int64(ref Timestamp);
            wire.Int64(ref Offset);
            wire.Int32(ref LeaderEpoch, from: 4);
        }
    }
}
