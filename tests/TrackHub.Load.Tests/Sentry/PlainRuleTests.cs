using TrackHub.Load.Sentry;
using TrackHub.Metrics.Sentry.Judging;
using TrackHub.Metrics.Summing;
using TrackHub.Schemas;

namespace TrackHub.Load.Tests.Sentry;

/// <summary>A hundred sales each hour of five weeks, and what is taken from them.</summary>
public sealed class PlainRuleTests
{
    private const int Hours = 5 * 168;
    private const int From = 4 * 168;

    private static readonly WatchedMetric Conversions = WatchedMetric.Of(MetricType.Conversions);

    [Theory]
    [InlineData(30)]
    [InlineData(50)]
    public void A_drop_is_one_alarm_in_its_first_hour(double threshold)
    {
        var series = Series(static hour => hour is >= 700 and < 705 ? 10 : 100);

        PlainRule.Threshold.Alarms(Conversions, series, threshold, From, Hours).ShouldBe([700]);
        PlainRule.MovingAverage.Alarms(Conversions, series, threshold, From, Hours).ShouldBe([700]);
        PlainRule.LastWeek.Alarms(Conversions, series, threshold, From, Hours).ShouldBe([700]);
    }

    [Fact]
    public void What_is_above_below_the_threshold_or_seldom_is_no_alarm()
    {
        PlainRule.Threshold.Alarms(Conversions, Series(static hour => hour >= 700 ? 1_000 : 100), 30, From, Hours).ShouldBeEmpty();
        PlainRule.Threshold.Alarms(Conversions, Series(static hour => hour == 700 ? 75 : 100), 30, From, Hours).ShouldBeEmpty();
        PlainRule.Threshold.Alarms(Conversions, Series(static hour => hour == 700 ? 0 : 11), 30, From, Hours).ShouldBeEmpty();
    }

    [Fact]
    public void A_second_drop_is_an_alarm_only_after_calm_and_cool_down()
    {
        var soon = 701 + SentryRules.CalmHours + SentryRules.CooldownHours - 1;

        PlainRule.Threshold.Alarms(Conversions, Series(hour => hour == 700 || hour == soon ? 10 : 100), 30, From, Hours).ShouldBe([700]);
        PlainRule.Threshold.Alarms(Conversions, Series(hour => hour == 700 || hour == soon + 1 ? 10 : 100), 30, From, Hours).ShouldBe([700, soon + 1]);
    }

    private static HourSeries Series(Func<int, long> sales)
    {
        var first = new DateTimeOffset(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);
        return new(TimeZoneInfo.Utc, first, Hours, Enumerable.Range(0, Hours).Select(hour => (first.AddHours(hour), new Sums { Conversions = sales(hour) })));
    }
}
