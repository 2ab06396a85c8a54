namespace TrackHub.LocalKafka.Wire.Messages;

/// <summary>Partitions whose size on disk is asked for; null is all.</summary>
internal sealed class DescribeLogDirsRequest : IWireRequest<DescribeLogDirsResponse>
{
    public List<Topic>? Topics;

    public ApiRange Range => new(ApiKey.DescribeLogDirs, 0, 4, FlexibleFrom: 2);

    public void Fields(WireCodec wire) => wire.NullableArray(ref Topics);

    public sealed class Topic : IWireMessage
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

/// <summary>The log's folders with the partitions in each.</summary>
internal sealed class DescribeLogDirsResponse : IWireMessage
{
    public int ThrottleMs;
    public ErrorCode Error;
    public List<Folder> Folders = [];

    public void Fields(WireCodec wire)
    {
        wire.Int32(ref ThrottleMs);
        wire.Error(ref Error, from: 3);
        wire.Array(ref Folders);
    }

    public sealed class Folder : IWireMessage
    {
        public ErrorCode Error;
        public string Path = "";
        public List<Topic> Topics = [];
        public long TotalBytes = -1;
        public long UsableBytes = -1;

        public void Fields(WireCodec wire)
        {
            wire.Error(ref Error);
            wire.String(ref Path);
            wire.Array(ref Topics);
            wire.Int64(ref TotalBytes, from: 4);
            wire.Int64(ref UsableBytes, from: 4);
        }
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
        public long Bytes;
        public long OffsetLag;
        public bool IsFuture;

        public void Fields(WireCodec wire)
        {
            wire.Int32(ref Index);
            wire.Int64(ref Bytes);
            wire.Int64(ref OffsetLag);
            wire.Bool(ref IsFuture);
        }
    }
}
