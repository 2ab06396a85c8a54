using TrackHub.Metrics.Sentry.Judging;

namespace TrackHub.Load.Sentry;

/// <summary>What most dashboards do: an hour against an average, with the same threshold, direction, least volume, calm hours and cool-down as the Sentry.</summary>
/// <param name="Name">As reports call it.</param>
/// <param name="From">First hour of the average, before the hour judged.</param>
/// <param name="To">Hour before which it ends.</param>
internal sealed record PlainRule(string Name, Func<int, int> From, Func<int, int> To)
{
    /// <summary>One value for all hours: the mean of the last four weeks.</summary>
    public static readonly PlainRule Threshold = new("plain threshold", static hour => hour - (4 * 168), static hour => hour);

    /// <summary>The mean of the last day.</summary>
    public static readonly PlainRule MovingAverage = new("moving average 24 h", static hour => hour - 24, static hour => hour);

    /// <summary>The same hour of last week.</summary>
    public static readonly PlainRule LastWeek = new("same hour last week", static hour => hour - 168, static hour => hour - 167);

    /// <summary>Hours in which it opens an alarm.</summary>
    public IReadOnlyList<int> Alarms(WatchedMetric metric, HourSeries series, double threshold, int from, int end)
    {
        var alarms = new List<int>();
        var (open, calm, quietUntil) = (false, 0, from);
        for (var hour = from; hour < end; hour++)
        {
            var off = IsOff(metric, series, threshold, hour);
            calm = off ? 0 : calm + 1;
            if (open && calm >= SentryRules.CalmHours)
                (open, quietUntil) = (false, hour + 1 + SentryRules.CooldownHours);
            else if (!open && off && hour >= quietUntil)
            {
                open = true;
                alarms.Add(hour);
            }
        }

        return alarms;
    }

    private bool IsOff(WatchedMetric metric, HourSeries series, double threshold, int hour)
    {
        var (from, to) = (From(hour), To(hour));
        var (usual, now) = (series.Between(from, to), series.Between(hour, hour + 1));
        var hours = metric.Divisor is null ? to - from : 1;
        if ((double)metric.Events(usual) / (to - from) < Baseline.FewestEvents || metric.Of(now) is not { } value || metric.Of(usual) is not (> 0 and var mean) || (metric.Inverted && value == 0))
            return false;

        var percentage = 100 * ((metric.Shown(value) / metric.Shown(mean / hours)) - 1);
        return Math.Abs(percentage) >= threshold && (metric.BothWays || (metric.Inverted ? percentage > 0 : percentage < 0));
    }
}
