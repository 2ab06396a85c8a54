namespace TrackHub.Platform.Tests.Streams;

/// <summary>How much a buffer holds and gives, and when partitions are paused for it.</summary>
public sealed class RecordBufferRoomTests : RecordBufferTest
{
    [Fact]
    public async Task A_paused_partition_gives_nothing_and_is_paused_at_the_broker_only_when_its_share_is_full()
    {
        using var buffer = Buffer(heldPerPartition: 4);
        Assign(buffer, Plain, 0, 1);
        buffer.Hold([(Plain.Name, 0)], held: true);
        Add(buffer, Plain, 0, 0, 3);
        Add(buffer, Plain, 1, 0, 1);

        (await Take(buffer, 10)).ShouldHaveSingleItem().Coordinates.Partition.ShouldBe(1);
        buffer.PauseChanges(all: false).Pause.ShouldBeEmpty();
        Add(buffer, Plain, 0, 3, 1);
        buffer.PauseChanges(all: false).Pause.ShouldHaveSingleItem().Number.ShouldBe(0);
        buffer.PauseChanges(all: false).Pause.ShouldBeEmpty();

        buffer.Hold([(Plain.Name, 0)], held: false);
        buffer.PauseChanges(all: false).Resume.ShouldHaveSingleItem().Number.ShouldBe(0);
        (await Take(buffer, 10)).Count.ShouldBe(4);
    }

    [Fact]
    public async Task A_full_buffer_says_so_and_has_room_again_at_half()
    {
        using var buffer = Buffer(prefetch: 4);
        Assign(buffer, Plain, 0);
        Add(buffer, Plain, 0, 0, 4);

        buffer.IsFull.ShouldBeTrue();
        buffer.PauseChanges(all: true).Pause.Count.ShouldBe(1);
        await Take(buffer, 1);
        buffer.IsHalfEmpty.ShouldBeFalse();
        await Take(buffer, 1);
        buffer.IsHalfEmpty.ShouldBeTrue();
    }

    [Fact]
    public async Task No_more_is_given_than_may_be_outstanding()
    {
        using var buffer = Buffer(outstanding: 3);
        Assign(buffer, Plain, 0);
        Add(buffer, Plain, 0, 0, 5);
        var first = await Take(buffer, 10);
        first.Count.ShouldBe(3);

        var second = buffer.TakeAsync(10, TimeSpan.Zero, CancellationToken.None);
        second.IsCompleted.ShouldBeFalse();
        buffer.Complete([first[0]]);

        (await second)!.ShouldHaveSingleItem().Coordinates.Offset.ShouldBe(3);
    }
}
