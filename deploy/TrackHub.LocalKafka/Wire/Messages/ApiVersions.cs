namespace TrackHub.LocalKafka.Wire.Messages;

/// <summary>The client by name and version.</summary>
internal sealed class ApiVersionsRequest : IWireRequest<ApiVersionsResponse>
{
    public string ClientSoftwareName = "";
    public string ClientSoftwareVersion = "";

    public ApiRange Range => new(ApiKey.ApiVersions, 0, 3, FlexibleFrom: 3);

    public void Fields(WireCodec wire)
    {
        wire.String(ref ClientSoftwareName, from: 3);
        wire.String(ref ClientSoftwareVersion, from: 3);
    }
}

/// <summary>The request kinds and versions that are served.</summary>
internal sealed class ApiVersionsResponse : IWireMessage
{
    public ErrorCode Error;
    public List<Api> ApiKeys = [];
    public int ThrottleMs;

    public void Fields(WireCodec wire)
    {
        wire.Error(ref Error);
        wire.Array(ref ApiKeys);
        wire.Int32(ref ThrottleMs, from: 1);
    }

    public sealed class Api : IWireMessage
    {
        public short Key;
        public short Min;
        public short Max;

        public void Fields(WireCodec wire)
        {
            wire.Int16(ref Key);
            wire.Int16(ref Min);
            wire.Int16(ref Max);
        }
    }
}
