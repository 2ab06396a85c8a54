using Microsoft.Extensions.Logging.Abstractions;
using TrackHub.LocalKafka.Registry;
using TrackHub.LocalKafka.Storage;
using TrackHub.LocalKafka.Tests.Compaction;

namespace TrackHub.LocalKafka.Tests.Registry;

/// <summary>The registry over its topic after compaction, which forgets what was deleted for good.</summary>
public sealed class CompactedRegistryTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("registry-").FullName;
    private readonly ManualClock _clock = new();

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Subjects_versions_levels_and_ids_are_as_before()
    {
        using (var topics = new TopicStore(_directory, _clock, NullLogger.Instance))
        {
            var store = new SchemaStore(new SchemaLog(topics, _clock));
            store.Put("orders", 1, 1, "\"int\"", deleted: false);
            store.Put("orders", 2, 2, "\"long\"", deleted: false);
            store.SetLevel("orders", "NONE");
            store.SetLevel("orders", "BACKWARD");
            store.DeleteUpTo("orders", 1);
            store.Put("clicks", 1, 3, "\"string\"", deleted: true);
            store.Remove("clicks", 1);
            await CompactTwiceAsync(topics);
        }

        using var reopened = new TopicStore(_directory, _clock, NullLogger.Instance);
        var read = new SchemaStore(new SchemaLog(reopened, _clock));

        read.All.Select(static schema => (schema.Subject, schema.Version, schema.Id, schema.Deleted))
            .ShouldBe([("orders", 1, 1, true), ("orders", 2, 2, false)]);
        read.LevelOf("orders").ShouldBe("BACKWARD");
        read.NextId.ShouldBe(4, "the id of the schema that was deleted for good is not given again");
    }

    /// <summary>Once for the values that were replaced, once for the tombstones when their time is over.</summary>
    private async Task CompactTwiceAsync(TopicStore topics)
    {
        var topic = topics.Find("_schemas")!;
        var before = topic.Partitions[0].ReadRecords().Count;
        topic.Partitions[0].Roll();
        await topic.Partitions[0].CompactAsync(topic.Config, _clock);
        _clock.Advance(TimeSpan.FromDays(2));
        await topic.Partitions[0].CompactAsync(topic.Config, _clock);
        topic.Partitions[0].ReadRecords().Count.ShouldBeLessThan(before - 2);
    }
}
