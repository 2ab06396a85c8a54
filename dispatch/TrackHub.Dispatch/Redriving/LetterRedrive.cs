using TrackHub.Dispatch.Replaying;
using TrackHub.Platform.Replaying;
using TrackHub.Platform.Streams;
using TrackHub.Schemas;

namespace TrackHub.Dispatch.Redriving;

/// <summary>Takes a webhook that was not understood through its gateway's mapping again.</summary>
/// <param name="letter">The dead letter.</param>
/// <param name="body">Its original, opened.</param>
/// <param name="isTrial">Nothing is written.</param>
/// <returns>A <see cref="ReplayVerdict"/> or a word of <see cref="LetterRedrive"/>.</returns>
public delegate Task<string> WebhookMapping(DeadLetter letter, byte[] body, bool isTrial);

/// <summary>Puts dead letters back where they came from: into dispatch with another ladder, through a gateway's mapping, or into their topic.</summary>
/// <remarks>
/// What was put back is noted per letter, before and after: a letter is put back once, and one that a killed command had begun again. Events that are
/// taken twice all the same are absorbed where every repetition is.
/// </remarks>
public sealed class LetterRedrive(LetterTable table, LetterOriginals originals, DispatchRedrive dispatch, WebhookMapping webhooks, RecordProducer producer, TimeProvider clock)
{
    /// <summary>The log no longer has it, or its day's key is destroyed.</summary>
    public const string Gone = "gone";

    /// <summary>Put back before.</summary>
    public const string Already = "already_redriven";

    /// <summary>The gateway's mapping does not understand it yet.</summary>
    public const string StillUnmapped = "still_unmapped";

    /// <summary>Its connection was removed.</summary>
    public const string ConnectionGone = "connection_gone";

    /// <summary>A webhook, which a dispatcher cannot map: an operator's command can.</summary>
    public const string NeedsOperator = "needs_operator";

    /// <summary>It names two brands: nobody can say whose it is.</summary>
    public const string NobodysBrand = BrandClaim.Mismatch;

    /// <summary>Puts letters back, or tells what would come of it.</summary>
    /// <param name="rows">The letters.</param>
    /// <param name="actor">Who.</param>
    /// <param name="rate">Letters a second at most, from 1.</param>
    /// <param name="isTrial">Nothing is sent or changed.</param>
    /// <param name="told">Told the counts so far after each chunk; null: nobody is.</param>
    /// <param name="cancellationToken">Ends it between two chunks.</param>
    /// <returns>Letters by what came of them: a <see cref="ReplayVerdict"/> or a word of this class.</returns>
    public async Task<IReadOnlyDictionary<string, long>> RunAsync(
        IReadOnlyList<LetterRow> rows, string actor, int rate, bool isTrial, Func<IReadOnlyDictionary<string, long>, Task>? told, CancellationToken cancellationToken)
    {
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        void Count(string result) => counts[result] = counts.GetValueOrDefault(result) + 1;
        var rest = TimeSpan.Zero;
        foreach (var _ in rows.Where(static row => row.RedrivenAt is not null)) Count(Already);
        await foreach (var letters in originals.ReadAsync([.. rows.Where(static row => row.RedrivenAt is null)], Math.Min(rate, LetterOriginals.Chunk), cancellationToken))
        {
            if (!isTrial && rest > TimeSpan.Zero)
                await Task.Delay(rest, clock, cancellationToken);
            var started = clock.GetTimestamp();
            var found = await JudgeAsync(letters, cancellationToken);
            var sending = found.Where(static f => IsSend(f.Result)).Select(static f => f.Letter).ToList();
            if (!isTrial && sending.Count > 0)
            {
                await table.BeginAsync(sending.ConvertAll(static l => l.Row), actor, cancellationToken);
                var sent = await SendAsync(sending, cancellationToken);
                foreach (var result in sent.Where(static s => IsSend(s.Result)).GroupBy(static s => s.Result))
                    await table.DoneAsync(result.Select(static s => s.Letter.Row), result.Key, cancellationToken);
                await table.DropAsync(sent.Where(static s => !IsSend(s.Result)).Select(static s => s.Letter.Row), cancellationToken);
                found = [.. found.Where(static f => !IsSend(f.Result)), .. sent];
            }

            foreach (var (_, result) in found) Count(result);
            if (told is not null)
                await told(counts);
            rest = TimeSpan.FromSeconds((double)letters.Count / rate) - clock.GetElapsedTime(started);
        }

        return counts;
    }

    private static bool IsSend(string result) => result is ReplayVerdict.Send or ReplayVerdict.SendLate;

    private static bool IsOfDispatch(OpenLetter letter) => Topics.Find(letter.Letter?.SourceTopic ?? "")?.ValueType == typeof(DispatchReady);

    private Task<List<(OpenLetter Letter, string Result)>> JudgeAsync(IReadOnlyList<OpenLetter> letters, CancellationToken cancellationToken) => ApplyAsync(letters, isTrial: true, cancellationToken);

    private Task<List<(OpenLetter Letter, string Result)>> SendAsync(IReadOnlyList<OpenLetter> letters, CancellationToken cancellationToken) => ApplyAsync(letters, isTrial: false, cancellationToken);

    private async Task<List<(OpenLetter Letter, string Result)>> ApplyAsync(IReadOnlyList<OpenLetter> letters, bool isTrial, CancellationToken cancellationToken)
    {
        var results = new List<(OpenLetter, string)>(letters.Count);
        var (events, copies) = (new List<OpenLetter>(), new List<OutgoingRecord>());
        foreach (var letter in letters)
        {
            if (letter is not { Letter: { } kept, Original: { } original })
                results.Add((letter, Gone));
            else if (kept.Reason == BrandClaim.Mismatch)
                results.Add((letter, NobodysBrand));
            else if (letter.Source is not { } source)
                results.Add((letter, await webhooks(kept, original, isTrial)));
            else if (IsOfDispatch(letter))
                events.Add(letter);
            else if (Topics.Find(source.Coordinates.Topic) is { } topic)
            {
                copies.Add(OutgoingRecord.Copy(topic, source, new RecordHeaders().CopyFrom(source)));
                results.Add((letter, ReplayVerdict.Send));
            }
            else
                results.Add((letter, ReplayVerdict.Unreadable));
        }

        if (events.Count > 0)
            results.AddRange(events.Zip(await dispatch.RunAsync(events.ConvertAll(static e => e.Source!), isTrial, cancellationToken)));
        if (!isTrial)
            await producer.ProduceAllAsync(copies, cancellationToken);
        return results;
    }
}
