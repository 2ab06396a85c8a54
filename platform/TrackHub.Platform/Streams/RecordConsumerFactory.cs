namespace TrackHub.Platform.Streams;

/// <summary>Makes consumers with TrackHub's settings. Singleton.</summary>
public sealed class RecordConsumerFactory
{
    /// <summary>A consumer that joins its group when its batches are first asked for. The caller disposes it.</summary>
    public RecordConsumer Create(RecordConsumerOptions options) => throw new NotSupportedException("Comes with the next commit.");
}
