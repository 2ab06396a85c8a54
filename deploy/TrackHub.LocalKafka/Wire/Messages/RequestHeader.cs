namespace TrackHub.LocalKafka.Wire.Messages;

/// <summary>What stands before every request's body. In flexible versions tagged fields follow it; the client id stays classic.</summary>
internal sealed class RequestHeader : IWireMessage
{
    public short Key;
    public short Version;
    public int CorrelationId;
    public string? ClientId;

    public void Fields(WireCodec wire)
    {
        wire.Int16(ref Key);
        wire.Int16(ref Version);
        wire.Int32(ref CorrelationId);
        wire.NullableString(ref ClientId);
    }
}
