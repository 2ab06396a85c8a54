namespace TrackHub.LocalKafka.Wire.Messages;

/// <summary>Offsets before which records are to go.</summary>
internal sealed class DeleteRecordsRequest : IWireRequest<DeleteRecordsResponse>
{
    public List<Topic> Topics = [];
    public int TimeoutMs;

    public ApiRange Range => new(ApiKey.DeleteRecords, 0, 2, FlexibleFrom: 2);

    public void Fields(WireCodec wire)
    {
        wire.Array(ref Topics);
        wire.Int32(ref TimeoutMs);
    }

    public sealed class Topic : IWireMessage
    {
        public string Name = "";
        public List<Partition> Partitions = [];

        public void Fields(WireCodec wire)
        {
            wire.String(ref Name);
            wire.Array(ref Partitions);
        }
    }

    public sealed class Partition : IWireMessage
    {
        public int Index;
        public long Offset;

        public void Fields(WireCodec wire)
        {
            wire.Int32(ref Index);
            wire.Int64(ref Offset);
        }
    }
}

/// <summary>Where each partition starts now.</summary>
internal sealed class DeleteRecordsResponse : IWireMessage
{
    public int ThrottleMs;
    public List<Topic> Topics = [];

    public void Fields(WireCodec wire)
    {
        wire.Int32(ref ThrottleMs);
        wire.Array(ref Topics);
    }

    public sealed class Topic : IWireMessage
    {
        public string Name = "";
        public List<Partition> Partitions = [];

        public void Fields(WireCodec wire)
        {
            wire.String(ref Name);
            wire.Array(ref Partitions);
        }
    }

    public sealed class Partition : IWireMessage
    {
        public int Index;
        public long LowWatermark = -1;
        public ErrorCode Error;

        public void Fields(WireCodec wire)
        {
            wire.Int32(ref Index);
            wire.Int64(ref LowWatermark);
            wire.Error(ref Error);
        }
    }
}
