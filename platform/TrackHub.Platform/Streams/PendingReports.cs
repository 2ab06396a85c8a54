using Confluent.Kafka;

namespace TrackHub.Platform.Streams;

/// <summary>Waits for the reports of a number of records with one task, whichever order they come in.</summary>
internal sealed class PendingReports : IReportSink
{
    private readonly TaskCompletionSource<ErrorCode> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ReportSlots _slots;
    private readonly int _count;
    private int _left;
    private volatile ErrorCode _error = ErrorCode.NoError;

    /// <summary>Expects the reports of records that are about to be handed over.</summary>
    /// <param name="slots">By which reports come.</param>
    /// <param name="count">How many records at most.</param>
    public PendingReports(ReportSlots slots, int count)
    {
        (_slots, _count, _left) = (slots, count, count + 1);   // one is the sender's, see Sent
        Token = slots.Take(this);
    }

    /// <summary>What each of the records carries.</summary>
    public nint Token { get; }

    /// <summary>Completes when every record that was handed over is reported, with the error of one that is not persisted.</summary>
    public Task<ErrorCode> Completion => _completion.Task;

    /// <summary>Tells that no more records are handed over. To be called once, however sending ended.</summary>
    /// <param name="count">How many were.</param>
    public void Sent(int count) => Settle(_count - count + 1);

    /// <inheritdoc/>
    public void Report(in DeliveryReport report)
    {
        if (!report.IsPersisted)
            _error = report.Error is ErrorCode.NoError ? ErrorCode.Local_Fail : report.Error;   // any one of several will do
        Settle(1);
    }

    /// <inheritdoc/>
    public void Lose() => End(ErrorCode.Local_Destroy);

    private void Settle(int count)
    {
        if (Interlocked.Add(ref _left, -count) is 0)
            End(_error);
    }

    private void End(ErrorCode error)
    {
        _slots.Return(Token);
        _completion.TrySetResult(error);
    }
}
