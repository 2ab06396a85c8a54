namespace TrackHub.LocalKafka.Wire.Messages;

/// <summary>Groups to delete.</summary>
internal sealed class DeleteGroupsRequest : IWireRequest<DeleteGroupsResponse>
{
    public List<string> Groups = [];

    public ApiRange Range => new(ApiKey.DeleteGroups, 0, 2, FlexibleFrom: 2);

    public void Fields(WireCodec wire)
    {
        wire.StringArray(ref Groups);
    }
}

/// <summary>What became of each.</summary>
internal sealed class DeleteGroupsResponse : IWireMessage
{
    public int ThrottleMs;
    public List<Group> Groups = [];

    public void Fields(WireCodec wire)
    {
        wire.Int32(ref ThrottleMs);
        wire.Array(ref Groups);
    }

    public sealed class Group : IWireMessage
    {
        public string GroupId = "";
        public ErrorCode Error;

        public void Fields(WireCodec wire)
        {
            wire.String(ref GroupId);
            wire.Error(ref Error);
        }
    }
}
