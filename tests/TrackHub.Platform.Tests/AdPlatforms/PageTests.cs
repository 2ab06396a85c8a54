using System.Text.Json;
using TrackHub.Platform.AdPlatforms;

namespace TrackHub.Platform.Tests.AdPlatforms;

/// <summary>Pages in the shapes that the platforms document.</summary>
public sealed class PageTests
{
    private const string MetaPage = """
        {"data":[
          {"spend":"5339.5","impressions":"182337","clicks":"3120","account_currency":"BRL","date_start":"2026-11-21","date_stop":"2026-11-21","hourly_stats_aggregated_by_advertiser_time_zone":"13:00:00 - 13:59:59"},
          {"impressions":"7","date_start":"2026-11-22","date_stop":"2026-11-22","hourly_stats_aggregated_by_advertiser_time_zone":"00:00:00 - 00:59:59"}],
         "paging":{"cursors":{"before":"MAZDZD","after":"MjQZD"},"next":"https://graph.facebook.com/v25.0/act_1/insights?after=MjQZD"}}
        """;

    private const string GooglePage = """
        {"results":[
          {"customer":{"resourceName":"customers/1234567890"},"metrics":{"clicks":"12","costMicros":"4567890","impressions":"345"},"segments":{"date":"2026-11-21","hour":23}},
          {"customer":{"resourceName":"customers/1234567890"},"metrics":{"impressions":"2"},"segments":{"date":"2026-11-22"}}],
         "nextPageToken":"CPii5aS87vfFTBAKGJvk36qpLiIW","fieldMask":"segments.date,segments.hour","requestId":"abc"}
        """;

    [Fact]
    public void Meta_s_numbers_are_strings_and_what_is_zero_is_absent()
    {
        var hours = new List<LocalHour>();

        MetaAds.TryRead(JsonElement.Parse(MetaPage), hours).ShouldBeTrue();

        hours.ShouldBe([new(new(2026, 11, 21), 13, 5339.5m, 3120, 182337), new(new(2026, 11, 22), 0, 0, 0, 7)]);
    }

    [Fact]
    public void Google_s_cost_is_in_millionths_and_an_absent_hour_is_midnight()
    {
        var hours = new List<LocalHour>();

        GoogleAds.TryRead(JsonElement.Parse(GooglePage), hours).ShouldBeTrue();

        hours.ShouldBe([new(new(2026, 11, 21), 23, 4.56789m, 12, 345), new(new(2026, 11, 22), 0, 0, 0, 2)]);
        GoogleAds.TryRead(JsonElement.Parse("""{"fieldMask":"segments.date"}"""), hours).ShouldBeTrue("a page of no row has not even a list");
    }

    [Theory]
    [InlineData("\"5339.5\"", "\"-1\"")]
    [InlineData("\"5339.5\"", "\"1e9\"")]
    [InlineData("\"5339.5\"", "\"5,339\"")]
    [InlineData("\"5339.5\"", "null")]
    [InlineData("\"5339.5\"", "\"9999999999999\"")]
    [InlineData("\"3120\"", "\"3.5\"")]
    [InlineData("13:00:00 - 13:59:59", "24:00:00 - 24:59:59")]
    [InlineData("13:00:00 - 13:59:59", "1")]
    [InlineData("2026-11-21", "2026-02-30")]
    [InlineData("\"data\"", "\"rows\"")]
    public void A_page_of_Meta_with_one_value_that_cannot_be_is_refused_whole(string found, string put) =>
        MetaAds.TryRead(JsonElement.Parse(MetaPage.Replace(found, put, StringComparison.Ordinal)), []).ShouldBeFalse();

    [Theory]
    [InlineData("\"4567890\"", "\"-4567890\"")]
    [InlineData("\"12\"", "{}")]
    [InlineData("23", "24")]
    [InlineData("2026-11-21", "21/11/2026")]
    [InlineData("\"segments\"", "\"segment\"")]
    public void A_page_of_Google_with_one_value_that_cannot_be_is_refused_whole(string found, string put) =>
        GoogleAds.TryRead(JsonElement.Parse(GooglePage.Replace(found, put, StringComparison.Ordinal)), []).ShouldBeFalse();

    [Theory]
    [InlineData("meta_ads", " 123 ", "act_123")]
    [InlineData("meta_ads", "ACT_123", "act_123")]
    [InlineData("google_ads", "123-456-7890", "1234567890")]
    [InlineData("google_ads", "1234567890", "1234567890")]
    [InlineData("meta_ads", "act_", null)]
    [InlineData("meta_ads", "act_1/../me", null)]
    [InlineData("meta_ads", "123456789012345678901", null)]
    [InlineData("google_ads", "12-3456-7890", null)]
    [InlineData("google_ads", "123456789", null)]
    [InlineData("tiktok_ads", "1", null)]
    public void An_account_id_has_one_form_and_what_is_none_is_refused(string platform, string given, string? expected) =>
        (AccountIds.TryNormalize(platform, given, out var id) ? id : null).ShouldBe(expected);
}
