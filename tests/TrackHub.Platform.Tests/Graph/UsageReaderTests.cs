using TrackHub.Platform.Graph;

namespace TrackHub.Platform.Tests.Graph;

public sealed class UsageReaderTests
{
    [Theory]
    [InlineData("X-App-Usage", """{"call_count":28,"total_time":76,"total_cputime":12}""", 76, null)]
    [InlineData("X-App-Usage", """{"call_count":100,"total_time":3,"total_cputime":1}""", 100, 60)]
    [InlineData("X-Business-Use-Case-Usage", """{"66782684":[{"type":"ads_management","call_count":95,"total_cputime":20,"total_time":20,"estimated_time_to_regain_access":0}]}""", 95, null)]
    [InlineData("X-Business-Use-Case-Usage", """{"1":[{"call_count":10}],"2":[{"call_count":101,"estimated_time_to_regain_access":19},{"call_count":5}]}""", 101, 1140)]
    [InlineData("X-Ad-Account-Usage", """{"acc_id_util_pct":9.67,"reset_time_duration":100}""", 9, null)]
    [InlineData("X-Ad-Account-Usage", """{"acc_id_util_pct":100,"reset_time_duration":40}""", 100, 40)]
    [InlineData("X-Ad-Account-Usage", """{"acc_id_util_pct":100}""", 100, 60)]
    [InlineData("X-FB-Ads-Insights-Throttle", """{"app_id_util_pct":3,"acc_id_util_pct":81.5,"ads_api_access_tier":"standard_access"}""", 81, null)]
    [InlineData("X-FB-Ads-Insights-Throttle", """{"app_id_util_pct":100,"acc_id_util_pct":10}""", 100, 60)]
    public void Shares_and_pauses_are_read(string header, string value, int percent, int? seconds)
    {
        var usage = UsageReader.Read(Headers((header, value)));

        usage.Percent.ShouldBe(percent);
        usage.Pause.ShouldBe(seconds is { } s ? TimeSpan.FromSeconds(s) : null);
    }

    [Theory]
    [InlineData("")]
    [InlineData("28")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"call_count\":\"many\"}")]
    [InlineData("{\"call_count\":-5}")]
    [InlineData("{\"x\":{\"call_count\":100}}")]
    [InlineData("{\"x\":[7,null,\"a\",[]]}")]
    [InlineData("{\"call_count\":")]
    public void What_cannot_be_read_says_nothing(string value)
    {
        UsageReader.Read(Headers(("X-App-Usage", value), ("X-Business-Use-Case-Usage", value), ("X-Ad-Account-Usage", value))).ShouldBe(default);
    }

    [Fact]
    public void Of_several_headers_the_worst_counts_and_nonsense_is_bounded()
    {
        var usage = UsageReader.Read(Headers(
            ("X-App-Usage", """{"call_count":100}"""),
            ("X-Business-Use-Case-Usage", """{"1":[{"call_count":1e300,"estimated_time_to_regain_access":1e300}]}""")));

        usage.Percent.ShouldBe(1_000);
        usage.Pause.ShouldBe(TimeSpan.FromDays(2));
    }

    private static System.Net.Http.Headers.HttpResponseHeaders Headers(params (string Name, string Value)[] headers)
    {
        var response = new HttpResponseMessage();
        foreach (var (name, value) in headers)
            response.Headers.TryAddWithoutValidation(name, value);
        return response.Headers;
    }
}
