namespace TrackHub.LocalKafka.Wire.Messages;

/// <summary>Batches to append, by topic and partition.</summary>
internal sealed class ProduceRequest : IWireRequest<ProduceResponse>
{
    public string? TransactionalId;
    public short Acks;
    public int TimeoutMs;
    public List<Topic> Topics = [];

    public ApiRange Range => new(ApiKey.Produce, 0, 11, FlexibleFrom: 9);

    public void Fields(WireCodec wire)
    {
        wire.NullableString(ref TransactionalId, from: 3);
        wire.Int16(ref Acks);
        wire.Int32(ref TimeoutMs);
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
        public Memory<byte>? Records;

        public void Fields(WireCodec wire)
        {
            wire.Int32(ref Index);
            wire.Records(ref Records);
        }
    }
}

/// <summary>Where the batches were appended.</summary>
internal sealed class ProduceResponse : IWireMessage
{
    public List<Topic> Topics = [];
    public int ThrottleMs;

    public void Fields(WireCodec wire)
    {
        wire.Array(ref Topics);
        wire.Int32(ref ThrottleMs, from: 1);
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
        public ErrorCode Error;
        public long BaseOffset;
        public long LogAppendUnixMs = -1;
        public long LogStartOffset = -1;
        public List<RecordError> RecordErrors = [];
        public string? Message;

        public void Fields(WireCodec wire)
        {
            wire.Int32(ref Index);
            wire.Error(ref Error);
            wire.Int64(ref BaseOffset);
            wire.Int64(ref LogAppendUnixMs, from: 2);
            wire.Int64(ref LogStartOffset, from: 5);
            wire.Array(ref RecordErrors, from: 8);
            wire.NullableString(ref Message, from: 8);
        }
    }

    public sealed class RecordError : IWireMessage
    {
        public int BatchIndex;
        public string? Message;

        public void Fields(WireCodec wire)
        {
            wire.Int32(ref BatchIndex);
            wire.NullableString(ref Message);
        }
    }
}
