using TrackHub.Testing;

namespace TrackHub.Platform.Tests.Streams;

/// <summary>How a buffer gives batches, and which offsets it stores of them.</summary>
public sealed class RecordBufferTests : RecordBufferTest
{
    [Fact]
    public async Task A_batch_is_full_or_lingered_and_shares_its_room_among_partitions()
    {
        using var buffer = Buffer();
        Assign(buffer, Plain, 0, 1);
        Add(buffer, Plain, 0, 0, 10);
        Add(buffer, Plain, 1, 0, 2);

        var batch = await Take(buffer, 6);

        batch.Count.ShouldBe(6);
        batch.Count(record => record.Coordinates.Partition == 1).ShouldBe(2);
        foreach (var partition in batch.GroupBy(record => record.Coordinates.Partition))
            partition.Select(record => record.Coordinates.Offset).ShouldBe(Enumerable.Range(0, partition.Count()).Select(offset => (long)offset));
        (await Take(buffer, 100)).Count.ShouldBe(6);
    }

    [Fact]
    public async Task A_started_batch_waits_for_more_until_it_is_full()
    {
        using var buffer = Buffer();
        Assign(buffer, Plain, 0);
        Add(buffer, Plain, 0, 0, 1);

        var taking = buffer.TakeAsync(3, TimeSpan.FromMinutes(1), CancellationToken.None);
        taking.IsCompleted.ShouldBeFalse();
        Add(buffer, Plain, 0, 1, 2);

        (await taking)!.Count.ShouldBe(3);
    }

    [Fact]
    public async Task Storing_a_batch_stores_one_offset_a_partition()
    {
        using var buffer = Buffer();
        Assign(buffer, Plain, 0, 1);
        Add(buffer, Plain, 0, 5, 3);
        Add(buffer, Plain, 1, 9, 1);

        buffer.Complete(await Take(buffer, 10));

        Stored.ShouldBe([(Plain.Name, 0, 8), (Plain.Name, 1, 10)], ignoreOrder: true);
    }

    [Fact]
    public async Task Records_completed_out_of_order_store_the_gap_free_prefix()
    {
        using var buffer = Buffer();
        Assign(buffer, Plain, 0);
        Add(buffer, Plain, 0, 0, 3);
        var batch = await Take(buffer, 10);

        buffer.Complete([batch[2]]);
        Stored.ShouldBeEmpty();
        buffer.Complete([batch[0]]);
        buffer.Complete([batch[1]]);

        Stored.ShouldBe([(Plain.Name, 0, 1), (Plain.Name, 0, 3)]);
    }

    [Fact]
    public async Task A_lost_partition_revokes_its_batch_and_is_neverStored()
    {
        using var buffer = Buffer();
        Assign(buffer, Plain, 0, 1);
        Add(buffer, Plain, 0, 0, 2);
        Add(buffer, Plain, 1, 0, 2);
        var batch = await Take(buffer, 4);
        Add(buffer, Plain, 0, 2, 1);

        buffer.Release([(Plain.Name, 0)], TimeSpan.Zero);
        batch.Revoked.IsCancellationRequested.ShouldBeTrue();
        buffer.Complete(batch);

        Stored.ShouldBe([(Plain.Name, 1, 2)]);
        Add(buffer, Plain, 1, 2, 1);
        (await Take(buffer, 10)).ShouldAllBe(record => record.Coordinates.Partition == 1);
    }

    [Fact]
    public async Task Records_of_an_earlier_assignment_are_notStored_under_the_next()
    {
        using var buffer = Buffer();
        Assign(buffer, Plain, 0);
        Add(buffer, Plain, 0, 0, 2);
        var old = await Take(buffer, 2);
        buffer.Release([(Plain.Name, 0)], TimeSpan.Zero);
        Assign(buffer, Plain, 0);
        Add(buffer, Plain, 0, 0, 2);

        buffer.Complete(old);
        Stored.ShouldBeEmpty();

        buffer.Complete(await Take(buffer, 2));
        Stored.ShouldBe([(Plain.Name, 0, 2)]);
    }

    [Fact]
    public async Task What_is_given_back_comes_again_before_what_follows_and_no_offset_passes_it()
    {
        using var buffer = Buffer();
        Assign(buffer, Plain, 0, 1);
        Add(buffer, Plain, 0, 0, 4);
        Add(buffer, Plain, 1, 0, 1);
        var batch = await Take(buffer, 3);
        buffer.Release([(Plain.Name, 1)], TimeSpan.Zero);

        batch.GiveBack();

        (await Take(buffer, 10)).Select(record => record.Coordinates.Offset).ShouldBe([0, 1, 2, 3]);
        Stored.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_partition_taken_away_in_order_waits_for_the_batch_at_work()
    {
        using var buffer = Buffer();
        Assign(buffer, Plain, 0);
        Add(buffer, Plain, 0, 0, 2);
        var batch = await Take(buffer, 2);

        var releasing = Task.Run(() => buffer.Release([(Plain.Name, 0)], TimeSpan.FromMinutes(1)));
        await Eventually.Holds(() => buffer.Owned.Count == 0);
        buffer.Complete(batch);
        await releasing;

        Stored.ShouldBe([(Plain.Name, 0, 2)]);
        batch.Revoked.IsCancellationRequested.ShouldBeFalse();
    }

    [Fact]
    public async Task With_offsets_kept_elsewhere_nothing_isStored_and_a_batch_ends_with_the_next()
    {
        using var buffer = Buffer(outstanding: 2, ownOffsets: true);
        Assign(buffer, Plain, 0);
        Add(buffer, Plain, 0, 0, 4);

        (await Take(buffer, 2)).Count.ShouldBe(2);
        (await Take(buffer, 2)).Count.ShouldBe(2);
        Stored.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_failed_poll_thread_ends_the_loop_and_a_stop_ends_it_quietly()
    {
        using var buffer = Buffer();
        var taking = buffer.TakeAsync(1, TimeSpan.Zero, CancellationToken.None);
        buffer.Fail(new InvalidOperationException("gone"));
        (await Should.ThrowAsync<InvalidOperationException>(taking)).Message.ShouldBe("gone");

        using var other = Buffer();
        (await other.TakeAsync(1, TimeSpan.Zero, new CancellationToken(canceled: true))).ShouldBeNull();
    }
}
