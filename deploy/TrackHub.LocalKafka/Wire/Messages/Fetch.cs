namespace TrackHub.LocalKafka.Wire.Messages;

/// <summary>Offsets to read from, by topic and partition.</summary>
internal sealed class FetchRequest : IWireRequest<FetchResponse>
{
    public int ReplicaId = -1;
    public int MaxWaitMs;
    public int MinBytes;
    public int MaxBytes = int.MaxValue;
    public sbyte IsolationLevel;
    public int SessionId;
    public int SessionEpoch = -1;
    public List<Topic> Topics = [];
    public List<ForgottenTopic> ForgottenTopics = [];
    public string RackId = "";

    public ApiRange Range => new(ApiKey.Fetch, 4, 12, FlexibleFrom: 12);

    public void Fields(WireCodec wire)
    {
        wire.Int32(ref ReplicaId);
        wire.Int32(ref MaxWaitMs);
        wire.Int32(ref MinBytes);
        wire.Int32(ref MaxBytes);
        wire.Int8(ref IsolationLevel);
        wire.Int32(ref SessionId, from: 7);
        wire.Int32(ref SessionEpoch, from: 7);
        wire.Array(ref Topics);
        wire.Array(ref ForgottenTopics, from: 7);
        wire.String(ref RackId, from: 11);
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
        public int CurrentLeaderEpoch = -1;
        public long Offset;
        public int LastFetchedEpoch = -1;
        public long LogStartOffset = -1;
        public int MaxBytes;

        public void Fields(WireCodec wire)
        {
            wire.Int32(ref Index);
            wire.Int32(ref CurrentLeaderEpoch, from: 9);
            wire.Int64(ref Offset);
            wire.Int32(ref LastFetchedEpoch, from: 12);
            wire.Int64(ref LogStartOffset, from: 5);
            wire.Int32(ref MaxBytes);
        }
    }

    public sealed class ForgottenTopic : IWireMessage
    {
        public string Name = "";
        public List<int> Partitions = [];

        public void Fields(WireCodec wire)
        {
            wire.String(ref Name);
            wire.Int32Array(ref Partitions);
        }
    }
}

/// <summary>Batches, by topic and partition.</summary>
internal sealed class FetchResponse : IWireMessage
{
    public int ThrottleMs;
    public ErrorCode Error;
    public int SessionId;
    public List<Topic> Topics = [];

    public void Fields(WireCodec wire)
    {
        wire.Int32(ref ThrottleMs);
        wire.Error(ref Error, from: 7);
        wire.Int32(ref SessionId, from: 7);
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
        public ErrorCode Error;
        public long HighWatermark;
        public long LastStableOffset = -1;
        public long LogStartOffset = -1;
        public List<AbortedTransaction>? AbortedTransactions;
        public int PreferredReadReplica = -1;
        public Memory<byte>? Records;

        /// <summary>Writes the records instead, if not null.</summary>
        public IRecordSource? RecordSource;

        public void Fields(WireCodec wire)
        {
            wire.Int32(ref Index);
            wire.Error(ref Error);
            wire.Int64(ref HighWatermark);
            wire.Int64(ref LastStableOffset);
            wire.Int64(ref LogStartOffset, from: 5);
            wire.NullableArray(ref AbortedTransactions);
            wire.Int32(ref PreferredReadReplica, from: 11);
            wire.Records(ref Records, RecordSource);
        }
    }

    public sealed class AbortedTransaction : IWireMessage
    {
        public long ProducerId;
        public long FirstOffset;

        public void Fields(WireCodec wire)
        {
            wire.Int64(ref ProducerId);
            wire.Int64(ref FirstOffset);
        }
    }
}
