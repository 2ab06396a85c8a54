using TrackHub.Platform.Streams;

namespace TrackHub.Matching;

/// <summary>A batch's place in the order of batches: what must not happen before the earlier batches did it waits for its turn.</summary>
internal sealed class BatchTurn
{
    private readonly TaskCompletionSource _passed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _before;

    private BatchTurn(Task before) => _before = before;

    /// <summary>Whether an earlier batch came to nothing before it had passed its turn on.</summary>
    public bool IsLost => _before.IsCanceled;

    /// <summary>The turn of a batch with none before it.</summary>
    public static BatchTurn First() => new(Task.CompletedTask);

    /// <summary>Waits until the batch before has passed its turn on; at once when it has, for a batch may be worked on again.</summary>
    /// <exception cref="OperationCanceledException">Given up, or the turn is lost: this batch must come to nothing as well.</exception>
    public Task ComesAsync(CancellationToken cancellationToken) => _before.WaitAsync(cancellationToken);

    /// <summary>Lets the next batch go; again, or after <see cref="Lose"/>, changes nothing.</summary>
    public void Pass() => _passed.TrySetResult();

    /// <summary>Takes the turn from the next batch; once it has passed, changes nothing.</summary>
    public void Lose() => _passed.TrySetCanceled(CancellationToken.None);

    /// <summary>The turn of the batch behind this one.</summary>
    public BatchTurn Next() => new(_passed.Task);
}

/// <summary>Works on several batches of one consumer at once: while one waits for its stores, the next ones are decoded and looked up.</summary>
/// <remarks>
/// A batch is stored by itself when it is done; the consumer commits the gap-free prefix of each partition, so what overtook is read again after a
/// crash. A batch that comes to nothing takes those behind it along: their records come again, in their order.
/// </remarks>
internal static class OverlappedBatches
{
    // One is looked up, one writes, one waits for the log's acknowledgements.
    private const int Depth = 3;

    /// <summary>Works until the stop is asked for and what is at work has ended.</summary>
    /// <param name="consumer">Whose batches; each one done is stored, each one that lost its turn given back.</param>
    /// <param name="maxBatchSize">Most records a batch holds.</param>
    /// <param name="maxLinger">How long a started batch waits to fill.</param>
    /// <param name="work">Waits for its turn before whatever must keep the order of batches, and passes it on behind that; its end does so too. Its token says that no further attempt is to be made.</param>
    /// <param name="stoppingToken">No further batch is taken.</param>
    /// <exception cref="Exception">What work threw: the process should end.</exception>
    public static Task RunAsync(
        RecordConsumer consumer, int maxBatchSize, TimeSpan maxLinger, Func<RecordBatch, BatchTurn, CancellationToken, Task<BatchOutcome>> work, CancellationToken stoppingToken) =>
        RunAsync(token => consumer.BatchesAsync(maxBatchSize, maxLinger, token), work, consumer.Store, consumer.GiveBack, stoppingToken);

    /// <summary>The same over any batches.</summary>
    internal static async Task RunAsync(
        Func<CancellationToken, IAsyncEnumerable<RecordBatch>> batches, Func<RecordBatch, BatchTurn, CancellationToken, Task<BatchOutcome>> work,
        Action<RecordBatch> store, Action<RecordBatch> giveBack, CancellationToken stoppingToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        var atWork = new Queue<Task>(Depth);
        var turn = BatchTurn.First();
        try
        {
            await foreach (var batch in batches(ending.Token))
            {
                while (atWork.Count == Depth || (turn.IsLost && atWork.Count > 0))
                    await atWork.Dequeue();
                if (turn.IsLost)
                {
                    // What lost the turn lies before this batch again.
                    giveBack(batch);
                    turn = BatchTurn.First();
                    continue;
                }

                atWork.Enqueue(WorkAsync(batch, turn));
                turn = turn.Next();
            }
        }
        finally
        {
            await Task.WhenAll(atWork);
        }

        async Task WorkAsync(RecordBatch batch, BatchTurn turn)
        {
            try
            {
                if (await work(batch, turn, ending.Token) is BatchOutcome.Done)
                {
                    store(batch);
                    turn.Pass();
                }
            }
            catch (OperationCanceledException) when (turn.IsLost)
            {
                giveBack(batch);
            }
            catch
            {
                await ending.CancelAsync();
                throw;
            }
            finally
            {
                turn.Lose();
            }
        }
    }
}
