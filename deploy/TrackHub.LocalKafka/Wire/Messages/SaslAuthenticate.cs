namespace TrackHub.LocalKafka.Wire.Messages;

/// <summary>The mechanism's token.</summary>
internal sealed class SaslAuthenticateRequest : IWireRequest<SaslAuthenticateResponse>
{
    public byte[] Token = [];

    public ApiRange Range => new(ApiKey.SaslAuthenticate, 0, 2, FlexibleFrom: 2);

    public void Fields(WireCodec wire) => wire.Bytes(ref Token);
}

/// <summary>The mechanism's answer, or why it failed.</summary>
internal sealed class SaslAuthenticateResponse : IWireMessage
{
    public ErrorCode Error;
    public string? Message;
    public byte[] Token = [];

    /// <summary>How long the session lasts; 0 as long as the connection.</summary>
    public long SessionLifetimeMs;

    public void Fields(WireCodec wire)
    {
        wire.Error(ref Error);
        wire.NullableString(ref Message);
        wire.Bytes(ref Token);
        wire.Int64(ref SessionLifetimeMs, from: 1);
    }
}
