using System.Globalization;
using TrackHub.ConsoleApi.Performance.Asking;
using TrackHub.ConsoleApi.Performance.Contract;
using TrackHub.ConsoleApi.Performance.Figures;
using TrackHub.Platform.Performance;

namespace TrackHub.ConsoleTests.Performance;

public sealed class MetricQueryTests
{
    private const string Brand = "aaaaaaaaaaaa";
    private static readonly MetricRequest Good = new(Brand, "2026-11-01", "2026-11-22", "hourly", null, null, null);

    [Theory]
    [InlineData("startDate", "yesterday", "startDate is 'yesterday'")]
    [InlineData("startDate", "2026-11-31", "startDate is '2026-11-31'")]
    [InlineData("startDate", "2026-11-01T00:00:00", "with its offset")]
    [InlineData("startDate", "2026-11-01T00:00:00 03:00", "%2B")]
    [InlineData("startDate", null, "startDate is missing")]
    [InlineData("endDate", "1999-12-31", "of the years 2000 to 2100")]
    [InlineData("endDate", "2101-01-01T00:00Z", "of the years 2000 to 2100")]
    [InlineData("period", "monthly", "period is 'monthly': give one of hourly, daily, weekly")]
    [InlineData("period", "Hourly", "give one of hourly")]
    [InlineData("period", null, "period is missing")]
    [InlineData("source", "tiktok", "source is 'tiktok': give one of meta, google, organic, aggregated")]
    [InlineData("limit", "0", "limit is '0': give 1 to 10000")]
    [InlineData("limit", "10001", "limit is '10001'")]
    [InlineData("limit", "-1", "limit is '-1'")]
    [InlineData("limit", "99999999999", "limit is '99999999999'")]
    [InlineData("cursor", "%%%", "header Link")]
    [InlineData("cursor", "", "header Link")]
    [InlineData("cursor", "AAAA", "header Link")]
    public void A_parameter_that_is_none_is_named_with_its_value_and_the_remedy(string parameter, string? value, string told)
    {
        var request = parameter switch
        {
            "startDate" => Good with { StartDate = value },
            "endDate" => Good with { EndDate = value },
            "period" => Good with { Period = value },
            "source" => Good with { Source = value },
            "limit" => Good with { Limit = value },
            _ => Good with { Cursor = value },
        };

        MetricQuery.TryRead(Brand, request, out var query, out var problem).ShouldBeFalse();

        query.ShouldBeNull();
        (problem!.Status, problem.Code).ShouldBe((400, "malformed_request"));
        problem.Detail.ShouldContain(told);
    }

    [Theory]
    [InlineData("AAAAAAAAAAAA")]
    [InlineData("aaaa")]
    [InlineData("aaaaaaaaaaa\0")]
    [InlineData("' or 1=1 --x")]
    public void What_cannot_be_a_brand_looks_like_another_tenants(string brand)
    {
        Asked.TryBrand(brand, out _, out var problem).ShouldBeFalse();

        problem!.Status.ShouldBe(404);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void A_brand_that_is_not_named_is_asked_for(string? brand)
    {
        Asked.TryBrand(brand, out _, out var problem).ShouldBeFalse();

        problem!.Detail.ShouldBe("brandId is missing: name one of your brands.");
    }

    [Theory]
    [InlineData("America/Sao_Paulo", "2026-11-22", "2026-11-22", "2026-11-22T03:00Z", "2026-11-23T03:00Z")]
    [InlineData("UTC", "2026-11-22", "2026-11-23", "2026-11-22T00:00Z", "2026-11-24T00:00Z")]
    [InlineData("Europe/Lisbon", "2026-10-25", "2026-10-25", "2026-10-24T23:00Z", "2026-10-26T00:00Z")]   // a day of 25 hours
    [InlineData("Asia/Kolkata", "2026-11-22", "2026-11-22T05:30:00+05:30", "2026-11-21T18:30Z", "2026-11-22T00:00Z")]
    [InlineData("UTC", "2026-11-22T01:02:03.5Z", "2026-11-22T04:05Z", "2026-11-22T01:02:03.5Z", "2026-11-22T04:05Z")]
    public void A_date_is_a_day_of_the_brands_calendar_and_counts_whole(string zone, string start, string end, string from, string to)
    {
        MetricQuery.TryRead(Brand, Good with { StartDate = start, EndDate = end }, out var query, out _).ShouldBeTrue();

        query!.TryRange(BucketClock.Of(zone), out var begins, out var ends, out _).ShouldBeTrue();

        (begins, ends).ShouldBe((Time(from), Time(to)));
    }

    [Theory]
    [InlineData("hourly", "2026-01-01", "2026-04-10", true)]     // a hundred days, one of them of 23 hours
    [InlineData("hourly", "2026-08-01", "2026-11-08", true)]     // a hundred days, one of them of 25 hours
    [InlineData("hourly", "2026-01-01", "2026-04-11", false)]
    [InlineData("daily", "2026-01-01", "2027-02-04", true)]
    [InlineData("daily", "2026-01-01", "2027-02-05", false)]
    [InlineData("weekly", "2026-01-01", "2027-02-05", false)]
    public void A_range_beyond_its_periods_limit_is_refused_with_both_lengths(string period, string start, string end, bool taken)
    {
        MetricQuery.TryRead(Brand, Good with { Period = period, StartDate = start, EndDate = end }, out var query, out _).ShouldBeTrue();

        query!.TryRange(BucketClock.Of("America/New_York"), out _, out _, out var problem).ShouldBe(taken);

        if (!taken)
            problem!.Detail.ShouldContain($"at most {(period == "hourly" ? 100 : 400)} at a time");
    }

    [Theory]
    [InlineData("2026-11-22", "2026-11-21")]
    [InlineData("2026-11-22T00:00Z", "2026-11-22T00:00Z")]
    public void A_range_that_ends_before_it_begins_is_refused(string start, string end)
    {
        MetricQuery.TryRead(Brand, Good with { StartDate = start, EndDate = end }, out var query, out _).ShouldBeTrue();

        query!.TryRange(BucketClock.Of("UTC"), out _, out _, out var problem).ShouldBeFalse();

        problem!.Detail.ShouldContain("is not after startDate");
    }

    [Fact]
    public void A_cursor_leads_to_where_it_was_written()
    {
        var at = Time("2026-11-22T03:00:00.1234567Z");

        MetricQuery.TryRead(Brand, Good with { Cursor = Asked.Cursor(at, "meta") }, out var query, out _).ShouldBeTrue();

        (query!.AfterStart, query.AfterSource).ShouldBe((at, "meta"));
        query.Sources.ShouldBe([FigureSource.Aggregated, FigureSource.Google, FigureSource.Meta, FigureSource.Organic]);
    }

    [Fact]
    public void Hours_of_the_longest_range_and_all_sources_fit_into_one_page() =>
        (MetricQuery.Longest(FigurePeriod.Hourly).TotalHours + 1).ShouldBeLessThanOrEqualTo(MetricQuery.MostBuckets / 4d);

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
