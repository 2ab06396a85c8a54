using System.Globalization;
using TrackHub.Platform.Books;
using TrackHub.Schemas;

namespace TrackHub.Ledger.Alarms;

/// <summary>Decides from the books when the alarm of a brand opens, is told again and is resolved.</summary>
/// <remarks>
/// The books do not guess, so the rule is plain: anything unaccounted for is an alarm. It opens and ends only when several looks in a row agree,
/// so that an operator's step half way through (a parked lane being resumed) raises none. Belongs to one loop.
/// </remarks>
/// <param name="looks">Looks in a row that must agree, from 1.</param>
internal sealed class ConservationRule(int looks)
{
    /// <summary>Name of the rule in alerts.</summary>
    public const string Name = "conservation";

    private const double Threshold = 0;

    private const string Remedy =
        "Run `trackhub books --minutes` and `trackhub explain` with one of the ids. The records it was last seen at were read and left nothing: find out what "
        + "that role did, stop it, set its group's offsets to them or before, start it. Records read twice change nothing.";

    private readonly Dictionary<string, (bool Lost, int Looks)> _streaks = [];

    /// <summary>What is to be told after a look.</summary>
    /// <param name="report">What the books say; of a ledger that is behind nothing follows.</param>
    /// <param name="open">Alerts that are open, at most one a brand.</param>
    /// <param name="now">Time of the look.</param>
    public IReadOnlyList<Alert> Judge(BookReport report, IReadOnlyCollection<OpenAlert> open, DateTimeOffset now)
    {
        if (report.Behind > 0)
            return [];

        var lost = report.Minutes.GroupBy(static minute => minute.BrandId).ToDictionary(static g => g.Key, static g => g.ToList());
        var told = new List<Alert>();
        foreach (var brand in lost.Keys.Union(open.Select(static alert => alert.BrandId)).Order(StringComparer.Ordinal))
        {
            var minutes = lost.GetValueOrDefault(brand);
            var agreed = Agree(brand, minutes is not null);
            if (Next(brand, minutes, open.FirstOrDefault(alert => alert.BrandId == brand), agreed, now) is { } alert)
                told.Add(alert);
        }

        foreach (var forgotten in _streaks.Keys.Where(brand => !lost.ContainsKey(brand) && open.All(alert => alert.BrandId != brand)).ToList())
            _streaks.Remove(forgotten);
        return told;
    }

    private bool Agree(string brand, bool isLost)
    {
        var streak = _streaks.TryGetValue(brand, out var known) && known.Lost == isLost ? known.Looks + 1 : 1;
        _streaks[brand] = (isLost, Math.Min(streak, looks));
        return streak >= looks;
    }

    private static Alert? Next(string brand, List<UnbalancedMinute>? minutes, OpenAlert? open, bool agreed, DateTimeOffset now)
    {
        if (!agreed || (minutes is null && open is null))
            return null;
        if (minutes is null)
            return Of(brand, open!.AlertId, open.Since, now, AlertState.Resolved, 0, "Everything accepted has ended or is on its way again.", []);

        var count = minutes.Sum(static minute => minute.Unaccounted);
        if (open is not null && count < open.Value * 2 && count > open.Value / 2)
            return null;   // told already; it is told again when it is another size of trouble

        var since = open?.Since ?? minutes.Min(static minute => minute.Minute);
        var id = open?.AlertId ?? string.Create(CultureInfo.InvariantCulture, $"{Name}/{brand}/{since.UtcDateTime:yyyyMMdd'T'HHmm'Z'}");
        var detail = string.Create(CultureInfo.InvariantCulture, $"{count} ends of accepted events are unaccounted for since {since.UtcDateTime:yyyy-MM-dd HH:mm'Z'}.");
        var examples = minutes.SelectMany(static minute => minute.IngestIds).Take(BookAudit.Examples).Select(static ingestId => ingestId.ToString("D"));
        return Of(brand, id, since, now, AlertState.Open, count, detail, [.. examples]);
    }

    private static Alert Of(
        string brand, string id, DateTimeOffset since, DateTimeOffset now, AlertState state, long count, string detail, IReadOnlyList<string> examples) => new()
        {
            AlertId = id,
            BrandId = brand,
            Rule = Name,
            Severity = AlertSeverity.Critical,
            State = state,
            Since = since,
            At = now,
            Value = count,
            Threshold = Threshold,
            Detail = detail,
            Remedy = state is AlertState.Open ? Remedy : "",
            Examples = examples,
        };
}
