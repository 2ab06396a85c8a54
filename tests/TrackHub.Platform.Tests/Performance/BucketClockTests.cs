using TrackHub.Platform.Performance;

namespace TrackHub.Platform.Tests.Performance;

public sealed class BucketClockTests
{
    [Theory]
    [InlineData("America/Sao_Paulo", "2026-11-22T02:59:59Z", "2026-11-22T02:00Z", "2026-11-21T03:00Z", "2026-11-16T03:00Z")]
    [InlineData("UTC", "2026-11-22T02:59:59Z", "2026-11-22T02:00Z", "2026-11-22T00:00Z", "2026-11-16T00:00Z")]
    [InlineData("Asia/Kolkata", "2026-11-22T18:29:59Z", "2026-11-22T17:30Z", "2026-11-21T18:30Z", "2026-11-15T18:30Z")]
    [InlineData("Asia/Kathmandu", "2026-11-22T18:14:59Z", "2026-11-22T17:15Z", "2026-11-21T18:15Z", "2026-11-15T18:15Z")]
    [InlineData("Pacific/Kiritimati", "2026-11-22T10:00Z", "2026-11-22T10:00Z", "2026-11-22T10:00Z", "2026-11-22T10:00Z")]
    public void Periods_begin_by_the_clock_of_the_zone(string zone, string at, string hour, string day, string week) =>
        BucketClock.Of(zone).StartsOf(Time(at)).ShouldBe(new(Time(hour), Time(day), Time(week)));

    [Theory]
    [InlineData("Europe/Lisbon", "2026-03-29", 23)]
    [InlineData("Europe/Lisbon", "2026-10-25", 25)]
    [InlineData("America/New_York", "2026-03-08", 23)]
    [InlineData("America/New_York", "2026-11-01", 25)]
    [InlineData("America/Sao_Paulo", "2018-11-04", 23)]   // the clock leapt over midnight
    [InlineData("America/Sao_Paulo", "2018-02-17", 25)]   // and repeated its last hour
    [InlineData("Africa/Cairo", "2026-04-24", 23)]
    [InlineData("Australia/Lord_Howe", "2026-10-04", 23.5)]
    [InlineData("America/Sao_Paulo", "2026-10-25", 24)]
    public void Days_of_every_length_are_whole(string zone, string date, double hours)
    {
        var clock = BucketClock.Of(zone);
        var day = DateOnly.Parse(date, null);
        var (start, end) = (clock.StartOf(day), clock.StartOf(day.AddDays(1)));

        (end - start).TotalHours.ShouldBe(hours);

        for (var at = start; at < end; at = at.AddMinutes(15))
        {
            clock.DateOf(at).ShouldBe(day);
            clock.StartsOf(at).Day.ShouldBe(start);
            clock.StartsOf(at).Hour.ShouldBeInRange(at.AddMinutes(-60), at);
        }
    }

    [Fact]
    public void An_hour_that_the_clock_repeats_is_two()
    {
        var clock = BucketClock.Of("Europe/Lisbon");

        clock.StartsOf(Time("2026-10-25T00:30Z")).Hour.ShouldBe(Time("2026-10-25T00:00Z"));
        clock.StartsOf(Time("2026-10-25T01:30Z")).Hour.ShouldBe(Time("2026-10-25T01:00Z"));
    }

    [Fact]
    public void A_day_without_midnight_begins_where_the_clock_leaps() =>
        BucketClock.Of("America/Sao_Paulo").StartOf(new(2018, 11, 4)).ShouldBe(Time("2018-11-04T03:00Z"));

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, null);
}
