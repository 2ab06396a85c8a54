using Confluent.Kafka;

namespace TrackHub.Platform.Streams;

/// <summary>Waits for the delivery reports of a number of records with one task, whichever order they come in.</summary>
/// <remarks>One allocation a batch instead of a task a record; reports arrive on the client library's poll thread.</remarks>
internal sealed class PendingReports(int count)
{
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _left = count;
    private Error? _error;

    /// <summary>Completes when every record is persisted; fails as soon as every report is in and one says otherwise.</summary>
    public Task Completion => _completion.Task;

    /// <summary>Takes one report.</summary>
    public void Report(DeliveryReport<byte[]?, byte[]?> report)
    {
        if (report.Status is not PersistenceStatus.Persisted || report.Error.IsError)
            _error = report.Error;   // any one of several will do

        if (Interlocked.Decrement(ref _left) > 0)
            return;

        if (_error is { } error)
            _completion.SetException(ProducerClient.Unavailable(error));
        else
            _completion.SetResult();
    }
}
