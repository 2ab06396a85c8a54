using TrackHub.Platform.Streams;
using TrackHub.Schemas;
using TrackHub.Testing;

namespace TrackHub.Platform.Tests.Streams;

public sealed class RecordBufferTests
{
    private static readonly TopicDefinition Plain = Topics.IngestEvents;
    private static readonly TopicDefinition Delayed = Topics.PendingMatch5S;
    private static readonly TopicDefinition Jittered = Topics.CapiHold15S;

    private readonly ManualClock _clock = new();
    private readonly List<(string Topic, int Partition, long Offset)> _stored = [];

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

        _stored.ShouldBe([(Plain.Name, 0, 8), (Plain.Name, 1, 10)], ignoreOrder: true);
    }

    [Fact]
    public async Task Records_completed_out_of_order_store_the_gap_free_prefix()
    {
        using var buffer = Buffer();
        Assign(buffer, Plain, 0);
        Add(buffer, Plain, 0, 0, 3);
        var batch = await Take(buffer, 10);

        buffer.Complete([batch[2]]);
        _stored.ShouldBeEmpty();
        buffer.Complete([batch[0]]);
        buffer.Complete([batch[1]]);

        _stored.ShouldBe([(Plain.Name, 0, 1), (Plain.Name, 0, 3)]);
    }

    [Fact]
    public async Task A_lost_partition_revokes_its_batch_and_is_never_stored()
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

        _stored.ShouldBe([(Plain.Name, 1, 2)]);
        Add(buffer, Plain, 1, 2, 1);
        (await Take(buffer, 10)).ShouldAllBe(record => record.Coordinates.Partition == 1);
    }

    [Fact]
    public async Task Records_of_an_earlier_assignment_are_not_stored_under_the_next()
    {
        using var buffer = Buffer();
        Assign(buffer, Plain, 0);
        Add(buffer, Plain, 0, 0, 2);
        var old = await Take(buffer, 2);
        buffer.Release([(Plain.Name, 0)], TimeSpan.Zero);
        Assign(buffer, Plain, 0);
        Add(buffer, Plain, 0, 0, 2);

        buffer.Complete(old);
        _stored.ShouldBeEmpty();

        buffer.Complete(await Take(buffer, 2));
        _stored.ShouldBe([(Plain.Name, 0, 2)]);
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
        _stored.ShouldBeEmpty();
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

        _stored.ShouldBe([(Plain.Name, 0, 2)]);
        batch.Revoked.IsCancellationRequested.ShouldBeFalse();
    }

    [Fact]
    public async Task A_delayed_record_comes_when_append_time_and_delay_have_passed()
    {
        using var buffer = Buffer();
        Assign(buffer, Delayed, 0);
        Add(buffer, Delayed, 0, 0, 1);
        _clock.Advance(TimeSpan.FromSeconds(2));
        Add(buffer, Delayed, 0, 1, 1);

        buffer.Promote().ShouldBe(TimeSpan.FromSeconds(3));
        var taking = buffer.TakeAsync(10, TimeSpan.Zero, CancellationToken.None);
        _clock.Advance(TimeSpan.FromSeconds(3) - TimeSpan.FromTicks(1));
        buffer.Promote();
        taking.IsCompleted.ShouldBeFalse();
        _clock.Advance(TimeSpan.FromTicks(1));
        buffer.Promote().ShouldBe(TimeSpan.FromSeconds(2));

        (await taking)!.ShouldHaveSingleItem().Coordinates.Offset.ShouldBe(0);
        _clock.Advance(TimeSpan.FromSeconds(2.5));
        buffer.OverdueSeconds(Delayed.Name).ShouldBe(0.5);
    }

    [Fact]
    public void Jitter_lengthens_the_delay_by_at_most_its_share()
    {
        using var buffer = Buffer();
        Assign(buffer, Jittered, 0);
        for (var offset = 0; offset < 200; offset++)
            Add(buffer, Jittered, 0, offset, 1);

        _clock.Advance(TimeSpan.FromSeconds(15) - TimeSpan.FromTicks(1));
        buffer.Promote();
        buffer.Owned[0].Ready.ShouldBeEmpty();
        _clock.Advance(TimeSpan.FromSeconds(15 * 0.25));
        buffer.Promote().ShouldBe(TimeSpan.MaxValue);
        buffer.Owned[0].Ready.Count.ShouldBe(200);
    }

    [Fact]
    public void A_clock_behind_the_brokers_never_waits_longer_than_the_delay()
    {
        using var buffer = Buffer();
        Assign(buffer, Delayed, 0);
        buffer.Add(Record(Delayed, 0, 0, _clock.GetUtcNow() + TimeSpan.FromMinutes(10)));

        buffer.Promote().ShouldBe(TimeSpan.FromSeconds(5));
    }

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

    [Fact]
    public async Task With_offsets_kept_elsewhere_nothing_is_stored_and_a_batch_ends_with_the_next()
    {
        using var buffer = Buffer(outstanding: 2, ownOffsets: true);
        Assign(buffer, Plain, 0);
        Add(buffer, Plain, 0, 0, 4);

        (await Take(buffer, 2)).Count.ShouldBe(2);
        (await Take(buffer, 2)).Count.ShouldBe(2);
        _stored.ShouldBeEmpty();
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

    private static void Assign(RecordBuffer buffer, TopicDefinition topic, params int[] partitions)
    {
        foreach (var partition in partitions)
            buffer.Assign(topic, partition);
    }

    private static StreamRecord Record(TopicDefinition topic, int partition, long offset, DateTimeOffset time) =>
        new() { Coordinates = new(topic.Name, partition, offset), Timestamp = time };

    private static async Task<RecordBatch> Take(RecordBuffer buffer, int size) => (await buffer.TakeAsync(size, TimeSpan.Zero, CancellationToken.None))!;

    private void Add(RecordBuffer buffer, TopicDefinition topic, int partition, long from, int count)
    {
        for (var offset = from; offset < from + count; offset++)
            buffer.Add(Record(topic, partition, offset, _clock.GetUtcNow()));
    }

    private RecordBuffer Buffer(
        int prefetch = 1000, int heldPerPartition = 1000, int outstanding = 1000, bool ownOffsets = false) => new(
        new()
        {
            Group = "test",
            Topics = [Plain, Delayed, Jittered],
            PrefetchRecords = prefetch,
            HeldPerPartition = heldPerPartition,
            MaxOutstanding = outstanding,
            StartOffsets = ownOffsets ? static _ => throw new InvalidOperationException("A buffer asks for no offsets.") : null,
        },
        (partition, next, _) => _stored.Add((partition.Topic.Name, partition.Number, next)),
        _clock);
}
