using TrackHub.Metrics.Sentry.Judging;

namespace TrackHub.Metrics.Sentry.Episodes;

/// <summary>Follows one figure hour by hour: when it goes off its pattern, how far, and when it is back. Pure; not thread-safe.</summary>
/// <remarks>
/// Two states, off and not, so at most one episode is open. It opens when any window is off, the shortest first, and ends after <see cref="SentryRules.CalmHours"/> hours in a row that are calm in the
/// shortest window that would see the threshold at all. No window reaches back into hours of an episode that is over, and none opens for
/// <see cref="SentryRules.CooldownHours"/>. A function of the figures: read again with late ones it says what it would have said had they been in time.
/// </remarks>
internal sealed class Watch(WatchedMetric metric, SentryRules rules, Baseline baseline)
{
    private readonly List<Episode> _over = [];
    private Episode? _open;
    private int _window;             // hours by which the open episode is seen; it only gets shorter
    private int _calm;               // calm hours in a row
    private int _reach;              // first hour that a window may hold
    private int _quietUntil;         // first hour in which another may open

    /// <summary>Episodes that began in a span of hours.</summary>
    /// <param name="from">First hour; before it nothing is off.</param>
    /// <param name="end">Hour after the last.</param>
    /// <returns>In their order; only the last may be open.</returns>
    public IReadOnlyList<Episode> Follow(int from, int end)
    {
        for (var hour = from; hour < end; hour++)
        {
            if (_open is null)
                LookForBeginning(hour);
            else
                LookForEnd(_open, hour);
        }

        return _open is null ? _over : [.. _over, _open];
    }

    private void LookForBeginning(int hour)
    {
        if (hour < _quietUntil || Off(hour, SentryRules.Windows[^1].Hours) is not { } off)
            return;

        _open = new(off, off, rules.SeverityOf(off), End: null);
        _window = off.Window;
        _calm = 0;
    }

    private void LookForEnd(Episode open, int hour)
    {
        if (Off(hour, _window) is { } off)
        {
            _window = off.Window;
            _calm = 0;
            var severity = rules.SeverityOf(off);
            _open = open with
            {
                Severity = severity > open.Severity ? severity : open.Severity,
                Worst = Math.Abs(off.Percentage) > Math.Abs(open.Worst.Percentage) ? off : open.Worst,
            };
            return;
        }

        _calm = IsCalm(hour) ? _calm + 1 : 0;
        if (_calm < SentryRules.CalmHours)
            return;

        _reach = hour + 1 - _calm;
        _quietUntil = hour + 1 + SentryRules.CooldownHours;
        _over.Add(open with { End = _reach });
        _open = null;
    }

    private Judgement? Off(int hour, int longest)
    {
        foreach (var (hours, _) in SentryRules.Windows)
        {
            if (hours <= longest && hour + 1 - hours >= _reach && baseline.Judge(metric, hour, hours) is { } judged && rules.IsOff(metric, judged))
                return judged;
        }

        return null;
    }

    // Where no window says anything, at night or without spend, nothing is back.
    private bool IsCalm(int hour)
    {
        Judgement? judged = null;
        foreach (var (hours, _) in SentryRules.Windows)
        {
            if (hours > _window)
                break;
            judged = baseline.Judge(metric, hour, hours) ?? judged;
            if (judged is { } seen && rules.WouldSee(seen))
                break;
        }

        return judged is { } last && rules.IsCalm(metric, last);
    }
}
