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
    /// <summary>Appends a sale.</summary>
    /// <param name="tenantId">Tenant of its brand.</param>
    /// <param name="key">Record key.</param>
    /// <param name="sale">The record.</param>
    /// <returns>Its receipt once it is durable; null if neither log nor spool took it.</returns>
    public async Task<Receipt?> AppendAsync(string tenantId, string key, TrackedEvent sale)
    {
        if (await AnsweredAsync(() => log.AppendAsync(Topics.IngestEvents, key, sale)) is { } coordinates)
            return new(sale.EventId, coordinates);

        return await SpoolAsync(sale.EventId, () =>
            [SpoolEntry.Seal(sealer, tenantId, sale.ReceivedAt, SpooledRecord.Of(Topics.IngestEvents, key, sale.BrandId, sale))]);
    }

    /// <summary>Appends an authentic webhook that could not be mapped, with the outcome that ends it.</summary>
    /// <returns>As above.</returns>
    public async Task<Receipt?> AppendDeadAsync(string tenantId, DeadWebhook webhook, EventOutcome outcome)
    {
        if (await AnsweredAsync(() => log.AppendDeadAsync(webhook, outcome)) is { } coordinates)
            return new(webhook.IngestId, coordinates);

        var now = clock.GetUtcNow();
        return await SpoolAsync(webhook.IngestId, () =>
        {
            var (key, letter) = DeadLetters.LetterOf(webhook, sealer.Seal(tenantId, SealPurpose.DeadLetter, webhook.Body, KeyRef.Day(now)), now);
            return
            [
                SpoolEntry.Seal(sealer, tenantId, now, SpooledRecord.Of(Topics.DeadLetters, key, webhook.BrandId, letter)),
                SpoolEntry.Seal(sealer, tenantId, now, SpooledRecord.Of(Topics.EventOutcomes, outcome.IngestId, outcome.BrandId, outcome)),
            ];
        });
    }

    // One who has waited in vain speaks for all who still wait.
    private async ValueTask<RecordCoordinates?> AnsweredAsync(Func<ValueTask<RecordCoordinates?>> append)
    {
        if (spool.LogAbsence.IsOn)
            return null;

        var answer = append();
        if (answer.IsCompleted || !spool.IsOn)
            return await answer;

        var answered = answer.AsTask();
        return await Task.WhenAny(answered, spool.LogAbsence.Begun) == answered ? await answered : null;
    }

    private async Task<Receipt?> SpoolAsync(string id, Func<IReadOnlyList<SpoolEntry>> seal)
    {
        if (!spool.IsOn)
            return null;

        IReadOnlyList<SpoolEntry> entries;
        try
        {
            entries = seal();
        }
        catch (KeyGoneException)
        {
            metrics.SpoolRefused("day_key_missing");
            return null;
        }

        // Told before the append: the drain, which takes it back, may have the record in the log before this goes on.
        spool.LogAbsence.Begin();
        if (await spool.AppendAsync(entries))
            return new(id, Coordinates: null);

        // With nothing in the spool nobody would find the log again.
        if (spool.State.Records is 0)
            spool.LogAbsence.End();
        return null;
    }
}
