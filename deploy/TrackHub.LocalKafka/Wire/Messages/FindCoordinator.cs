namespace TrackHub.LocalKafka.Wire.Messages;

/// <summary>Groups or transactions whose coordinators are looked for.</summary>
internal sealed class FindCoordinatorRequest : IWireRequest<FindCoordinatorResponse>
{
    public string Key = "";
    public sbyte KeyType;
    public List<string> Keys = [];

    public ApiRange Range => new(ApiKey.FindCoordinator, 0, 4, FlexibleFrom: 3);

    public void Fields(WireCodec wire)
    {
        wire.String(ref Key, to: 3);
        wire.Int8(ref KeyType, from: 1);
        wire.StringArray(ref Keys, from: 4);
    }
}

/// <summary>The coordinators.</summary>
internal sealed class FindCoordinatorResponse : IWireMessage
{
    public int ThrottleMs;
    public ErrorCode Error;
    public string? Message;
    public int NodeId;
    public string Host = "";
    public int Port;
    public List<Coordinator> Coordinators = [];

    public void Fields(WireCodec wire)
    {
        wire.Int32(ref ThrottleMs, from: 1);
        wire.Error(ref Error, to: 3);
        wire.NullableString(ref Message, from: 1, to: 3);
        wire.Int32(ref NodeId, to: 3);
        wire.String(ref Host, to: 3);
        wire.Int32(ref Port, to: 3);
        wire.Array(ref Coordinators, from: 4);
    }

    public sealed class Coordinator : IWireMessage
    {
        public string Key = "";
        public int NodeId;
        public string Host = "";
        public int Port;
        public ErrorCode Error;
        public string? Message;

        public void Fields(WireCodec wire)
        {
            wire.String(ref Key);
            wire.Int32(ref NodeId);
            wire.String(ref Host);
            wire.Int32(ref Port);
            wire.Error(ref Error);
            wire.NullableString(ref Message);
        }
    }
}
