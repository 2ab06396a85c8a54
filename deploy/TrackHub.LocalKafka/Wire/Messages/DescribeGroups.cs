namespace TrackHub.LocalKafka.Wire.Messages;

/// <summary>Groups to describe.</summary>
internal sealed class DescribeGroupsRequest : IWireRequest<DescribeGroupsResponse>
{
    public List<string> Groups = [];
    public bool IncludeAuthorizedOperations;

    public ApiRange Range => new(ApiKey.DescribeGroups, 0, 5, FlexibleFrom: 5);

    public void Fields(WireCodec wire)
    {
        wire.StringArray(ref Groups);
        wire.Bool(ref IncludeAuthorizedOperations, from: 3);
    }
}

/// <summary>Groups with their members.</summary>
internal sealed class DescribeGroupsResponse : IWireMessage
{
    public int ThrottleMs;
    public List<Group> Groups = [];

    public void Fields(WireCodec wire)
    {
        wire.Int32(ref ThrottleMs, from: 1);
        wire.Array(ref Groups);
    }

    public sealed class Group : IWireMessage
    {
        public ErrorCode Error;
        public string GroupId = "";
        public string State = "";
        public string ProtocolType = "";
        public string Protocol = "";
        public List<Member> Members = [];
        public int AuthorizedOperations = int.MinValue;

        public void Fields(WireCodec wire)
        {
            wire.Error(ref Error);
            wire.String(ref GroupId);
            wire.String(ref State);
            wire.String(ref ProtocolType);
            wire.String(ref Protocol);
            wire.Array(ref Members);
            wire.Int32(ref AuthorizedOperations, from: 3);
        }
    }

    public sealed class Member : IWireMessage
    {
        public string MemberId = "";
        public string? InstanceId;
        public string ClientId = "";
        public string ClientHost = "";
        public byte[] Metadata = [];
        public byte[] Assignment = [];

        public void Fields(WireCodec wire)
        {
            wire.String(ref MemberId);
            wire.NullableString(ref InstanceId, from: 4);
            wire.String(ref ClientId);
            wire.String(ref ClientHost);
            wire.Bytes(ref Metadata);
            wire.Bytes(ref Assignment);
        }
    }
}
