namespace TrackHub.LocalKafka.Wire.Messages;

/// <summary>The mechanism a client will authenticate by.</summary>
internal sealed class SaslHandshakeRequest : IWireRequest<SaslHandshakeResponse>
{
    public string Mechanism = "";

    public ApiRange Range => new(ApiKey.SaslHandshake, 0, 1, FlexibleFrom: ApiRange.NeverFlexible);

    public void Fields(WireCodec wire) => wire.String(ref Mechanism);
}

/// <summary>The mechanisms there are.</summary>
internal sealed class SaslHandshakeResponse : IWireMessage
{
    public ErrorCode Error;
    public List<string> Mechanisms = [];

    public void Fields(WireCodec wire)
    {
        wire.Error(ref Error);
        wire.StringArray(ref Mechanisms);
    }
}
