using Confluent.Kafka;
using TrackHub.Cli.Moving;

namespace TrackHub.Cli.Tests.Moving;

public sealed class CarriedPositionsTests
{
    private static readonly TopicPartition Partition = new("topic", 3);

    [Fact]
    public void A_position_becomes_the_number_of_records_before_it()
    {
        var positions = new CarriedPositions();
        long[] wanted = [0, 100, 101, 103, 104, 105, 110, 111, 500];
        foreach (var offset in wanted) positions.Want(Partition, offset);

        // Retention took what lay before 101, compaction what lay between.
        foreach (var offset in new long[] { 101, 103, 110 }) positions.Passed(Partition, offset);

        wanted.Select(offset => positions.Of(Partition, offset)).ShouldBe([0, 0, 0, 1, 2, 2, 2, 3, 3]);
        positions.Copied(Partition).ShouldBe(3);
    }

    [Fact]
    public void A_partition_of_which_nothing_was_copied_begins_at_its_start()
    {
        var positions = new CarriedPositions();
        positions.Want(Partition, 42);

        positions.Of(Partition, 42).ShouldBe(0);
        positions.Copied(Partition).ShouldBe(0);
    }
}
