namespace TrackHub.LocalKafka.Wire.Messages;

/// <summary>Topics to create.</summary>
internal sealed class CreateTopicsRequest : IWireRequest<CreateTopicsResponse>
{
    public List<Topic> Topics = [];
    public int TimeoutMs = 60000;
    public bool ValidateOnly;

    public ApiRange Range => new(ApiKey.CreateTopics, 0, 7, FlexibleFrom: 5);

    public void Fields(WireCodec wire)
    {
        wire.Array(ref Topics);
        wire.Int32(ref TimeoutMs);
        wire.Bool(ref ValidateOnly, from: 1);
    }

    public sealed class Topic : IWireMessage
    {
        public string Name = "";
        public int PartitionCount;
        public short ReplicationFactor;
        public List<ReplicaAssignment> Assignments = [];
        public List<Setting> Settings = [];

        public void Fields(WireCodec wire)
        {
            wire.String(ref Name);
            wire.Int32(ref PartitionCount);
            wire.Int16(ref ReplicationFactor);
            wire.Array(ref Assignments);
            wire.Array(ref Settings);
        }
    }

    public sealed class ReplicaAssignment : IWireMessage
    {
        public int Index;
        public List<int> Nodes = [];

        public void Fields(WireCodec wire)
        {
            wire.Int32(ref Index);
            wire.Int32Array(ref Nodes);
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

/// <summary>The topics as created.</summary>
internal sealed class CreateTopicsResponse : IWireMessage
{
    public int ThrottleMs;
    public List<Topic> Topics = [];

    public void Fields(WireCodec wire)
    {
        wire.Int32(ref ThrottleMs, from: 2);
        wire.Array(ref Topics);
    }

    public sealed class Topic : IWireMessage
    {
        public string Name = "";
        public Guid TopicId;
        public ErrorCode Error;
        public string? Message;
        public int PartitionCount = -1;
        public short ReplicationFactor = -1;
        public List<Setting>? Settings;

        public void Fields(WireCodec wire)
        {
            wire.String(ref Name);
            wire.Uuid(ref TopicId, from: 7);
            wire.Error(ref Error);
            wire.NullableString(ref Message, from: 1);
            wire.Int32(ref PartitionCount, from: 5);
            wire.Int16(ref ReplicationFactor, from: 5);
            wire.NullableArray(ref Settings, from: 5);
        }
    }

    public sealed class Setting : IWireMessage
    {
        public string Name = "";
        public string? Value;
        public bool IsReadOnly;
        public sbyte Source = -1;
        public bool IsSensitive;

        public void Fields(WireCodec wire)
        {
            wire.String(ref Name);
            wire.NullableString(ref Value);
            wire.Bool(ref IsReadOnly);
            wire.Int8(ref Source);
            wire.Bool(ref IsSensitive);
        }
    }
}
