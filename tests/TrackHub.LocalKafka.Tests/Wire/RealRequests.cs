using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Tests.Wire;

/// <summary>Bodies as clients send them, for the requests that hold most: what the fuzz tests start from.</summary>
internal static class RealRequests
{
    public static readonly IReadOnlyDictionary<ApiKey, (short Version, Action<WireWriter> Write)> Bodies =
        new Dictionary<ApiKey, (short, Action<WireWriter>)>
        {
            [ApiKey.Produce] = (9, Produce),
            [ApiKey.Fetch] = (12, Fetch),
            [ApiKey.ListOffsets] = (7, ListOffsets),
            [ApiKey.Metadata] = (12, Metadata),
            [ApiKey.OffsetCommit] = (8, OffsetCommit),
            [ApiKey.OffsetFetch] = (8, OffsetFetch),
            [ApiKey.JoinGroup] = (3, JoinGroup),
            [ApiKey.SyncGroup] = (3, SyncGroup),
            [ApiKey.CreateTopics] = (5, CreateTopics),
            [ApiKey.IncrementalAlterConfigs] = (1, IncrementalAlterConfigs),
        };

    private static void Produce(WireWriter writer)
    {
        writer.String(null);
        writer.Int16(-1);
        writer.Int32(1000);
        Topics(writer, partition =>
        {
            writer.Int32(partition);
            writer.Bytes(TestBatch.Encode("value"));
        });
        writer.Tags();
    }

    private static void Fetch(WireWriter writer)
    {
        writer.Int32(-1);
        writer.Int32(10);    // wait
        writer.Int32(1);
        writer.Int32(100_000);
        writer.Int8(0);
        writer.Int32(0);     // session
        writer.Int32(-1);
        Topics(writer, partition =>
        {
            writer.Int32(partition);
            writer.Int32(0);
            writer.Int64(0);
            writer.Int32(-1);
            writer.Int64(-1);
            writer.Int32(50_000);
        });
        writer.ArrayLength(0);
        writer.String("");
        writer.Tags();
    }

    private static void ListOffsets(WireWriter writer)
    {
        writer.Int32(-1);
        writer.Int8(0);
        Topics(writer, partition =>
        {
            writer.Int32(partition);
            writer.Int32(0);
            writer.Int64(1);
        });
        writer.Tags();
    }

    private static void Metadata(WireWriter writer)
    {
        writer.Array(["topic"], name =>
        {
            writer.Uuid(Guid.Empty);
            writer.String(name);
        });
        writer.Bool(true);
        writer.Bool(false);
        writer.Tags();
    }

    private static void OffsetCommit(WireWriter writer)
    {
        writer.String("group");
        writer.Int32(-1);
        writer.String("");
        writer.String(null);
        Topics(writer, partition =>
        {
            writer.Int32(partition);
            writer.Int64(5);
            writer.Int32(0);
            writer.String("metadata");
        });
        writer.Tags();
    }

    private static void OffsetFetch(WireWriter writer)
    {
        writer.Array(["group"], group =>
        {
            writer.String(group);
            writer.Array(["topic"], name =>
            {
                writer.String(name);
                writer.Int32Array(0, 1);
            });
        });
        writer.Bool(false);
        writer.Tags();
    }

    private static void JoinGroup(WireWriter writer)
    {
        writer.String("group");
        writer.Int32(6000);
        writer.Int32(6000);
        writer.String("");
        writer.String("consumer");
        writer.Array(["range", "roundrobin"], name =>
        {
            writer.String(name);
            writer.Bytes([1, 2, 3]);
        });
    }

    private static void SyncGroup(WireWriter writer)
    {
        writer.String("group");
        writer.Int32(1);
        writer.String("member");
        writer.String(null);
        writer.Array(["member"], name =>
        {
            writer.String(name);
            writer.Bytes([1, 2, 3]);
        });
    }

    private static void CreateTopics(WireWriter writer)
    {
        writer.Array(["other"], name =>
        {
            writer.String(name);
            writer.Int32(2);
            writer.Int16(1);
            writer.ArrayLength(0);
            writer.Array(["retention.ms"], setting =>
            {
                writer.String(setting);
                writer.String("1000");
            });
        });
        writer.Int32(1000);
        writer.Bool(false);
        writer.Tags();
    }

    private static void IncrementalAlterConfigs(WireWriter writer)
    {
        writer.Array(["topic"], name =>
        {
            writer.Int8(2);
            writer.String(name);
            writer.Array(["retention.ms"], setting =>
            {
                writer.String(setting);
                writer.Int8(0);
                writer.String("1000");
            });
        });
        writer.Bool(false);
        writer.Tags();
    }

    private static void Topics(WireWriter writer, Action<int> partition) => writer.Array(["topic"], name =>
    {
        writer.String(name);
        writer.Array([0, 1], partition);
    });
}
