using System.Globalization;
using System.Text.Json;

namespace TrackHub.Platform.AdPlatforms;

/// <summary>What Google's refusals mean for an ad account. Pure. What Google writes is never repeated.</summary>
/// <remarks>Sources: Google Ads API "Understand API errors", "QuotaError", "AuthorizationError"; RFC 6749 section 5.2.</remarks>
internal static class GoogleFaults
{
    // Short limits end within the minute; the day's quota comes back little by little.
    private static readonly TimeSpan UntoldPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan UntoldQuotaPause = TimeSpan.FromHours(1);

    /// <summary>The fault of the token endpoint's reply; null for none.</summary>
    public static AdFault? OfToken(AdReply reply) => (reply.Status, AdJson.Text(reply.Body, "error")) switch
    {
        (200, _) when reply.IsOk => null,
        (0, _) => new(AdFaultKind.Away, "Google could not be reached."),
        (400, "invalid_grant") => new(AdFaultKind.Refused, "Google does not take the key any more: access was withdrawn or has expired. Connect the account anew, and save its new refresh token here."),
        (400 or 401, "invalid_client" or "unauthorized_client") => new(AdFaultKind.Away, "Google does not take TrackHub's own OAuth client. Its operator checks GoogleAds:ClientId and GoogleAds:ClientSecret."),
        (429, _) => new(AdFaultKind.Throttled, "Google asks to wait.", UntoldPause),
        ( >= 500, _) => new(AdFaultKind.Away, $"Google's sign-in failed (status {reply.Status})."),
        _ => new(AdFaultKind.Unreadable, $"Google's sign-in answered with status {reply.Status}."),
    };

    /// <summary>The fault of a search's reply; null for none.</summary>
    public static AdFault? Of(AdReply reply)
    {
        if (reply.Status == 0)
            return new(AdFaultKind.Away, "Google Ads could not be reached.");
        if (reply.IsOk)
            return null;

        var (name, delay) = Failure(reply);
        return reply.Status switch
        {
            401 => new(AdFaultKind.Refused, $"Google Ads does not take the key{Named(name)}. Connect the account anew, and save its new refresh token here."),
            403 when name is "CLOUD_PROJECT_NOT_APPROVED_FOR_PRODUCTION" or "ACTION_NOT_PERMITTED" or "DEVELOPER_TOKEN_NOT_APPROVED" or "DEVELOPER_TOKEN_PROHIBITED" =>
                new(AdFaultKind.Away, $"Google has not opened the Google Ads API to this TrackHub{Named(name)}. Its operator applies for access in the Google Cloud project."),
            403 => new(AdFaultKind.Refused, $"The key may not read this account{Named(name)}. Connect it as a user of the account, and compare the customer id."),
            400 when name is "INVALID_CUSTOMER_ID" or "CUSTOMER_NOT_FOUND" => new(AdFaultKind.Refused, $"Google Ads knows no such account{Named(name)}. The customer id has ten digits, as shown in Google Ads."),
            429 => new(AdFaultKind.Throttled, "Google Ads asks to wait: a limit of calls is used up.", delay ?? (name == "RESOURCE_TEMPORARILY_EXHAUSTED" ? UntoldPause : UntoldQuotaPause)),
            >= 500 => new(AdFaultKind.Away, $"Google Ads failed{Named(name)}."),
            _ => new(AdFaultKind.Unreadable, $"Google Ads refused the question with status {reply.Status}{Named(name)}."),
        };
    }

    private static string Named(string? name) => name is null ? "" : $" ({name})";

    /// <summary>Name of the first error, such as <c>RESOURCE_EXHAUSTED</c>, and the delay it asks for.</summary>
    private static (string? Name, TimeSpan? Delay) Failure(AdReply reply)
    {
        if (First(reply.Body, "error", "details", "errors") is not { ValueKind: JsonValueKind.Object } error)
            return (null, null);

        // The name comes from outside and ends in a message: only what looks like one.
        var name = error.TryGetProperty("errorCode", out var code) && code.ValueKind is JsonValueKind.Object
            ? code.EnumerateObject().Select(static family => family.Value).FirstOrDefault(static value => value.ValueKind is JsonValueKind.String) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null
            : null;
        if (name is not { Length: <= 80 } || !name.All(static c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c) || c == '_'))
            name = null;
        var delay = error.TryGetProperty("details", out var details) && details.ValueKind is JsonValueKind.Object && details.TryGetProperty("quotaErrorDetails", out var quota)
            && AdJson.Text(quota, "retryDelay") is { } told && told.EndsWith('s')
            && double.TryParse(told.AsSpan(0, told.Length - 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and < 172_800
            ? TimeSpan.FromSeconds(seconds)
            : (TimeSpan?)null;
        return (name, delay);
    }

    // google.rpc.Status → its first detail → that one's first error.
    private static JsonElement? First(JsonElement body, string status, string details, string errors) =>
        body.ValueKind is JsonValueKind.Object && body.TryGetProperty(status, out var error) && error.ValueKind is JsonValueKind.Object
        && error.TryGetProperty(details, out var list) && list.ValueKind is JsonValueKind.Array && list.GetArrayLength() > 0
        && list[0].ValueKind is JsonValueKind.Object && list[0].TryGetProperty(errors, out var inner) && inner.ValueKind is JsonValueKind.Array && inner.GetArrayLength() > 0
            ? inner[0]
            : null;
}
