using System.Net.Sockets;
using Npgsql;
using TrackHub.Platform.Hosting;
using TrackHub.Platform.Streams;
using TrackHub.Testing;

namespace TrackHub.Platform.Tests.Streams;

public sealed class BatchRetryTests
{
    private readonly ManualClock _clock = new();
    private readonly RecordBatch _batch = RecordBatch.Of([new() { Coordinates = new("topic", 0, 0), Timestamp = default }]);
    private readonly Readiness _readiness;

    public BatchRetryTests() => _readiness = new(_clock);

    [Fact]
    public async Task A_lost_dependency_is_waited_for_and_told()
    {
        var attempts = new List<long>();
        var working = _batch.RetryWhileAwayAsync(
            (_, _) =>
            {
                attempts.Add(_clock.GetTimestamp());
                return attempts.Count < 4 ? throw new NpgsqlException("connect", new SocketException()) : Task.CompletedTask;
            },
            _readiness,
            default);
        _readiness.IsReady.ShouldBeFalse();
        _readiness.States["postgres"].Reason.ShouldNotBeNull();

        var step = TimeSpan.FromMilliseconds(5);
        while (!working.IsCompleted)
        {
            await Eventually.Holds(() => _clock.WaitingTimers == 1 || working.IsCompleted);
            _clock.Advance(step);
        }

        (await working).ShouldBe(BatchOutcome.Done);
        _readiness.IsReady.ShouldBeTrue();

        // Each pause lasts half to all of 0.1 s, doubled from attempt to attempt.
        var gaps = attempts.Zip(attempts.Skip(1), _clock.GetElapsedTime).ToList();
        gaps.Count.ShouldBe(3);
        for (var i = 0; i < gaps.Count; i++)
            gaps[i].ShouldBeInRange(TimeSpan.FromMilliseconds(50 << i), TimeSpan.FromMilliseconds(100 << i) + step);
    }

    [Fact]
    public async Task A_revoked_batch_ends_the_work_and_the_waiting()
    {
        var working = _batch.RetryWhileAwayAsync((_, ended) => Task.Delay(Timeout.Infinite, ended), _readiness, default);
        _batch.Revoke();
        (await working).ShouldBe(BatchOutcome.Revoked);

        var waiting = RecordBatch.Of([.. _batch]);
        var second = waiting.RetryWhileAwayAsync((_, _) => throw new DependencyAwayException("redis", null), _readiness, default);
        await Eventually.Holds(() => _clock.WaitingTimers == 1);
        waiting.Revoke();
        (await second).ShouldBe(BatchOutcome.Revoked);
        _readiness.IsReady.ShouldBeTrue("nobody waits any more, so nobody would ever say that it is back");
    }

    [Fact]
    public async Task The_server_that_answers_and_refuses_the_work_is_not_ready_until_the_last_work_is_done()
    {
        var full = true;
        using var stop = new CancellationTokenSource();
        var writing = _batch.RetryWhileAwayAsync(
            (_, _) => full ? throw new PostgresException("no room", "ERROR", "ERROR", "53100") : Task.CompletedTask, _readiness, default);
        var reading = RecordBatch.Of([.. _batch]).RetryWhileAwayAsync((_, _) => throw new NpgsqlException("gone", new SocketException()), _readiness, stop.Token);

        _readiness.Report("postgres", ready: true);
        _readiness.States["postgres"].Reason.ShouldBe("unreachable");
        await stop.CancelAsync();
        await reading;

        _readiness.IsReady.ShouldBeFalse();
        _readiness.States["postgres"].Reason.ShouldBe("storage_full");
        full = false;
        while (!writing.IsCompleted)
        {
            await Eventually.Holds(() => _clock.WaitingTimers == 1 || writing.IsCompleted);
            _clock.Advance(TimeSpan.FromMilliseconds(100));
        }

        _readiness.IsReady.ShouldBeTrue();
        _readiness.States["postgres"].Reason.ShouldBeNull();
    }

    [Fact]
    public async Task A_stop_lets_the_attempt_at_work_finish_and_begins_no_other()
    {
        using var stop = new CancellationTokenSource();
        var finish = new TaskCompletionSource();
        var finishing = _batch.RetryWhileAwayAsync((_, _) => finish.Task, _readiness, stop.Token);
        var failing = _batch.RetryWhileAwayAsync((_, _) => throw new DependencyAwayException("redis", null), _readiness, stop.Token);

        await stop.CancelAsync();
        (await failing).ShouldBe(BatchOutcome.Revoked);
        finish.SetResult();
        (await finishing).ShouldBe(BatchOutcome.Done);
    }

    [Fact]
    public async Task A_bug_is_not_retried() => await Should.ThrowAsync<InvalidOperationException>(
        () => _batch.RetryWhileAwayAsync((_, _) => throw new InvalidOperationException(), _readiness, default));
}
