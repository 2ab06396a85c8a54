namespace TrackHub.LocalKafka.Wire.Messages;

/// <summary>Members that leave.</summary>
internal sealed class LeaveGroupRequest : IWireRequest<LeaveGroupResponse>
{
    public string GroupId = "";
    public string MemberId = "";
    public List<Member> Members = [];

    public ApiRange Range => new(ApiKey.LeaveGroup, 0, 5, FlexibleFrom: 4);

    public void Fields(WireCodec wire)
    {
        wire.String(ref GroupId);
        wire.String(ref MemberId, to: 2);
        wire.Array(ref Members, from: 3);
    }

    public sealed class Member : IWireMessage
    {
        public string MemberId = "";
        public string? InstanceId;
        public string? Reason;

        public void Fields(WireCodec wire)
        {
            wire.String(ref MemberId);
            wire.NullableString(ref InstanceId);
            wire.NullableString(ref Reason, from: 5);
        }
    }
}

/// <summary>What became of each.</summary>
internal sealed class LeaveGroupResponse : IWireMessage
{
    public int ThrottleMs;
    public ErrorCode Error;
    public List<Member> Members = [];

    public void Fields(WireCodec wire)
    {
        wire.Int32(ref ThrottleMs, from: 1);
        wire.Error(ref Error);
        wire.Array(ref Members, from: 3);
    }

    public sealed class Member : IWireMessage
    {
        public string MemberId = "";
        public string? InstanceId;
        public ErrorCode Error;

        public void Fields(WireCodec wire)
        {
            wire.String(ref MemberId);
            wire.NullableString(ref InstanceId);
            wire.Error(ref Error);
        }
    }
}
