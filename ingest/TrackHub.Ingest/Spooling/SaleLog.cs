using TrackHub.Ingest.Answering;
using TrackHub.Ingest.Appending;
using TrackHub.Platform.Identity;
using TrackHub.Platform.Streams;
using TrackHub.Schemas;

namespace TrackHub.Ingest.Spooling;

/// <summary>Where a webhook's records go: the log, or the spool while the log does not answer. Singleton.</summary>
/// <remarks>
/// Only the first webhooks of an absence wait for the log; from then on all go to the spool at once, until the drain has found the log again. A record that
/// the log did not acknowledge may be in both; it has one event id and one ingest id and is absorbed downstream. While older records of a sale still wait, a
/// newer one may go to the log directly: the matcher orders a sale's states by their rank, not by their arrival.
/// </remarks>
internal sealed class SaleLog(IEventLog log, Spool spool, Sealer sealer, IngestMetrics metrics, TimeProvider clock)
{
    private static readonly TimeSpan ShutFor = TimeSpan.FromSeconds(10);

    private long _shutAt = long.MinValue;

    /// <summary>Whether neither log nor spool took the last that came, within the last ten seconds.</summary>
    public bool IsShut => Interlocked.Read(ref _shutAt) is var at && at is not long.MinValue && clock.GetElapsedTime(at) < ShutFor;

    /// <summary>Appends a sale.</summary>
    /// <param name="tenantId">Tenant of its brand.</param>
    /// <param name="key">Record key.</param>
    /// <param name="sale">The record.</param>
    /// <returns>Its receipt once it is durable; null if neither log nor spool took it.</returns>
    public Task<Receipt?> AppendAsync(string tenantId, string key, TrackedEvent sale) => StoreAsync(
        sale.EventId,
        () => log.AppendAsync(Topics.IngestEvents, key, sale),
        () => [SpoolEntry.Seal(sealer, tenantId, sale.ReceivedAt, SpooledRecord.Of(Topics.IngestEvents, key, sale.BrandId, sale))]);

    /// <summary>Appends an authentic webhook that could not be mapped, with the outcome that ends it.</summary>
    /// <returns>As above.</returns>
    public Task<Receipt?> AppendDeadAsync(string tenantId, DeadWebhook webhook, EventOutcome outcome)
    {
        var now = clock.GetUtcNow();
        return StoreAsync(webhook.IngestId, () => log.AppendDeadAsync(webhook, outcome), () =>
        {
            var (key, letter) = DeadLetters.LetterOf(webhook, sealer.Seal(tenantId, SealPurpose.DeadLetter, webhook.Body, KeyRef.Day(now)), now);
            return
            [
                SpoolEntry.Seal(sealer, tenantId, now, SpooledRecord.Of(Topics.DeadLetters, key, webhook.BrandId, letter)),
                SpoolEntry.Seal(sealer, tenantId, now, SpooledRecord.Of(Topics.EventOutcomes, outcome.IngestId, outcome.BrandId, outcome)),
            ];
        });
    }

    /// <summary>Appends a delivery that did not prove itself.</summary>
    /// <returns>As above.</returns>
    public Task<Receipt?> AppendQuarantinedAsync(string tenantId, QuarantinedWebhook webhook) => StoreAsync(
        webhook.QuarantineId,
        () => log.AppendQuarantinedAsync(webhook),
        () => [SpoolEntry.Seal(sealer, tenantId, webhook.ReceivedAt, SpooledRecord.Of(Topics.Quarantine, IEventLog.KeyOf(webhook), webhook.BrandId, webhook))]);

    /// <summary>Whether the spool would take so many bytes if the log did not answer; true where there is no spool.</summary>
    public ValueTask<bool> HasPlaceAsync(int bytes) => spool.IsOn ? spool.TryAsync(bytes) : new(true);

    private async Task<Receipt?> StoreAsync(string id, Func<ValueTask<RecordCoordinates?>> append, Func<IReadOnlyList<SpoolEntry>> seal)
    {
        var receipt = await TryStoreAsync(id, append, seal);
        Interlocked.Exchange(ref _shutAt, receipt is null ? clock.GetTimestamp() : long.MinValue);
        return receipt;
    }

    private async Task<Receipt?> TryStoreAsync(string id, Func<ValueTask<RecordCoordinates?>> append, Func<IReadOnlyList<SpoolEntry>> seal)
    {
        var (coordinates, kept) = await AnsweredAsync(append, seal);
        if (coordinates is not null || !spool.IsOn)
            return coordinates is null ? null : new(id, coordinates);

        spool.LogAbsence.Begin();
        var isKept = await (kept ?? KeepAsync(seal));

        // Refused, or in the log already: with nothing in the spool nobody would find the log again.
        if (spool.State.Records is 0)
            spool.LogAbsence.End();
        return isKept ? new(id, Coordinates: null) : null;
    }

    // One who has waited in vain speaks for all who still wait. Who has waited for half of the time puts his records on the disk while he waits on: a disk
    // that is slow just then would else begin where the log's time ends. If the log answers after all, they are there twice.
    private async ValueTask<(RecordCoordinates? Coordinates, Task<bool>? Kept)> AnsweredAsync(
        Func<ValueTask<RecordCoordinates?>> append, Func<IReadOnlyList<SpoolEntry>> seal)
    {
        if (spool.LogAbsence.IsOn)
            return (null, null);

        var answer = append();
        if (answer.IsCompleted || !spool.IsOn)
            return (await answer, null);

        var answered = answer.AsTask();
        if (await Task.WhenAny(answered, spool.LogAbsence.Doubted()) == answered)
            return (await answered, null);

        var kept = KeepAsync(seal);
        return (await Task.WhenAny(answered, spool.LogAbsence.Begun) == answered ? await answered : null, kept);
    }

    private async Task<bool> KeepAsync(Func<IReadOnlyList<SpoolEntry>> seal)
    {
        try
        {
            return await spool.AppendAsync(seal());
        }
        catch (KeyGoneException)
        {
            metrics.SpoolRefused("day_key_missing");
            return false;
        }
    }
}
