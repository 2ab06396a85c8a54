namespace TrackHub.LocalKafka.Wire.Messages;

/// <summary>Topics to delete, by name or id.</summary>
internal sealed class DeleteTopicsRequest : IWireRequest<DeleteTopicsResponse>
{
    public List<Topic> Topics = [];
    public List<string> TopicNames = [];
    public int TimeoutMs;

    public ApiRange Range => new(ApiKey.DeleteTopics, 0, 6, FlexibleFrom: 4);

    public void Fields(WireCodec wire)
    {
        wire.Array(ref Topics, from: 6);
        wire.StringArray(ref TopicNames, to: 5);
        wire.Int32(ref TimeoutMs);
    }

    public sealed class Topic : IWireMessage
    {
        public string? Name;
        public Guid TopicId;

        public void Fields(WireCodec wire)
        {
            wire.NullableString(ref Name);
            wire.Uuid(ref TopicId);
        }
    }
}

/// <summary>What became of each.</summary>
internal sealed class DeleteTopicsResponse : IWireMessage
{
    public int ThrottleMs;
    public List<Topic> Topics = [];

    public void Fields(WireCodec wire)
    {
        wire.Int32(ref ThrottleMs, from: 1);
        wire.Array(ref Topics);
    }

    public sealed class Topic : IWireMessage
    {
        public string? Name;
        public Guid TopicId;
        public ErrorCode Error;
        public string? Message;

        public void Fields(WireCodec wire)
        {
            wire.NullableString(ref Name, nullFrom: 6);
            wire.Uuid(ref TopicId, from: 6);
            wire.Error(ref Error);
            wire.NullableString(ref Message, from: 5);
        }
    }
}
