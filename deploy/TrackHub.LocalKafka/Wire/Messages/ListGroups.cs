namespace TrackHub.LocalKafka.Wire.Messages;

/// <summary>States and types of the groups to list; none for all.</summary>
internal sealed class ListGroupsRequest : IWireRequest<ListGroupsResponse>
{
    public List<string> States = [];
    public List<string> Types = [];

    public ApiRange Range => new(ApiKey.ListGroups, 0, 5, FlexibleFrom: 3);

    public void Fields(WireCodec wire)
    {
        wire.StringArray(ref States, from: 4);
        wire.StringArray(ref Types, from: 5);
    }
}

/// <summary>The groups.</summary>
internal sealed class ListGroupsResponse : IWireMessage
{
    public int ThrottleMs;
    public ErrorCode Error;
    public List<Group> Groups = [];

    public void Fields(WireCodec wire)
    {
        wire.Int32(ref ThrottleMs, from: 1);
        wire.Error(ref Error);
        wire.Array(ref Groups);
    }

    public sealed class Group : IWireMessage
    {
        public string GroupId = "";
        public string ProtocolType = "";
        public string State = "";
        public string Type = "";

        public void Fields(WireCodec wire)
        {
            wire.String(ref GroupId);
            wire.String(ref ProtocolType);
            wire.String(ref State, from: 4);
            wire.String(ref Type, from: 5);
        }
    }
}
