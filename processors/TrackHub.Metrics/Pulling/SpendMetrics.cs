using System.Diagnostics.Metrics;
using TrackHub.Platform.AdPlatforms;

namespace TrackHub.Metrics.Pulling;

/// <summary>What is counted of pulls. Recorded per pull.</summary>
internal sealed class SpendMetrics
{
    private readonly Counter<long> _pulls;
    private readonly Counter<long> _hours;
    private readonly Histogram<double> _duration;

    public SpendMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("TrackHub.Spend");
        _pulls = meter.CreateCounter<long>("trackhub.spend.pulls", "{pull}", "Pulls of ad accounts, by platform and result.");
        _hours = meter.CreateCounter<long>("trackhub.spend.hours", "{record}", "Hours of ad accounts told to the log, by platform.");
        _duration = meter.CreateHistogram(
            "trackhub.spend.pull.duration", "s", "From the first question to the noted result of a pull.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 0.3, 1, 3, 10, 30, 100, 300] });
    }

    /// <summary>A pull has ended.</summary>
    /// <param name="platform">Platform.</param>
    /// <param name="fault">Why it brought nothing; null: it brought figures.</param>
    /// <param name="hours">Hours told.</param>
    /// <param name="duration">How long it took.</param>
    public void Pulled(string platform, AdFaultKind? fault, int hours, TimeSpan duration)
    {
        var tag = new KeyValuePair<string, object?>("platform", platform);
        _pulls.Add(1, tag, new("result", fault switch
        {
            null => "pulled",
            AdFaultKind.Refused => "refused",
            AdFaultKind.Throttled => "throttled",
            AdFaultKind.Away => "away",
            _ => "unreadable",
        }));
        if (hours > 0)
            _hours.Add(hours, tag);
        _duration.Record(duration.TotalSeconds, tag);
    }
}
