using System.Text.Json;

namespace TrackHub.MetaSim.AdAccounts;

/// <summary>Refusals as the Google Ads API words them.</summary>
/// <remarks>Shape: <c>google.rpc.Status</c> with a <c>GoogleAdsFailure</c> in its details. Source: Google Ads API "Understand API errors", reference of QuotaError.</remarks>
internal static class GoogleAdsErrors
{
    /// <summary>The error that goes with a status.</summary>
    /// <param name="status">HTTP status.</param>
    /// <param name="name">Name of the error, such as <c>RESOURCE_TEMPORARILY_EXHAUSTED</c>; null for the usual one.</param>
    /// <param name="retrySeconds">Delay that a quota error asks for; null: none told.</param>
    public static AdRefusal OfStatus(int status, string? name = null, int? retrySeconds = null)
    {
        var (rpc, family, usual, text) = status switch
        {
            400 => ("INVALID_ARGUMENT", "requestError", "UNKNOWN", "Request contains an invalid argument."),
            401 => ("UNAUTHENTICATED", "authenticationError", "OAUTH_TOKEN_INVALID", "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential."),
            403 => ("PERMISSION_DENIED", "authorizationError", "USER_PERMISSION_DENIED", "The caller does not have permission"),
            429 => ("RESOURCE_EXHAUSTED", "quotaError", "RESOURCE_EXHAUSTED", "Resource has been exhausted (e.g. check quota)."),
            503 => ("UNAVAILABLE", "internalError", "TRANSIENT_ERROR", "The service is currently unavailable."),
            _ => ("INTERNAL", "internalError", "INTERNAL_ERROR", "Internal error encountered."),
        };
        name ??= usual;
        var body = AdAnswers.Render(json =>
        {
            json.WriteStartObject();
            json.WriteStartObject("error");
            json.WriteNumber("code", status);
            json.WriteString("message", text);
            json.WriteString("status", rpc);
            json.WriteStartArray("details");
            json.WriteStartObject();
            json.WriteString("@type", "type.googleapis.com/google.ads.googleads.v26.errors.GoogleAdsFailure");
            json.WriteStartArray("errors");
            json.WriteStartObject();
            json.WriteStartObject("errorCode");
            json.WriteString(family, name);
            json.WriteEndObject();
            json.WriteString("message", text);
            if (retrySeconds is { } seconds)
                WriteDelay(json, seconds);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndObject();
        });
        return new(name, status, body);
    }

    private static void WriteDelay(Utf8JsonWriter json, int seconds)
    {
        json.WriteStartObject("details");
        json.WriteStartObject("quotaErrorDetails");
        json.WriteString("rateScope", "ACCOUNT");
        json.WriteString("rateName", "Requests per minute");
        json.WriteString("retryDelay", $"{seconds}s");
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
