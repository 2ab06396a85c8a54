using System.Diagnostics.Metrics;
using Confluent.Kafka;
using Microsoft.Extensions.DependencyInjection;
using TrackHub.Platform.Streams;
using TrackHub.Testing;

namespace TrackHub.Platform.Tests.Streams;

public sealed class PendingAckTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ManualClock _clock = new();
    private readonly StreamMetrics _metrics = new(new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>());
    private readonly ReportSlots _slots = new();
    private readonly AckPool _pool;

    public PendingAckTests() => _pool = new(_slots, _metrics, _clock);

    [Fact]
    public async Task A_report_gives_the_coordinates_and_the_next_record_the_same_ack()
    {
        var ack = Take();
        var waiting = ack.Completion.AsTask();

        Report(ack, Persisted(offset: 7));

        (await waiting).ShouldBe(new RecordCoordinates("topic", 3, 7));
        Take().ShouldBeSameAs(ack);
    }

    [Fact]
    public async Task A_refusal_says_why()
    {
        var ack = Take();
        var waiting = ack.Completion.AsTask();

        Report(ack, new(IsPersisted: false, Partition: 3, Offset: -1, ErrorCode.Local_QueueFull));

        (await UnavailableAsync(waiting)).Reason.ShouldBe(LogFault.QueueFull);
    }

    [Fact]
    public async Task Without_a_report_in_time_the_wait_ends_and_the_ack_is_not_used_again_until_its_report_is_in()
    {
        var ack = Take();
        var waiting = ack.Completion.AsTask();

        _clock.Advance(Limit);

        (await UnavailableAsync(waiting)).Reason.ShouldBe(LogFault.TimedOut);
        Take().ShouldNotBeSameAs(ack);
        Report(ack, Persisted(offset: 8));
        Take().ShouldBeSameAs(ack);
    }

    [Fact]
    public async Task The_timer_of_one_use_does_not_end_the_next()
    {
        var ack = Take();
        var first = ack.Completion.AsTask();
        Report(ack, Persisted(offset: 1));
        await first;
        _clock.Advance(TimeSpan.FromMilliseconds(100));

        Take().ShouldBeSameAs(ack);
        var second = ack.Completion.AsTask();
        _clock.Advance(TimeSpan.FromMilliseconds(149));   // the first use's time is over
        second.IsCompleted.ShouldBeFalse();
        _clock.Advance(TimeSpan.FromMilliseconds(1));

        (await UnavailableAsync(second)).Reason.ShouldBe(LogFault.TimedOut);
    }

    [Fact]
    public async Task A_shorter_limit_than_that_of_an_earlier_record_ends_at_its_own_time()
    {
        var patient = Take().Completion.AsTask();
        var hasty = _pool.Take("topic", span: null, TimeSpan.FromMilliseconds(10)).Completion.AsTask();

        _clock.Advance(TimeSpan.FromMilliseconds(10));

        await UnavailableAsync(hasty);
        patient.IsCompleted.ShouldBeFalse();
        _clock.Advance(TimeSpan.FromMilliseconds(140));
        await UnavailableAsync(patient);
    }

    [Fact]
    public async Task After_a_time_without_records_the_next_is_ended_in_time_too()
    {
        Report(Take(), Persisted(offset: 1));
        _clock.Advance(10 * Limit);

        var waiting = Take().Completion.AsTask();
        _clock.Advance(Limit);

        (await UnavailableAsync(waiting)).Reason.ShouldBe(LogFault.TimedOut);
    }

    [Fact]
    public void Without_a_limit_a_wait_does_not_end_by_itself()
    {
        var waiting = _pool.Take("topic", span: null, Timeout.InfiniteTimeSpan).Completion.AsTask();

        _clock.Advance(TimeSpan.FromDays(1));

        waiting.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public void A_record_that_was_not_taken_gives_its_ack_back()
    {
        var ack = Take();

        ack.Abandon(LogFault.QueueFull);

        Take().ShouldBeSameAs(ack);
    }

    [Fact]
    public async Task Reports_and_timers_that_race_end_each_wait_once_and_with_its_own_record()
    {
        using var pool = new AckPool(new(), _metrics, TimeProvider.System);
        var ended = 0;
        await Parallel.ForAsync(0, 4, async (_, _) =>
        {
            for (var i = 0; i < 100; i++)
            {
                // Limits around the time a report takes: some of them win, some lose.
                var ack = pool.Take("topic", span: null, TimeSpan.FromMilliseconds(1 + (i % 3)));
                var offset = i;
                var reporting = ReportAsync(ack, offset);
                try
                {
                    (await ack.Completion).Offset.ShouldBe(offset);
                }
                catch (LogUnavailableException late)
                {
                    late.Reason.ShouldBe(LogFault.TimedOut);
                }

                Interlocked.Increment(ref ended);
                await reporting;
            }
        });

        ended.ShouldBe(400);
    }

    public void Dispose()
    {
        _pool.Dispose();
        _metrics.Dispose();
    }

    private static Task<LogUnavailableException> UnavailableAsync(Task waiting) => Should.ThrowAsync<LogUnavailableException>(waiting.WaitAsync(Patience));

    private static async Task ReportAsync(PendingAck ack, int offset)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(offset % 4));
        ack.Report(Persisted(offset));
    }

    private static DeliveryReport Persisted(long offset) => new(IsPersisted: true, Partition: 3, offset, ErrorCode.NoError);

    // As the client library does: by the token alone.
    private void Report(PendingAck ack, DeliveryReport report) => _slots.Find(ack.Token).ShouldNotBeNull().Report(report);

    private PendingAck Take() => _pool.Take("topic", span: null, Limit);
}
