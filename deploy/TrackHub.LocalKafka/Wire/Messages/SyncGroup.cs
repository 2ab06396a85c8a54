namespace TrackHub.LocalKafka.Wire.Messages;

/// <summary>A member of a generation; of its leader, everyone's share.</summary>
internal sealed class SyncGroupRequest : IWireRequest<SyncGroupResponse>
{
    public string GroupId = "";
    public int Generation;
    public string MemberId = "";
    public string? InstanceId;
    public string? ProtocolType;
    public string? Protocol;
    public List<MemberAssignment> Assignments = [];

    public ApiRange Range => new(ApiKey.SyncGroup, 0, 5, FlexibleFrom: 4);

    public void Fields(WireCodec wire)
    {
        wire.String(ref GroupId);
        wire.Int32(ref Generation);
        wire.String(ref MemberId);
        wire.NullableString(ref InstanceId, from: 3);
        wire.NullableString(ref ProtocolType, from: 5);
        wire.NullableString(ref Protocol, from: 5);
        wire.Array(ref Assignments);
    }

    public sealed class MemberAssignment : IWireMessage
    {
        public string MemberId = "";
        public byte[] Assignment = [];

        public void Fields(WireCodec wire)
        {
            wire.String(ref MemberId);
            wire.Bytes(ref Assignment);
        }
    }
}

/// <summary>The member's share.</summary>
internal sealed class SyncGroupResponse : IWireMessage
{
    public int ThrottleMs;
    public ErrorCode Error;
    public string? ProtocolType;
    public string? Protocol;
    public byte[] Assignment = [];

    public void Fields(WireCodec wire)
    {
        wire.Int32(ref ThrottleMs, from: 1);
        wire.Error(ref Error);
        wire.NullableString(ref ProtocolType, from: 5);
        wire.NullableString(ref Protocol, from: 5);
        wire.Bytes(ref Assignment);
    }
}
