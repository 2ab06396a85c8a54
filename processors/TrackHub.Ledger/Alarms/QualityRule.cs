using System.Globalization;
using TrackHub.Platform.Quality;
using TrackHub.Schemas;

namespace TrackHub.Ledger.Alarms;

/// <summary>Decides from the days' scores when the alert of a brand's low match quality opens, is told again and is resolved. Pure.</summary>
/// <remarks>
/// Judged is the mean over the newest days that hold enough events together: mostly today and yesterday, as Meta's own score is one of the last
/// 48 hours. It opens below <see cref="MatchQuality.Green"/> and is resolved <see cref="Margin"/> above it, more than two e-mails among twenty
/// events move the mean: so a mean that wavers around 6 neither opens it again and again nor ends it too early.
/// </remarks>
internal static class QualityRule
{
    /// <summary>Name of the rule in alerts.</summary>
    public const string Name = "quality";

    /// <summary>How far above green an open alert is resolved, in points.</summary>
    public const double Margin = 0.3;

    /// <summary>Days that are looked back at most.</summary>
    public const int Days = 7;

    // How far the mean must move for an open alert to be told again, in points.
    private const double Worth = 1;

    /// <summary>First day to be read: a brand's day may lag behind UTC's by one.</summary>
    public static DateOnly FirstDay(DateTimeOffset now) => DateOnly.FromDateTime(now.UtcDateTime).AddDays(-Days);

    /// <summary>The newest days of each brand and event name, as many as hold enough events; none where all do not.</summary>
    /// <param name="days">Days since <see cref="FirstDay"/>.</param>
    /// <param name="minEvents">Fewer say nothing, from 1.</param>
    public static IReadOnlyList<QualityDay> Recent(IEnumerable<QualityDay> days, int minEvents)
    {
        var recent = new List<QualityDay>();
        foreach (var group in days.GroupBy(static day => (day.BrandId, day.EventName)))
        {
            var taken = new List<QualityDay>();
            foreach (var day in group.OrderByDescending(static day => day.Day).TakeWhile(_ => taken.Sum(static t => t.Events) < minEvents))
                taken.Add(day);
            if (taken.Sum(static t => t.Events) >= minEvents)
                recent.Add(QualityDay.Sum(taken));
        }

        return recent;
    }

    /// <summary>What is to be told after a look.</summary>
    /// <param name="recent">What <see cref="Recent"/> gives: a brand or event name that is missing has too few events.</param>
    /// <param name="open">Alerts of this rule that are open, at most one a brand and event name.</param>
    /// <param name="now">Time of the look.</param>
    public static IReadOnlyList<Alert> Judge(IReadOnlyList<QualityDay> recent, IReadOnlyCollection<OpenAlert> open, DateTimeOffset now)
    {
        var told = new List<Alert>();
        foreach (var quality in recent)
        {
            var known = open.FirstOrDefault(alert => alert.BrandId == quality.BrandId && alert.Subject == quality.EventName);
            if (known is null && !MatchQuality.IsGreen(quality.Score))
                told.Add(Opened(quality, IdOf(quality, now), now, now));
            else if (known is not null && quality.Score >= MatchQuality.Green + Margin)
                told.Add(Resolved(known, quality.Score, now, $"The match quality of {quality.EventName} is {Text(quality.Score)} of 10 again."));
            else if (known is not null && Math.Abs(quality.Score - known.Value) >= Worth)
                told.Add(Opened(quality, known.AlertId, known.Since, now));
        }

        foreach (var silent in open.Where(alert => recent.All(quality => quality.BrandId != alert.BrandId || quality.EventName != alert.Subject)))
            told.Add(Resolved(silent, silent.Value, now, $"Too few events within {Days} days to say anything."));
        return told;
    }

    private static Alert Opened(QualityDay quality, string id, DateTimeOffset since, DateTimeOffset now)
    {
        var gains = quality.Gains().Take(3).Select(static gain => $"{gain.Key.Name} (+{Text(gain.Points)})");
        return new()
        {
            AlertId = id,
            BrandId = quality.BrandId,
            Rule = Name,
            Subject = quality.EventName,
            Severity = AlertSeverity.Warning,
            State = AlertState.Open,
            Since = since,
            At = now,
            Value = quality.Score,
            Threshold = MatchQuality.Green,
            Detail = $"The match quality of the last {quality.Events} {quality.EventName} events is {Text(quality.Score)} of 10; {Text(MatchQuality.Green)} is good.",
            Remedy = $"Send what most of them miss: {string.Join(", ", gains)}. `trackhub quality --brand {quality.BrandId}` tells what each key would add and where it comes from.",
        };
    }

    private static Alert Resolved(OpenAlert open, double score, DateTimeOffset now, string detail) => new()
    {
        AlertId = open.AlertId,
        BrandId = open.BrandId,
        Rule = Name,
        Subject = open.Subject,
        Severity = AlertSeverity.Warning,
        State = AlertState.Resolved,
        Since = open.Since,
        At = now,
        Value = score,
        Threshold = MatchQuality.Green,
        Detail = detail,
    };

    private static string IdOf(QualityDay quality, DateTimeOffset now) =>
        string.Create(CultureInfo.InvariantCulture, $"{Name}/{quality.BrandId}/{quality.EventName}/{now.UtcDateTime:yyyyMMdd'T'HHmmss'Z'}");

    private static string Text(double points) => points.ToString("0.0", CultureInfo.InvariantCulture);
}
