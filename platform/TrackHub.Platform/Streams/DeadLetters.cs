using System.Text;
using Microsoft.Extensions.Logging;
using TrackHub.Platform.Identity;
using TrackHub.Platform.Telemetry;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;

namespace TrackHub.Platform.Streams;

/// <summary>What is known of the event of a dead letter.</summary>
/// <param name="BrandId">Brand.</param>
/// <param name="IngestId">Ingest id.</param>
/// <param name="EventId">Deduplication id.</param>
public sealed record DeadEvent(string? BrandId, string? IngestId, string? EventId);

/// <summary>An authenticated webhook that could not be mapped.</summary>
/// <param name="BrandId">Brand of the connection.</param>
/// <param name="Gateway">Gateway name.</param>
/// <param name="ConnectionId">Public id of the connection's row.</param>
/// <param name="IngestId">The ingest id it was given.</param>
/// <param name="ContentType">Content type of the body.</param>
/// <param name="Body">The body without the gateway's tokens.</param>
/// <param name="Reason">One word, also a metric tag.</param>
/// <param name="Detail">For people; no personal data.</param>
public sealed record DeadWebhook(
    string BrandId, string Gateway, string ConnectionId, string IngestId, string? ContentType, byte[] Body, string Reason, string Detail);

/// <summary>Keeps what could not go on: sealed, with its source and reason, in <c>dead-letters</c>. Singleton, thread-safe.</summary>
/// <remarks>
/// One record, one letter: where two roles read a topic, its first reader writes it. Each letter counts in <c>trackhub.dead_letters</c>; a record's
/// also raises an error line, an unmappable webhook is the sender's.
/// Sealed under the tenant of the brand where that is known, else under the system's key, both of the day of writing.
/// </remarks>
public sealed class DeadLetters(
    RecordProducer producer, Sealer sealer, TenantDirectory directory, StreamMetrics metrics, TimeProvider clock, ILogger<DeadLetters> logger)
{
    // A letter must fit into a record, or its source's partition would wait for ever.
    private const int MaxOriginalBytes = 768 * 1024;
    private const int MaxKeyBytes = 64 * 1024;

    private readonly DeadLetterAlarm _alarm = new(clock, logger);

    /// <summary>Writes a record that could not go on; durable when this completes.</summary>
    /// <param name="source">The record.</param>
    /// <param name="stage">Who gives up: matcher, dispatcher or ledger.</param>
    /// <param name="reason">One word, also a metric tag.</param>
    /// <param name="detail">For people; no personal data.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="LogUnavailableException">Not acknowledged.</exception>
    /// <exception cref="DependencyAwayException">No day secret is loaded to seal with, or the registry does not answer.</exception>
    public Task WriteAsync(StreamRecord source, string stage, string reason, string detail, CancellationToken cancellationToken) =>
        WriteAsync(source, stage, reason, detail, new(source.Header(RecordHeaders.BrandName), IngestId: null, EventId: null), cancellationToken);

    /// <summary>Writes a record that could not go on, with the ids of its event; durable when this completes.</summary>
    /// <exception cref="LogUnavailableException">Not acknowledged.</exception>
    /// <exception cref="DependencyAwayException">No day secret is loaded to seal with, or the registry does not answer.</exception>
    public async Task WriteAsync(StreamRecord source, string stage, string reason, string detail, DeadEvent about, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var isTooLong = source.Value is { Length: > MaxOriginalBytes };
        var sourceKey = source.Key is { Length: <= MaxKeyBytes } known ? known : null;
        var letter = new DeadLetter
        {
            DeadLetterId = source.Coordinates.ToString(),
            Stage = stage,
            Reason = reason,
            Detail = isTooLong ? $"{detail} The original of {source.Value!.Length} bytes is too long for a copy; it lies at its source." : detail,
            At = now,
            IngestId = about.IngestId,
            BrandId = KnownBrand(about.BrandId),
            EventId = about.EventId,
            SourceTopic = source.Coordinates.Topic,
            SourcePartition = source.Coordinates.Partition,
            SourceOffset = source.Coordinates.Offset,
            SourceTime = source.Timestamp,
            SourceKey = sourceKey,
            Original = source.Value is null || isTooLong ? null : Seal(about.BrandId, source.Value, now),
        };

        // Its key is the source's, so that what belongs together stays in order; a key is never personal data.
        var key = sourceKey is null ? letter.DeadLetterId : Encoding.UTF8.GetString(sourceKey);
        await producer.ProduceAllAsync([OutgoingRecord.Create(Topics.DeadLetters, key, letter, Headers(letter).Follow(source))], cancellationToken);
        metrics.DeadLettered(stage, reason);
        using (logger.BeginRecord(source, letter.BrandId))
            _alarm.Raise(source.Coordinates.Topic, stage, reason, letter.DeadLetterId);
    }

    /// <summary>Writes an authenticated webhook that could not be mapped, gateway tokens already removed; durable when this completes.</summary>
    /// <param name="webhook">The webhook.</param>
    /// <param name="limit">How long to wait for the acknowledgement.</param>
    /// <exception cref="LogUnavailableException">Not acknowledged in time; refused at once when the local queue is full.</exception>
    /// <exception cref="DependencyAwayException">No day secret is loaded to seal with, or the registry does not answer.</exception>
    public async Task<RecordCoordinates> WriteWebhookAsync(DeadWebhook webhook, TimeSpan limit)
    {
        var now = clock.GetUtcNow();
        var (key, letter) = LetterOf(webhook, Seal(webhook.BrandId, webhook.Body, now), now);
        var coordinates = await producer.ProduceWithinAsync(Topics.DeadLetters, key, letter, Headers(letter).TraceParent(), limit);
        metrics.DeadLettered(letter.Stage, letter.Reason);
        return coordinates;
    }

    /// <summary>The letter of a webhook, for those who bring it to the log themselves.</summary>
    /// <param name="webhook">The webhook.</param>
    /// <param name="original">Its body, sealed as a dead letter's.</param>
    /// <param name="at">When it is given up.</param>
    public static (string Key, DeadLetter Letter) LetterOf(DeadWebhook webhook, SealedBox original, DateTimeOffset at) => (
        $"{webhook.BrandId}/{webhook.Gateway}",
        new()
        {
            DeadLetterId = "ingress/" + webhook.IngestId,
            Stage = "ingress",
            Reason = webhook.Reason,
            Detail = webhook.Detail,
            At = at,
            IngestId = webhook.IngestId,
            BrandId = webhook.BrandId,
            Gateway = webhook.Gateway,
            ConnectionId = webhook.ConnectionId,
            ContentType = webhook.ContentType,
            Original = original,
        });

    private static RecordHeaders Headers(DeadLetter letter) => letter.BrandId is { } brand ? new RecordHeaders().Brand(brand) : new();

    private string? KnownBrand(string? brandId) => brandId is not null && directory.Current.Brand(brandId) is not null ? brandId : null;

    private SealedBox Seal(string? brandId, byte[] original, DateTimeOffset now)
    {
        var tenant = brandId is null ? null : directory.Current.Brand(brandId)?.TenantId;
        try
        {
            return sealer.Seal(tenant ?? Sealer.SystemTenant, SealPurpose.DeadLetter, original, KeyRef.Day(now));
        }
        catch (KeyGoneException failure)
        {
            // Today's secret is not loaded: nothing may be written unsealed, and nothing is lost by waiting for it.
            throw new DependencyAwayException("directory", failure);
        }
    }
}
