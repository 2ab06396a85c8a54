using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using TrackHub.MetaSim.Arrivals;

namespace TrackHub.MetaSim.AdAccounts;

/// <summary>Google Ads: <c>POST /v{N}/customers/{id}/googleAds:search</c>, and the token endpoint that gives its access tokens.</summary>
/// <remarks>
/// Sources: Google Ads API "Search and SearchStream", "Authorization and HTTP headers", "QuotaError", "AuthenticationError"; OAuth 2.0 (RFC 6749, sections 5.2 and 6). An
/// access token is the refresh token behind <c>ya29.sim.</c>: whoever gave it need not be remembered.
/// </remarks>
internal sealed partial class GoogleAdsEndpoint(AdAccountBook accounts, AdAnswers answers)
{
    private const string AccessPrefix = "ya29.sim.";
    private const int MaxQuery = 4096;

    public static void Map(IEndpointRouteBuilder app)
    {
        var endpoint = app.ServiceProvider.GetRequiredService<GoogleAdsEndpoint>();
        app.MapPost("/token", endpoint.TokenAsync);
        app.MapPost("/{version}/customers/{customer}/googleAds:search", endpoint.SearchAsync);
    }

    private async Task TokenAsync(HttpContext context)
    {
        var form = context.Request.HasFormContentType ? await context.Request.ReadFormAsync(context.RequestAborted) : FormCollection.Empty;
        var refresh = (string?)form["refresh_token"];
        if (await answers.IsToldAsync(context, "token", refresh, static told => new("token", told.Status ?? 400, OAuthError(told.Message ?? "invalid_grant"))))
            return;

        var fault = (string?)form["grant_type"] != "refresh_token" ? (400, "unsupported_grant_type")
            : string.IsNullOrEmpty(form["client_id"]) || string.IsNullOrEmpty(form["client_secret"]) ? (401, "invalid_client")
            : string.IsNullOrEmpty(refresh) || refresh.Contains("revoked", StringComparison.Ordinal) ? (400, "invalid_grant")
            : default((int Status, string Error)?);
        if (fault is var (status, error))
        {
            await answers.RefuseAsync(context, new(error, status, OAuthError(error)));
            return;
        }

        await answers.SendAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteString("access_token", AccessPrefix + refresh);
            json.WriteNumber("expires_in", 3599);
            json.WriteString("scope", "https://www.googleapis.com/auth/adwords");
            json.WriteString("token_type", "Bearer");
            json.WriteEndObject();
        });
    }

    private async Task SearchAsync(HttpContext context)
    {
        var customer = (string)context.Request.RouteValues["customer"]!;
        var access = AdAnswers.BearerOf(context.Request);
        var key = access?.StartsWith(AccessPrefix, StringComparison.Ordinal) is true ? access[AccessPrefix.Length..] : access;
        if (await answers.IsToldAsync(context, customer, key, static told => GoogleAdsErrors.OfStatus(told.Status ?? 500, told.Message, told.RetryAfterSeconds)))
            return;

        var account = accounts.Find(customer);
        var refusal = key is null || key == access ? GoogleAdsErrors.OfStatus(401)
            : customer.Length != 10 || !customer.All(char.IsAsciiDigit) ? GoogleAdsErrors.OfStatus(400, "INVALID_CUSTOMER_ID")
            : account.Key is not null && account.Key != TokenFingerprint.Of(key) ? GoogleAdsErrors.OfStatus(403)
            : account.Manager is not null && account.Manager != (string?)context.Request.Headers["login-customer-id"] ? GoogleAdsErrors.OfStatus(403)
            : null;
        if (refusal is not null)
        {
            await answers.RefuseAsync(context, refusal);
            return;
        }

        if (await ReadAsync(context) is not var (query, cursor) || !AdAnswers.TryReadCursor(cursor, out var offset))
        {
            await answers.RefuseAsync(context, GoogleAdsErrors.OfStatus(400, "BAD_PAGE_TOKEN"));
            return;
        }

        await AnswerAsync(context, account, query, offset);
    }

    private Task AnswerAsync(HttpContext context, AdAccount account, string query, int offset)
    {
        if (AccountQuery().IsMatch(query))
            return answers.SendAsync(context, json => WriteAccount(json, account));
        if (HourlyQuery().Match(query) is not { Success: true } hourly
            || !DateOnly.TryParseExact(hourly.Groups["first"].ValueSpan, "yyyy-MM-dd", out var first) || !DateOnly.TryParseExact(hourly.Groups["last"].ValueSpan, "yyyy-MM-dd", out var last))
        {
            return answers.RefuseAsync(context, GoogleAdsErrors.OfStatus(400, "UNEXPECTED_INPUT"));
        }

        var rows = accounts.Rows(account, first, last);
        var page = rows.Skip(offset).Take(account.PageRows).ToList();
        return answers.SendAsync(context, json => WriteRows(json, account, page, offset + page.Count < rows.Count ? AdAnswers.CursorOf(offset + page.Count) : null));
    }

    private static async Task<(string Query, string? Cursor)?> ReadAsync(HttpContext context)
    {
        try
        {
            var body = (await JsonDocument.ParseAsync(context.Request.Body, default, context.RequestAborted)).RootElement;
            return body.TryGetProperty("query", out var query) && query.GetString() is { Length: > 0 and <= MaxQuery } text
                ? (text, body.TryGetProperty("pageToken", out var token) ? token.GetString() : null)
                : null;
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static void WriteAccount(Utf8JsonWriter json, AdAccount account)
    {
        json.WriteStartObject();
        json.WriteStartArray("results");
        json.WriteStartObject();
        json.WriteStartObject("customer");
        json.WriteString("resourceName", $"customers/{account.Id}");
        json.WriteString("currencyCode", account.Currency);
        json.WriteString("timeZone", account.TimeZone.Id);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteString("fieldMask", "customer.currencyCode,customer.timeZone");
        json.WriteEndObject();
    }

    // 64-bit integers are strings; a metric of 0 is told, but the whole row of an hour without anything is missing.
    private static void WriteRows(Utf8JsonWriter json, AdAccount account, List<AdRow> rows, string? next)
    {
        json.WriteStartObject();
        json.WriteStartArray("results");
        foreach (var row in rows)
        {
            json.WriteStartObject();
            json.WriteStartObject("customer");
            json.WriteString("resourceName", $"customers/{account.Id}");
            json.WriteEndObject();
            json.WriteStartObject("metrics");
            json.WriteString("clicks", row.Clicks.ToString(CultureInfo.InvariantCulture));
            json.WriteString("costMicros", row.SpendMicros.ToString(CultureInfo.InvariantCulture));
            json.WriteString("impressions", row.Impressions.ToString(CultureInfo.InvariantCulture));
            json.WriteEndObject();
            json.WriteStartObject("segments");
            json.WriteString("date", row.Date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
            json.WriteNumber("hour", row.Hour);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (next is not null)
            json.WriteString("nextPageToken", next);
        json.WriteString("fieldMask", "segments.date,segments.hour,metrics.costMicros,metrics.clicks,metrics.impressions");
        json.WriteEndObject();
    }

    private static byte[] OAuthError(string error) => AdAnswers.Render(json =>
    {
        json.WriteStartObject();
        json.WriteString("error", error);
        json.WriteString("error_description", error == "invalid_grant" ? "Token has been expired or revoked." : "The OAuth client was not found.");
        json.WriteEndObject();
    });

    [GeneratedRegex(@"^\s*SELECT\s+customer\.(currency_code|time_zone)\s*,\s*customer\.(currency_code|time_zone)\s+FROM\s+customer(\s+LIMIT\s+1)?\s*$", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex AccountQuery();

    [GeneratedRegex(@"^\s*SELECT\s+[a-z_.,\s]*segments\.hour[a-z_.,\s]*\s+FROM\s+customer\s+WHERE\s+segments\.date\s+BETWEEN\s+'(?<first>[0-9-]{10})'\s+AND\s+'(?<last>[0-9-]{10})'\s*(ORDER\s+BY[a-z_.,\s]+)?$", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex HourlyQuery();
}
