using Confluent.Kafka;
using TrackHub.Platform.Streams;

namespace TrackHub.Platform.Tests.Streams;

public sealed class PendingReportsTests
{
    private static readonly DeliveryReport Persisted = new(IsPersisted: true, Partition: 0, Offset: 0, ErrorCode.NoError);
    private static readonly DeliveryReport Late = new(IsPersisted: false, Partition: 0, Offset: 0, ErrorCode.Local_MsgTimedOut);

    private readonly ReportSlots _slots = new();

    [Fact]
    public async Task It_completes_with_the_last_report_even_if_that_comes_before_the_sender_is_done()
    {
        var reports = new PendingReports(_slots, 2);
        reports.Report(Persisted);
        reports.Report(Persisted);
        reports.Completion.IsCompleted.ShouldBeFalse();

        reports.Sent(2);

        (await reports.Completion).ShouldBe(ErrorCode.NoError);
        _slots.Count.ShouldBe(0);
    }

    [Fact]
    public async Task One_that_is_not_persisted_decides_once_all_are_in()
    {
        var reports = new PendingReports(_slots, 2);
        reports.Sent(2);
        reports.Report(Late);
        reports.Completion.IsCompleted.ShouldBeFalse();

        reports.Report(Persisted);

        (await reports.Completion).ShouldBe(ErrorCode.Local_MsgTimedOut);
    }

    [Fact]
    public void Records_that_were_not_handed_over_are_not_waited_for()
    {
        var reports = new PendingReports(_slots, 10);
        reports.Report(Persisted);

        reports.Sent(1);

        reports.Completion.IsCompleted.ShouldBeTrue();
        _slots.Count.ShouldBe(0);
    }

    [Fact]
    public async Task What_is_lost_with_the_connection_is_not_waited_for_and_what_is_late_then_changes_nothing()
    {
        var reports = new PendingReports(_slots, 2);
        reports.Sent(2);

        reports.Lose();
        reports.Report(Persisted);
        reports.Report(Persisted);

        (await reports.Completion).ShouldBe(ErrorCode.Local_Destroy);
        _slots.Count.ShouldBe(0);
    }
}
