namespace TrackHub.LocalKafka.Wire.Messages;

/// <summary>Resources whose settings are asked for; keys of null are all.</summary>
internal sealed class DescribeConfigsRequest : IWireRequest<DescribeConfigsResponse>
{
    public List<Resource> Resources = [];
    public bool IncludeSynonyms;
    public bool IncludeDocumentation;

    public ApiRange Range => new(ApiKey.DescribeConfigs, 0, 4, FlexibleFrom: 4);

    public void Fields(WireCodec wire)
    {
        wire.Array(ref Resources);
        wire.Bool(ref IncludeSynonyms, from: 1);
        wire.Bool(ref IncludeDocumentation, from: 3);
    }

    public sealed class Resource : IWireMessage
    {
        public sbyte Type;
        public string Name = "";
        public List<string>? Keys;

        public void Fields(WireCodec wire)
        {
            wire.Int8(ref Type);
            wire.String(ref Name);
            wire.NullableStringArray(ref Keys);
        }
    }
}

/// <summary>The settings.</summary>
internal sealed class DescribeConfigsResponse : IWireMessage
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
        public List<Setting> Settings = [];

        public void Fields(WireCodec wire)
        {
            wire.Error(ref Error);
            wire.NullableString(ref Message);
            wire.Int8(ref Type);
            wire.String(ref Name);
            wire.Array(ref Settings);
        }
    }

    public sealed class Setting : IWireMessage
    {
        public string Name = "";
        public string? Value;
        public bool IsReadOnly;
        public bool IsDefault;
        public sbyte Source = -1;
        public bool IsSensitive;
        public List<Synonym> Synonyms = [];
        public sbyte Type;
        public string? Documentation;

        public void Fields(WireCodec wire)
        {
            wire.String(ref Name);
            wire.NullableString(ref Value);
            wire.Bool(ref IsReadOnly);
            wire.Bool(ref IsDefault, to: 0);
            wire.Int8(ref Source, from: 1);
            wire.Bool(ref IsSensitive);
            wire.Array(ref Synonyms, from: 1);
            wire.Int8(ref Type, from: 3);
            wire.NullableString(ref Documentation, from: 3);
        }
    }

    public sealed class Synonym : IWireMessage
    {
        public string Name = "";
        public string? Value;
        public sbyte Source;

        public void Fields(WireCodec wire)
        {
            wire.String(ref Name);
            wire.NullableString(ref Value);
            wire.Int8(ref Source);
        }
    }
}
