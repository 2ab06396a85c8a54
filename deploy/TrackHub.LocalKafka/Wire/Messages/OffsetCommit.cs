namespace TrackHub.LocalKafka.Wire.Messages;

/// <summary>Offsets to commit for a group.</summary>
internal sealed class OffsetCommitRequest : IWireRequest<OffsetCommitResponse>
{
    public string GroupId = "";
    public int Generation = -1;
    public string MemberId = "";
    public string? InstanceId;
    public long RetentionTimeMs = -1;
    public List<Topic> Topics = [];

    public ApiRange Range => new(ApiKey.OffsetCommit, 2, 9, FlexibleFrom: 8);

    public void Fields(WireCodec wire)
    {
        wire.String(ref GroupId);
        wire.Int32(ref Generation);
        wire.String(ref MemberId);
        wire.NullableString(ref InstanceId, from: 7);
        wire.Int64(ref RetentionTimeMs, to: 4);
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
        public long Offset;
        public int LeaderEpoch = -1;
        public string? Metadata;

        public void Fields(WireCodec wire)
        {
            wire.Int32(ref Index);
            wire.Int64(ref Offset);
            wire.Int32(ref LeaderEpoch, from: 6);
            wire.NullableString(ref Metadata);
        }
    }
}

/// <summary>What became of each offset.</summary>
internal sealed class OffsetCommitResponse : IWireMessage
{
    public int ThrottleMs;
    public List<Topic> Topics = [];

    public void Fields(WireCodec wire)
    {
        wire.Int32(ref ThrottleMs, from: 3);
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
