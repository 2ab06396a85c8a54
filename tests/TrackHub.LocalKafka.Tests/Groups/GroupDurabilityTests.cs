using TrackHub.LocalKafka.Hosting;
using TrackHub.LocalKafka.Storage;
using TrackHub.LocalKafka.Tests.Storage;
using TrackHub.LocalKafka.Tests.Wire;
using TrackHub.LocalKafka.Wire;
using TrackHub.LocalKafka.Wire.Messages;

namespace TrackHub.LocalKafka.Tests.Groups;

/// <summary>A broker that is told to wait for the disk answers nothing about a group before.</summary>
public sealed class GroupDurabilityTests : IDisposable
{
    private readonly TestDisk _disk = new();
    private readonly StorageSettings _storage;
    private readonly TestApis _apis;

    public GroupDurabilityTests()
    {
        _storage = new StorageSettings { Disk = _disk, Fsync = FsyncMode.Batch };
        _apis = new TestApis(_storage);
    }

    public void Dispose()
    {
        _disk.MayFlush.Set();
        _apis.Dispose();
        _storage.Dispose();
    }

    [Fact]
    public async Task A_commit_is_answered_when_it_is_on_the_disk()
    {
        _disk.MayFlush.Reset();
        var committing = CommitAsync();
        committing.IsCompleted.ShouldBeFalse();

        _disk.MayFlush.Set();

        (await committing).ShouldBe(ErrorCode.None);
    }

    [Fact]
    public async Task A_commit_that_may_not_be_on_the_disk_is_not_acknowledged()
    {
        _disk.RefusesToFlush = true;

        (await CommitAsync()).ShouldBe(ErrorCode.NotCoordinator);
    }

    private static OffsetCommitRequest Request() =>
        new() { GroupId = "group", Topics = [new() { Name = TestApis.Topic, Partitions = [new() { Offset = 5 }] }] };

    private async Task<ErrorCode> CommitAsync()
    {
        var answer = await _apis.AnswerAsync(RawClient.Frame(Request(), version: 8)[sizeof(int)..]);
        return RawClient.Read(RawClient.Open(answer!), Request(), version: 8).Topics.Single().Partitions.Single().Error;
    }
}
