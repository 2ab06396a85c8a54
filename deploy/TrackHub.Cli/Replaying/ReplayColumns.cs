using TrackHub.Cli.Output;
using TrackHub.Platform.Replaying;

namespace TrackHub.Cli.Replaying;

/// <summary>Replays and their counts as tables.</summary>
internal static class ReplayColumns
{
    /// <summary>One replay: what, how far, and what was done with its records.</summary>
    public static readonly IReadOnlyList<Column<ReplayView>> Replay =
    [
        new("id", static r => r.Id.ToString()), new("topic", static r => r.Topic), new("brand", static r => r.BrandId), new("state", static r => r.State), new("actor", static r => r.Actor),
        new("rate", static r => r.Rate), new("records", static r => r.Records), new("read", static r => r.Read),
        .. ReplayVerdict.All.Select(static verdict => new Column<ReplayView>(verdict, r => r.Counts.GetValueOrDefault(verdict))),
        new("created_at", static r => r.CreatedAt), new("updated_at", static r => r.UpdatedAt), new("ended_at", static r => r.EndedAt),
    ];

    /// <summary>Prints one replay; for people without what did not occur.</summary>
    public static void PrintCard(Printer printer, ReplayView replay) =>
        printer.Card(replay, printer.Json ? Replay : [.. Replay.Where(column => !ReplayVerdict.All.Contains(column.Name) || replay.Counts.ContainsKey(column.Name))]);

    /// <summary>The partitions of one replay.</summary>
    public static readonly IReadOnlyList<Column<ReplayPart>> Part =
        [new("partition", static p => p.Partition), new("first", static p => p.First), new("next", static p => p.Next), new("end", static p => p.End)];

    private static readonly Dictionary<string, string> Meanings = new(StringComparer.Ordinal)
    {
        [ReplayVerdict.Send] = "sent again",
        [ReplayVerdict.SendLate] = "sent again; older than 48 h, so that Meta need not deduplicate or count it",
        [ReplayVerdict.SkippedDelivered] = "Meta has it: no call",
        [ReplayVerdict.Duplicate] = "another event with the same id came first",
        [ReplayVerdict.InFlight] = "on its way already",
        [ReplayVerdict.Parked] = "parked, or its pixel is gone or switched off: `trackhub lanes list`",
        [ReplayVerdict.Expired] = "older than seven days: refused",
        [ReplayVerdict.BlockedConsent] = "no consent",
        [ReplayVerdict.Suppressed] = "its person must not be sent",
        [ReplayVerdict.Dead] = "Meta would refuse what it says",
        [ReplayVerdict.Unreadable] = "no event can be read from it",
    };

    /// <summary>What a verdict means, for people.</summary>
    public static string MeaningOf(string verdict) => Meanings[verdict];

    /// <summary>Prints records by verdict, those that occur.</summary>
    public static void PrintCounts(Printer printer, IReadOnlyDictionary<string, long> counts) => printer.Table(
        ReplayVerdict.All.Where(verdict => counts.GetValueOrDefault(verdict) > 0).Select(verdict => (Verdict: verdict, Records: counts[verdict])),
        new Column<(string Verdict, long Records)>("verdict", static row => row.Verdict), new("records", static row => row.Records), new("meaning", static row => Meanings[row.Verdict]));
}
