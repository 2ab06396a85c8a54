namespace TrackHub.LocalKafka.Wire.Messages;

/// <summary>Groups and partitions whose committed offsets are asked for; topics of null are all of the group.</summary>
internal sealed class OffsetFetchRequest : IWireRequest<OffsetFetchResponse>
{
    public string GroupId = "";
    public List<Topic>? Topics;
    public List<Group> Groups = [];
    public bool RequireStable;

    public ApiRange Range => new(ApiKey.OffsetFetch, 1, 9, FlexibleFrom: 6);

    public void Fields(WireCodec wire)
    {
        wire.String(ref GroupId, to: 7);
        wire.NullableArray(ref Topics, to: 7, nullFrom: 2);
        wire.Array(ref Groups, from: 8);
        wire.Bool(ref RequireStable, from: 7);
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

    public sealed class Group : IWireMessage
    {
        public string GroupId = "";
        public string? MemberId;
        public int MemberEpoch = -1;
        public List<Topic>? Topics;

        public void Fields(WireCodec wire)
        {
            wire.String(ref GroupId);
            wire.NullableString(ref MemberId, from: 9);
            wire.Int32(ref MemberEpoch, from: 9);
            wire.NullableArray(ref Topics);
        }
    }
}

/// <summary>Committed offsets, -1 where there is none.</summary>
internal sealed class OffsetFetchResponse : IWireMessage
{
    public int ThrottleMs;
    public List<Topic> Topics = [];
    public ErrorCode Error;
    public List<Group> Groups = [];

    public void Fields(WireCodec wire)
    {
        wire.Int32(ref ThrottleMs, from: 3);
        wire.Array(ref Topics, to: 7);
        wire.Error(ref Error, from: 2, to: 7);
        wire.Array(ref Groups, from: 8);
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
        public ErrorCode Error;

        public void Fields(WireCodec wire)
        {
            wire.Int32(ref Index);
            wire.Int64(ref Offset);
            wire.Int32(ref LeaderEpoch, from: 5);
            wire.NullableString(ref Metadata);
            wire.Error(ref Error);
        }
    }

    public sealed class Group : IWireMessage
    {
        public string GroupId = "";
        public List<Topic> Topics = [];
        public ErrorCode Error;

        public void Fields(WireCodec wire)
        {
            wire.String(ref GroupId);
            wire.Array(ref Topics);
            wire.Error(ref Error);
        }
    }
}
