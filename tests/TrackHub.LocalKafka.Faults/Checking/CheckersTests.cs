using System.Collections;

namespace TrackHub.LocalKafka.Faults.Checking;

/// <summary>Every checker passes a sound run and tells each kind of unsoundness by id: a checker that cannot fail checks nothing.</summary>
public sealed class CheckersTests
{
    // Two partitions; "once" numbers its batches, "plain" does not and stored its record 1 twice.
    private static readonly StoredRecord[] Stored =
    [
        Record(0, 0, "once", 0), Record(0, 1, "once", 2), Record(0, 2, "plain", 0),
        Record(1, 0, "once", 1), Record(1, 1, "plain", 1), Record(1, 2, "plain", 1),
    ];

    [Fact]
    public void A_sound_run_has_no_findings() => Checkers.All(Sound()).ShouldBeEmpty();

    [Fact]
    public void A_client_that_gave_up_is_told() => Told(Checkers.Recovered(Sound() with { Fatal = ["out of order"] }), "fatal", "out of order");

    [Fact]
    public void An_acknowledged_record_that_is_missing_or_elsewhere_is_told()
    {
        Told(Checkers.Kept(Sound() with { Stored = Stored[..^2] }), "kept", "plain/1");
        Told(Checkers.Kept(Sound() with { Stored = [.. Stored[..^3], Stored[^3] with { Offset = 7 }, .. Stored[^2..]] }), "kept", "once/1");
    }

    [Fact]
    public void A_record_of_an_idempotent_producer_that_is_there_twice_is_told() =>
        Told(Checkers.Once(Sound() with { Stored = [.. Stored, Record(1, 3, "once", 1)] }), "once", "once/1");

    [Fact]
    public void A_record_that_nobody_sent_is_told()
    {
        Told(Checkers.NotInvented(Sound() with { Stored = [.. Stored, Record(1, 3, "stranger", 1)] }), "invented", "stranger/1");
        Told(Checkers.NotInvented(Sound() with { Stored = [.. Stored, Record(1, 3, "once", 3)] }), "invented", "once/3");
    }

    [Fact]
    public void A_record_in_another_partition_or_with_another_time_is_told()
    {
        Told(Checkers.NotInvented(Sound() with { Stored = [.. Stored, Record(1, 3, "plain", 0)] }), "invented", "plain/0");
        Told(Checkers.NotInvented(Sound() with { Stored = [.. Stored, Record(1, 3, "plain", 1) with { Timestamp = 5 }] }), "invented", "plain/1");
    }

    [Fact]
    public void Records_in_another_order_than_sent_are_told() =>
        Told(Checkers.InOrder(Sound() with { Stored = [Record(0, 0, "once", 2), Record(0, 1, "once", 0)] }), "order", "once/0");

    [Fact]
    public void A_gap_is_told_and_an_end_that_is_not_the_last_records()
    {
        Told(Checkers.Dense(Sound() with { Stored = [.. Stored[..^1], Stored[^1] with { Offset = 3 }], Bounds = [(0, 3), (0, 4)] }), "dense", "plain/1");
        Told(Checkers.Dense(Sound() with { Bounds = [(0, 4), (0, 3)] }), "dense", "partition 0");
    }

    [Fact]
    public void A_record_that_the_group_never_got_is_told()
    {
        var missed = new BitArray(3, true) { [1] = false };

        Told(Checkers.Consumed(Sound() with { Consumed = [missed, new BitArray(3, true)] }), "consumed", "once/2");
        Told(Checkers.Consumed(Sound() with { Consumed = [new BitArray(3, true), new BitArray(2, true)] }), "consumed", "plain/1");
    }

    [Theory]
    [InlineData(9)]
    [InlineData(-1)]
    [InlineData(13)]
    public void A_committed_offset_behind_the_acknowledged_or_before_the_asked_for_is_told(long found) =>
        Told(Checkers.CommitsKept(Sound() with { Commits = [new("round 1", "group", 0, Acked: 10, Attempted: 12, found)] }), "commit", "group/0");

    [Fact]
    public void A_topic_that_came_back_went_away_or_changed_is_told()
    {
        var one = new TopicState(1, 1000);

        Told(Checkers.TopicsKept(Sound() with { Topics = [new("round 1", "gone", [TopicState.Absent], one)] }), "topic", "gone");
        Told(Checkers.TopicsKept(Sound() with { Topics = [new("round 1", "there", [one], TopicState.Absent)] }), "topic", "there");
        Told(Checkers.TopicsKept(Sound() with { Topics = [new("round 1", "other", [one, one with { Partitions = 2 }], one with { RetentionMs = 2 })] }), "topic", "other");
    }

    private static void Told(IEnumerable<Finding> findings, string checker, string id)
    {
        var finding = findings.ShouldHaveSingleItem();
        (finding.Checker, finding.Id).ShouldBe((checker, id));
    }

    private static Evidence Sound() => new()
    {
        Partitions = 2,
        // Record 3 of "plain" was sent and never answered.
        Sent = [new("once", true, 3, [0, 0, 1]), new("plain", false, 4, [2, 2, -1, -1])],
        Fatal = [],
        Stored = Stored,
        Bounds = [(0, 3), (0, 3)],
        Consumed = [new BitArray(3, true), new BitArray(4, true)],
        Commits = [new("round 1", "group", 0, 10, 12, 10), new("round 1", "group", 1, 10, 12, 12), new("round 1", "group", 2, -1, 3, -1)],
        Topics = [new("round 1", "there", [new TopicState(1, 1000), TopicState.Absent], new TopicState(1, 1000))],
    };

    private static StoredRecord Record(int partition, long offset, string producer, int number) =>
        new(partition, offset, producer, number, SentLog.FirstMs + number);
}
