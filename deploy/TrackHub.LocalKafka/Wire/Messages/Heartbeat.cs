namespace TrackHub.LocalKafka.Wire.Messages;

/// <summary>A member that lives.</summary>
internal sealed class HeartbeatRequest : IWireRequest<HeartbeatResponse>
{
    public string GroupId = "";
    public int Generation;
    public string MemberId = "";
    public string? InstanceId;

    public ApiRange Range => new(ApiKey.Heartbeat, 0, 4, FlexibleFrom: 4);

    public void Fields(WireCodec wire)
    {
        wire.String(ref GroupId);
        wire.Int32(ref Generation);
        wire.String(ref MemberId);
        wire.NullableString(ref InstanceId, from: 3);
    }
}

/// <summary>Whether its generation goes on.</summary>
internal sealed class HeartbeatResponse : IWireMessage
{
    public int ThrottleMs;
    public ErrorCode Error;

    public void Fields(WireCodec wire)
    {
        wire.Int32(ref ThrottleMs, from: 1);
        wire.Error(ref Error);
    }
}
