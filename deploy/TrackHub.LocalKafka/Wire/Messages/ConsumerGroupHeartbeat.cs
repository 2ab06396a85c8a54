namespace TrackHub.LocalKafka.Wire.Messages;

/// <summary>What a member of a group of KIP-848 is told; here only ever why not.</summary>
internal sealed class ConsumerGroupHeartbeatResponse : IWireMessage
{
    public int ThrottleMs;
    public ErrorCode Error;
    public string? Message;
    public string? MemberId;
    public int MemberEpoch;
    public int HeartbeatIntervalMs;

    /// <summary>-1: no assignment follows.</summary>
    public sbyte Assignment = -1;

    public void Fields(WireCodec wire)
    {
        wire.Int32(ref ThrottleMs);
        wire.Error(ref Error);
        wire.NullableString(ref Message);
        wire.NullableString(ref MemberId);
        wire.Int32(ref MemberEpoch);
        wire.Int32(ref HeartbeatIntervalMs);
        wire.Int8(ref Assignment);
    }
}
