using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using TrackHub.Platform.Streams;

namespace TrackHub.Matching.Tests;

public sealed class OverlappedBatchesTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ConcurrentQueue<string> _told = new();
    private readonly ConcurrentQueue<RecordBatch> _next = new();
    private readonly SemaphoreSlim _there = new(0);
    private readonly CancellationTokenSource _stop = new();

    [Fact]
    public async Task Batches_are_prepared_together_and_take_effect_in_their_order()
    {
        var prepared = new SemaphoreSlim(0);
        Offer(1, 2, 3);

        await RunAsync(async (batch, turn, _) =>
        {
            // The first goes on only when the others have been prepared.
            if (NumberOf(batch) > 1)
                prepared.Release();
            else
                await Task.WhenAll(prepared.WaitAsync(Patience, CancellationToken.None), prepared.WaitAsync(Patience, CancellationToken.None));
            await turn.ComesAsync(CancellationToken.None);
            Tell("effect", batch);
            if (NumberOf(batch) == 3)
                await _stop.CancelAsync();
            return BatchOutcome.Done;
        });

        _told.Where(static t => t.StartsWith("effect", StringComparison.Ordinal)).ShouldBe(["effect 1", "effect 2", "effect 3"]);
        _told.Where(static t => t.StartsWith("store", StringComparison.Ordinal)).ShouldBe(["store 1", "store 2", "store 3"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_turn_passed_on_lets_the_next_batch_go_before_the_first_is_done()
    {
        var second = new TaskCompletionSource();
        Offer(1, 2);

        await RunAsync(async (batch, turn, _) =>
        {
            await turn.ComesAsync(CancellationToken.None);
            turn.Pass();
            if (NumberOf(batch) == 1)
                await second.Task.WaitAsync(Patience, CancellationToken.None);
            else
                second.SetResult();
            if (NumberOf(batch) == 1)
                await _stop.CancelAsync();
            return BatchOutcome.Done;
        });

        _told.ShouldBe(["store 2", "store 1"]);
    }

    [Fact]
    public async Task A_batch_that_comes_to_nothing_takes_those_behind_it_along_and_all_come_again()
    {
        var isFirst = true;
        var behind = new TaskCompletionSource();
        Offer(1, 2);

        await RunAsync(async (batch, turn, _) =>
        {
            if (NumberOf(batch) == 1 && isFirst)
            {
                await behind.Task.WaitAsync(Patience, CancellationToken.None);
                isFirst = false;
                Offer(1);   // as RetryWhileAwayAsync gives back what is revoked
                return BatchOutcome.Revoked;
            }

            behind.TrySetResult();
            await turn.ComesAsync(CancellationToken.None);
            Tell("effect", batch);
            if (NumberOf(batch) == 2)
                await _stop.CancelAsync();
            return BatchOutcome.Done;
        });

        _told.Where(static t => t.StartsWith("effect", StringComparison.Ordinal)).ShouldBe(["effect 1", "effect 2"]);
        _told.ShouldContain("again 2");
    }

    [Fact]
    public async Task What_one_batch_throws_ends_the_loop_and_no_later_batch_has_its_turn()
    {
        Offer(1, 2, 3, 4);

        var failed = await Should.ThrowAsync<InvalidOperationException>(() => RunAsync(async (batch, turn, _) =>
        {
            await turn.ComesAsync(CancellationToken.None);
            if (NumberOf(batch) == 2)
                throw new InvalidOperationException("a bug");
            return BatchOutcome.Done;
        }));

        failed.Message.ShouldBe("a bug");
        _told.ShouldContain("store 1");
        _told.ShouldNotContain("store 3");
        _told.ShouldNotContain("store 4");
    }

    private Task RunAsync(Func<RecordBatch, BatchTurn, CancellationToken, Task<BatchOutcome>> work) => OverlappedBatches.RunAsync(
        BatchesAsync,
        work,
        batch => Tell("store", batch),
        batch =>
        {
            Tell("again", batch);
            Offer(NumberOf(batch));
        },
        _stop.Token);

    private async IAsyncEnumerable<RecordBatch> BatchesAsync([EnumeratorCancellation] CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await _there.WaitAsync(stoppingToken);
            }
            catch (OperationCanceledException)
            {
                yield break;   // as a consumer's batches end
            }

            // What was given back lies before what is new.
            var batches = new List<RecordBatch>();
            while (_next.TryDequeue(out var batch))
                batches.Add(batch);
            foreach (var later in batches.OrderBy(NumberOf).Skip(1))
                _next.Enqueue(later);
            yield return batches.MinBy(NumberOf)!;
        }
    }

    private void Offer(params ReadOnlySpan<long> numbers)
    {
        foreach (var number in numbers)
        {
            _next.Enqueue(RecordBatch.Of([new() { Coordinates = new("numbers", 0, number), Timestamp = default }]));
            _there.Release();
        }
    }

    private void Tell(string what, RecordBatch batch) => _told.Enqueue($"{what} {NumberOf(batch)}");

    private static long NumberOf(RecordBatch batch) => batch[0].Coordinates.Offset;
}
