using TrackHub.Ingest.Appending;
using TrackHub.Ingest.Spooling;
using TrackHub.Platform.Streams;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;

namespace TrackHub.Ingest.Rehearsing;

/// <summary>A log that keeps nothing. It answers, or it does not, so that both ways of a webhook are played.</summary>
internal sealed class RehearsalLog : IEventLog
{
    /// <summary>Whether it answers.</summary>
    public bool Answers { get; set; } = true;

    /// <inheritdoc/>
    public ValueTask<RecordCoordinates> AppendAsync(TopicDefinition topic, Brand brand, ReadOnlySpan<byte> key, Span<byte> value) => StoredAsync(topic);

    /// <inheritdoc/>
    public ValueTask<RecordCoordinates?> AppendAsync(TopicDefinition topic, string key, TrackedEvent tracked) => AnswerAsync(topic);

    /// <inheritdoc/>
    public ValueTask<RecordCoordinates?> AppendDeadAsync(DeadWebhook webhook, EventOutcome outcome) => AnswerAsync(Topics.DeadLetters);

    /// <inheritdoc/>
    public ValueTask<RecordCoordinates?> AppendQuarantinedAsync(QuarantinedWebhook webhook) => AnswerAsync(Topics.Quarantine);

    /// <inheritdoc/>
    public Task<bool> AppendSpooledAsync(
        IReadOnlyList<SpooledRecord> records, IReadOnlyDictionary<string, string> schemas, CancellationToken stoppingToken) => Task.FromResult(Answers);

    private async ValueTask<RecordCoordinates> StoredAsync(TopicDefinition topic) =>
        await AnswerAsync(topic) ?? throw new LogUnavailableException(LogFault.TimedOut, "The rehearsal's log does not answer.");

    // Not at once: whoever waits for the real one is gone from his thread, and comes back on another.
    private async ValueTask<RecordCoordinates?> AnswerAsync(TopicDefinition topic)
    {
        await Task.Yield();
        return Answers ? new RecordCoordinates(topic.Name, 0, 0) : null;
    }
}
