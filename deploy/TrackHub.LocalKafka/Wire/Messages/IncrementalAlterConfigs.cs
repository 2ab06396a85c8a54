namespace TrackHub.LocalKafka.Wire.Messages;

/// <summary>Settings to change, by resource.</summary>
internal sealed class IncrementalAlterConfigsRequest : IWireRequest<IncrementalAlterConfigsResponse>
{
    public List<Resource> Resources = [];
    public bool ValidateOnly;

    public ApiRange Range => new(ApiKey.IncrementalAlterConfigs, 0, 1, FlexibleFrom: 1);

    public void Fields(WireCodec wire)
    {
        wire.Array(ref Resources);
        wire.Bool(ref ValidateOnly);
    }

    public sealed class Resource : IWireMessage
    {
        public sbyte Type;
        public string Name = "";
        public List<Change> Changes = [];

        public void Fields(WireCodec wire)
        {
            wire.Int8(ref Type);
            wire.String(ref Name);
            wire.Array(ref Changes);
        }
    }

    public sealed class Change : IWireMessage
    {
        public string Name = "";
        public sbyte Operation;
        public string? Value;

        public void Fields(WireCodec wire)
        {
            wire.String(ref Name);
            wire.Int8(ref Operation);
            wire.NullableString(ref Value);
        }
    }
}

/// <summary>What became of each resource.</summary>
internal sealed class IncrementalAlterConfigsResponse : IWireMessage
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
