using System.Text.Json;
using TrackHub.Platform.AdPlatforms;

namespace TrackHub.Platform.Tests.AdPlatforms;

/// <summary>What each refusal means, one row each.</summary>
public sealed class FaultTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(401, 190, 0, AdFaultKind.Refused)]
    [InlineData(400, 190, 463, AdFaultKind.Refused)]
    [InlineData(400, 104, 0, AdFaultKind.Refused)]
    [InlineData(403, 200, 0, AdFaultKind.Refused)]
    [InlineData(403, 10, 0, AdFaultKind.Refused)]
    [InlineData(400, 100, 33, AdFaultKind.Refused)]
    [InlineData(404, 803, 0, AdFaultKind.Refused)]
    [InlineData(400, 4, 1504022, AdFaultKind.Throttled)]
    [InlineData(400, 17, 0, AdFaultKind.Throttled)]
    [InlineData(400, 80000, 2446079, AdFaultKind.Throttled)]
    [InlineData(500, 1, 0, AdFaultKind.Away)]
    [InlineData(500, 2, 0, AdFaultKind.Away)]
    [InlineData(400, 100, 0, AdFaultKind.Unreadable)]
    [InlineData(400, 2635, 0, AdFaultKind.Unreadable)]
    public void Meta_s_codes(int status, int code, int subcode, AdFaultKind kind)
    {
        var fault = MetaFaults.Of(Reply(status, $$"""{"error":{"message":"Error validating access token: EAAB-canary","type":"OAuthException","code":{{code}},"error_subcode":{{subcode}} } }"""), Now)!;

        fault.Kind.ShouldBe(kind);
        fault.Message.ShouldNotContain("EAAB", Case.Insensitive, "what Meta writes may hold part of the token");
    }

    [Fact]
    public void Meta_is_waited_for_as_long_as_its_headers_say()
    {
        const string Body = """{"error":{"code":80000,"error_subcode":2446079}}""";

        MetaFaults.Of(Reply(400, Body, ("X-Business-Use-Case-Usage", """{"1":[{"type":"ads_insights","call_count":100,"estimated_time_to_regain_access":19}]}""")), Now)!.RetryAfter.ShouldBe(TimeSpan.FromMinutes(19));
        MetaFaults.Of(Reply(400, Body, ("Retry-After", "90")), Now)!.RetryAfter.ShouldBe(TimeSpan.FromSeconds(90));
        MetaFaults.Of(Reply(400, Body, ("Retry-After", "Sun, 22 Nov 2026 12:02:00 GMT")), Now)!.RetryAfter.ShouldBe(TimeSpan.FromMinutes(2));
        MetaFaults.Of(Reply(400, Body), Now)!.RetryAfter.ShouldBe(TimeSpan.FromMinutes(5), "nobody says how long");
        MetaFaults.Of(Reply(429, "busy"), Now)!.Kind.ShouldBe(AdFaultKind.Throttled);
    }

    [Theory]
    [InlineData(100, 1487534, true)]
    [InlineData(100, 1504018, true)]
    [InlineData(2, 1504038, true)]
    [InlineData(2, 0, false)]
    public void Too_much_at_once_is_known(int code, int subcode, bool expected) =>
        MetaFaults.IsTooMuch(Reply(400, $$"""{"error":{"code":{{code}},"error_subcode":{{subcode}} } }""")).ShouldBe(expected);

    [Theory]
    [InlineData(401, "authenticationError", "OAUTH_TOKEN_INVALID", AdFaultKind.Refused)]
    [InlineData(403, "authorizationError", "USER_PERMISSION_DENIED", AdFaultKind.Refused)]
    [InlineData(403, "authorizationError", "CLOUD_PROJECT_NOT_APPROVED_FOR_PRODUCTION", AdFaultKind.Away)]
    [InlineData(400, "requestError", "INVALID_CUSTOMER_ID", AdFaultKind.Refused)]
    [InlineData(400, "queryError", "UNRECOGNIZED_FIELD", AdFaultKind.Unreadable)]
    [InlineData(429, "quotaError", "RESOURCE_EXHAUSTED", AdFaultKind.Throttled)]
    [InlineData(503, "internalError", "TRANSIENT_ERROR", AdFaultKind.Away)]
    public void Google_s_errors(int status, string family, string name, AdFaultKind kind) => GoogleFaults.Of(Google(status, family, name))!.Kind.ShouldBe(kind);

    [Fact]
    public void Google_is_waited_for_as_long_as_its_quota_error_says()
    {
        GoogleFaults.Of(Google(429, "quotaError", "RESOURCE_EXHAUSTED", ",\"details\":{\"quotaErrorDetails\":{\"rateScope\":\"ACCOUNT\",\"retryDelay\":\"30s\"}}"))!.RetryAfter.ShouldBe(TimeSpan.FromSeconds(30));
        GoogleFaults.Of(Google(429, "quotaError", "RESOURCE_TEMPORARILY_EXHAUSTED"))!.RetryAfter.ShouldBe(TimeSpan.FromSeconds(30));
        GoogleFaults.Of(Google(429, "quotaError", "RESOURCE_EXHAUSTED"))!.RetryAfter.ShouldBe(TimeSpan.FromHours(1), "a day's quota comes back slowly");
        GoogleFaults.Of(Reply(429, "busy"))!.Kind.ShouldBe(AdFaultKind.Throttled);
    }

    [Theory]
    [InlineData(400, "invalid_grant", AdFaultKind.Refused)]
    [InlineData(401, "invalid_client", AdFaultKind.Away)]
    [InlineData(429, "", AdFaultKind.Throttled)]
    [InlineData(500, "", AdFaultKind.Away)]
    [InlineData(400, "invalid_request", AdFaultKind.Unreadable)]
    public void The_token_endpoint_s_errors(int status, string error, AdFaultKind kind) => GoogleFaults.OfToken(Reply(status, $$"""{"error":"{{error}}"}"""))!.Kind.ShouldBe(kind);

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"error\":7}")]
    [InlineData("{\"error\":{\"details\":[]}}")]
    [InlineData("{\"error\":{\"details\":[{\"errors\":[]}]}}")]
    [InlineData("{\"error\":{\"details\":[{\"errors\":[{\"errorCode\":{\"x\":\"<script>\"}}]}]}}")]
    [InlineData("<html>")]
    public void A_body_that_is_no_answer_is_a_fault_and_is_not_repeated(string body)
    {
        foreach (var status in new[] { 200, 400, 403, 500 })
        {
            (MetaFaults.Of(Reply(status, body), Now)?.Message ?? "").ShouldNotContain("<");
            (GoogleFaults.Of(Reply(status, body))?.Message ?? "").ShouldNotContain("<");
            (GoogleFaults.OfToken(Reply(status, body))?.Message ?? "").ShouldNotContain("<");
        }

        MetaFaults.Of(new(0, default, null), Now)!.Kind.ShouldBe(AdFaultKind.Away);
        GoogleFaults.Of(new(0, default, null))!.Kind.ShouldBe(AdFaultKind.Away);
    }

    private static AdReply Google(int status, string family, string name, string further = "") =>
        Reply(status, $$"""{"error":{"code":{{status}},"message":"m","status":"S","details":[{"@type":"t","errors":[{"errorCode":{"{{family}}":"{{name}}"},"message":"m"{{further}} }]}]} }""");

    private static AdReply Reply(int status, string body, params (string Name, string Value)[] headers)
    {
        using var response = new HttpResponseMessage();
        foreach (var (name, value) in headers)
            response.Headers.TryAddWithoutValidation(name, value).ShouldBeTrue();
        return new(status, TryParse(body), response.Headers);
    }

    private static JsonElement TryParse(string body)
    {
        try
        {
            return JsonElement.Parse(body);
        }
        catch (JsonException)
        {
            return default;
        }
    }
}
