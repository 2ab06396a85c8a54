namespace TrackHub.LocalKafka.Wire.Messages;

/// <summary>A member, and the protocols it can work with.</summary>
internal sealed class JoinGroupRequest : IWireRequest<JoinGroupResponse>
{
    public string GroupId = "";
    public int SessionTimeoutMs;
    public int RebalanceTimeoutMs = -1;
    public string MemberId = "";
    public string? InstanceId;
    public string ProtocolType = "";
    public List<Candidate> Protocols = [];
    public string? Reason;

    public ApiRange Range => new(ApiKey.JoinGroup, 0, 9, FlexibleFrom: 6);

    public void Fields(WireCodec wire)
    {
        wire.String(ref GroupId);
        wire.Int32(ref SessionTimeoutMs);
        wire.Int32(ref RebalanceTimeoutMs, from: 1);
        wire.String(ref MemberId);
        wire.NullableString(ref InstanceId, from: 5);
        wire.String(ref ProtocolType);
        wire.Array(ref Protocols);
        wire.NullableString(ref Reason, from: 8);
    }

    public sealed class Candidate : IWireMessage
    {
        public string Name = "";
        public byte[] Metadata = [];

        public void Fields(WireCodec wire)
        {
            wire.String(ref Name);
            wire.Bytes(ref Metadata);
        }
    }
}

/// <summary>The generation that was formed; its members only to the leader.</summary>
internal sealed class JoinGroupResponse : IWireMessage
{
    public int ThrottleMs;
    public ErrorCode Error;
    public int Generation = -1;
    public string? ProtocolType;
    public string? Protocol;
    public string Leader = "";
    public bool SkipAssignment;
    public string MemberId = "";
    public List<Member> Members = [];

    public void Fields(WireCodec wire)
    {
        wire.Int32(ref ThrottleMs, from: 2);
        wire.Error(ref Error);
        wire.Int32(ref Generation);
        wire.NullableString(ref ProtocolType, from: 7);
        wire.NullableString(ref Protocol, nullFrom: 7);
        wire.String(ref Leader);
        wire.Bool(ref SkipAssignment, from: 9);
        wire.String(ref MemberId);
        wire.Array(ref Members);
    }

    public sealed class Member : IWireMessage
    {
        public string MemberId = "";
        public string? InstanceId;
        public byte[] Metadata = [];

        public void Fields(WireCodec wire)
        {
            wire.String(ref MemberId);
            wire.NullableString(ref InstanceId, from: 5);
            wire.Bytes(ref Metadata);
        }
    }
}
