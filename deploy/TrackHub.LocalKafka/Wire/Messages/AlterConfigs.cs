namespace TrackHub.LocalKafka.Wire.Messages;

/// <summary>The settings that resources are to have; those not named go back to their defaults.</summary>
internal sealed class AlterConfigsRequest : IWireRequest<AlterConfigsResponse>
{
    public List<Resource> Resources = [];
    public bool ValidateOnly;

    public ApiRange Range => new(ApiKey.AlterConfigs, 0, 2, FlexibleFrom: 2);

    public void Fields(WireCodec wire)
    {
        wire.Array(ref Resources);
        wire.Bool(ref ValidateOnly);
    }

    public sealed class Resource : IWireMessage
    {
        public sbyte Type;
        public string Name = "";
        public List<Setting> Settings = [];

        public void Fields(WireCodec wire)
        {
            wire.Int8(ref Type);
            wire.String(ref Name);
            wire.Array(ref Settings);
        }
    }

    public sealed class Setting : IWireMessage
    {
        public string Name = "";
        public string? Value;

        public void Fields(WireCodec wire)
        {
            wire.String(ref Name);
            wire.NullableString(ref Value);
        }
    }
}

/// <summary>What became of each resource.</summary>
internal sealed class AlterConfigsResponse : IWireMessage
{
    public int ThrottleMs;
    public List<Resource> Resources = [];

    public void Fields(WireCodec wire)
    {
        wire.Int32(ref ThrottleMs);
        wire.Array(ref Resources);
    }

    public sealed class Resource : IWireMessage
    {
        public ErrorCode Error;
        public string? Message;
        public sbyte Type;
        public string Name = "";

        public void Fields(WireCodec wire)
        {
            wire.Error(ref Error);
            wire.NullableString(ref Message);
            wire.Int8(ref Type);
            wire.String(ref Name);
        }
    }
}
