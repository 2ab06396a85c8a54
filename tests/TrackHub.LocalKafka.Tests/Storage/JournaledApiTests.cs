using TrackHub.LocalKafka.Hosting;
using TrackHub.LocalKafka.Storage;
using TrackHub.LocalKafka.Tests.Wire;
using TrackHub.LocalKafka.Wire;
using TrackHub.LocalKafka.Wire.Messages;

namespace TrackHub.LocalKafka.Tests.Storage;

/// <summary>Requests that change journals, on a disk that does not take it: answered with an error, not with a closed connection.</summary>
public sealed class JournaledApiTests : IDisposable
{
    private readonly TestDisk _disk = new();
    private readonly List<IDisposable> _opened = [];

    public void Dispose()
    {
        _disk.MayFlush.Set();
        for (; _opened.Count > 0; _opened.RemoveAt(_opened.Count - 1))
            _opened[^1].Dispose();
        _disk.MayFlush.Dispose();
    }

    [Fact]
    public async Task A_full_disk_is_an_error_of_the_protocol_and_passes_when_there_is_room()
    {
        var apis = Open(FsyncMode.Off);
        _disk.Room = 10;

        (await apis.AskAsync(Creation())).Topics.Single().Error.ShouldBe(ErrorCode.KafkaStorageError);
        (await apis.AskAsync(Commit())).Topics.Single().Partitions.Single().Error.ShouldBe(ErrorCode.NotCoordinator);
        (await apis.AskAsync(new InitProducerIdRequest())).Error.ShouldBe(ErrorCode.CoordinatorLoadInProgress);
        (await apis.AskAsync(new DeleteTopicsRequest { Topics = [new() { Name = TestApis.Topic }] })).Topics.Single().Error
            .ShouldBe(ErrorCode.KafkaStorageError);

        _disk.Room = long.MaxValue;
        (await apis.AskAsync(Creation())).Topics.Single().Error.ShouldBe(ErrorCode.None);
        (await apis.AskAsync(Commit())).Topics.Single().Partitions.Single().Error.ShouldBe(ErrorCode.None);
        (await apis.AskAsync(new InitProducerIdRequest())).Error.ShouldBe(ErrorCode.None);
        (await apis.AskAsync(new DeleteTopicsRequest { Topics = [new() { Name = TestApis.Topic }] })).Topics.Single().Error.ShouldBe(ErrorCode.None);
    }

    [Fact]
    public async Task Under_fsync_topics_and_commits_are_answered_when_the_disk_has_them()
    {
        var apis = Open(FsyncMode.Batch);
        var before = _disk.Flushes;
        _disk.MayFlush.Reset();
        var creation = apis.AskAsync(Creation());
        await Eventually.TrueAsync(() => _disk.Flushes > before, () => "no flush of the catalogue");
        creation.IsCompleted.ShouldBeFalse();

        _disk.MayFlush.Set();
        (await creation).Topics.Single().Error.ShouldBe(ErrorCode.None);
        before = _disk.Flushes;
        (await apis.AskAsync(Commit())).Topics.Single().Partitions.Single().Error.ShouldBe(ErrorCode.None);
        _disk.Flushes.ShouldBe(before + 1);
    }

    [Fact]
    public async Task A_commit_that_may_not_be_on_the_disk_is_refused_and_so_are_all_later_ones()
    {
        var apis = Open(FsyncMode.Batch);
        _disk.RefusesToFlush = true;
        (await apis.AskAsync(Commit())).Topics.Single().Partitions.Single().Error.ShouldBe(ErrorCode.NotCoordinator);

        _disk.RefusesToFlush = false;
        (await apis.AskAsync(Commit())).Topics.Single().Partitions.Single().Error.ShouldBe(ErrorCode.NotCoordinator);
    }

    [Theory]
    [InlineData(false, ErrorCode.None, 0)]
    [InlineData(true, ErrorCode.KafkaStorageError, -1)]
    public async Task A_produce_is_answered_by_what_the_disk_did(bool refuses, object error, long baseOffset)
    {
        var apis = Open(FsyncMode.Batch);
        _disk.RefusesToFlush = refuses;

        var answered = await apis.AskAsync(new ProduceRequest
        {
            Acks = -1,
            Topics = [new() { Name = TestApis.Topic, Partitions = [new() { Index = 0, Records = TestBatch.Encode("value") }] }],
        });

        var partition = answered.Topics.Single().Partitions.Single();
        ((object)partition.Error).ShouldBe(error);
        partition.BaseOffset.ShouldBe(baseOffset);
    }

    private static CreateTopicsRequest Creation() => new() { Topics = [new() { Name = "created", PartitionCount = 1, ReplicationFactor = 1 }] };

    private static OffsetCommitRequest Commit() => new()
    {
        GroupId = "group",
        Generation = -1,
        Topics = [new() { Name = TestApis.Topic, Partitions = [new() { Index = 1, Offset = 7 }] }],
    };

    private TestApis Open(FsyncMode mode)
    {
        var settings = new StorageSettings { Disk = _disk, Fsync = mode };
        _opened.Add(settings);
        var apis = new TestApis(settings);
        _opened.Add(apis);
        return apis;
    }
}
