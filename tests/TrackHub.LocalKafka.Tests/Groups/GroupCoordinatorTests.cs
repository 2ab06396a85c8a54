using Microsoft.Extensions.Logging.Abstractions;
using TrackHub.LocalKafka.Groups;
using TrackHub.LocalKafka.Hosting;
using TrackHub.LocalKafka.Storage;
using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Tests.Groups;

/// <summary>All groups of a broker: found, forgotten, deleted, and how far behind they are.</summary>
public sealed class GroupCoordinatorTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("coordinator-").FullName;
    private readonly ManualClock _clock = new();
    private readonly LocalKafkaOptions _options = new();
    private readonly GroupStore _store;
    private readonly GroupCoordinator _groups;

    public GroupCoordinatorTests()
    {
        _store = new GroupStore(Path.Combine(_directory, "groups.journal"), NullLogger.Instance);
        _groups = new GroupCoordinator(_store, _options, _clock, NullLogger.Instance);
    }

    public void Dispose()
    {
        _groups.Dispose();
        _store.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public void A_groups_lag_is_what_lies_behind_its_commits_in_partitions_that_are_there()
    {
        using var topics = new TopicStore(_directory, _clock, NullLogger.Instance);
        var partition = topics.Create("topic", 2, [])!.Partitions[1];
        for (var i = 0; i < 5; i++)
            partition.Append(TestBatch.Encode("value"));
        Commit("behind", new CommittedOffset("topic", 1, 2, -1, null));
        Commit("ahead", new CommittedOffset("topic", 1, 9, -1, null), new CommittedOffset("topic", 0, 0, -1, null));
        Commit("elsewhere", new CommittedOffset("gone", 0, 0, -1, null), new CommittedOffset("topic", 2, 0, -1, null));

        _groups.Lags(topics).ShouldBe(
            [new PartitionLag("behind", "topic", 1, 3), new PartitionLag("ahead", "topic", 1, 0), new PartitionLag("ahead", "topic", 0, 0)],
            ignoreOrder: true);
    }

    [Fact]
    public void What_is_past_its_retention_goes_at_the_interval_and_not_before_the_first()
    {
        _options.OffsetsRetention = TimeSpan.FromMinutes(5);
        Commit("old", new CommittedOffset("topic", 0, 1, -1, null));
        _clock.Advance(TimeSpan.FromDays(1));
        using var retention = new OffsetRetention(_groups, _options, new CautiousClock(_clock, NullLogger.Instance), _clock);

        _clock.Advance(_options.OffsetsRetentionCheckInterval - GroupLab.Moment);
        _groups.Find("old").ShouldNotBeNull();
        _clock.Advance(GroupLab.Moment);

        _groups.Find("old").ShouldBeNull();
        _store.GroupIds.ShouldBeEmpty();
    }

    [Fact]
    public void A_group_is_deleted_once_and_its_name_is_free()
    {
        Commit("group", new CommittedOffset("topic", 0, 1, -1, null));
        var former = _groups.Find("group")!;
        _groups.Delete("group").ShouldBe(ErrorCode.None);

        Commit("group", new CommittedOffset("topic", 0, 2, -1, null));

        former.Delete().ShouldBe(ErrorCode.GroupIdNotFound);
        _store.FindOffset("group", "topic", 0)!.Offset.ShouldBe(2);
        _groups.Delete("nobody").ShouldBe(ErrorCode.GroupIdNotFound);
    }

    private void Commit(string group, params CommittedOffset[] offsets) =>
        _groups.Open(group).Commit("", null, -1, [.. offsets]).ShouldBe(ErrorCode.None);
}
