using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using TrackHub.Platform.Tenants;

namespace TrackHub.Platform.AdPlatforms;

/// <summary>Spend from Google Ads: the customer's metrics by <c>segments.hour</c>. A seller's key is a refresh token of TrackHub's OAuth client.</summary>
/// <remarks>
/// Sources: Google Ads API "Search and SearchStream", "Authorization and HTTP headers"; OAuth 2.0, RFC 6749 section 6. One pull takes one access token, which lives an hour
/// and is kept nowhere. <c>search</c> pages by itself; a page is one operation of the daily quota.
/// </remarks>
internal sealed class GoogleAds(AdHttp http, IOptions<GoogleAdsOptions> options) : IAdPlatform
{
    private const int MostPages = 500;
    private const decimal Micros = 1_000_000m;

    private readonly GoogleAdsOptions _options = options.Value;

    /// <inheritdoc/>
    public string Name => AdPlatformNames.Google;

    /// <inheritdoc/>
    public async Task<AdValidation> ValidateAsync(Secret<string> key, string accountId, CancellationToken cancellationToken)
    {
        var access = await AccessAsync(key, accountId, cancellationToken);
        return AdAccountPull.Validation(access.Value is { } token ? await AccountAsync(token, accountId, cancellationToken) : access.Fault!, "Google Ads");
    }

    /// <inheritdoc/>
    public async Task<AdPull> PullAsync(Secret<string> key, string accountId, int days, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var access = await AccessAsync(key, accountId, cancellationToken);
        if (access.Value is not { } token)
            return new() { Fault = access.Fault };
        var asked = await AccountAsync(token, accountId, cancellationToken);
        return asked.Value is { } account
            ? await AdAccountPull.PullAsync(account, days, now, (first, last) => HoursAsync(token, accountId, first, last, cancellationToken))
            : new() { Fault = asked.Fault };
    }

    private async Task<AdAnswer<Secret<string>>> AccessAsync(Secret<string> key, string accountId, CancellationToken cancellationToken)
    {
        if (AdAccountPull.FaultOf(Name, key, accountId) is { } unasked)
            return unasked;
        if (_options.ClientId.Length == 0)
            return new AdFault(AdFaultKind.Away, "This TrackHub has no OAuth client at Google yet. Its operator sets GoogleAds:ClientId and GoogleAds:ClientSecret.");

        var reply = await http.SendAsync(
            () => new(HttpMethod.Post, _options.TokenUrl)
            {
                Content = new FormUrlEncodedContent(new Dictionary<string, string>
                {
                    ["grant_type"] = "refresh_token",
                    ["refresh_token"] = key.Reveal(),
                    ["client_id"] = _options.ClientId,
                    ["client_secret"] = _options.ClientSecret,
                }),
            },
            cancellationToken);
        return GoogleFaults.OfToken(reply) is { } fault ? fault
            : AdJson.Text(reply.Body, "access_token") is { } token ? new Secret<string>(token)
            : new AdFault(AdFaultKind.Unreadable, "Google gave no access token.");
    }

    private async Task<AdAnswer<AdAccount>> AccountAsync(Secret<string> access, string accountId, CancellationToken cancellationToken)
    {
        var reply = await SearchAsync(access, accountId, "SELECT customer.currency_code, customer.time_zone FROM customer LIMIT 1", null, cancellationToken);
        if (GoogleFaults.Of(reply) is { } fault)
            return fault;
        var customer = reply.Body.TryGetProperty("results", out var results) && results.ValueKind is JsonValueKind.Array && results.GetArrayLength() == 1
            && results[0].ValueKind is JsonValueKind.Object && results[0].TryGetProperty("customer", out var found) ? found : default;
        return AdAccountPull.Account(AdJson.Text(customer, "timeZone"), AdJson.Text(customer, "currencyCode"), "Google Ads");
    }

    private async Task<AdAnswer<List<LocalHour>>> HoursAsync(Secret<string> access, string accountId, DateOnly first, DateOnly last, CancellationToken cancellationToken)
    {
        var query = string.Create(
            CultureInfo.InvariantCulture,
            $"SELECT segments.date, segments.hour, metrics.cost_micros, metrics.clicks, metrics.impressions FROM customer WHERE segments.date BETWEEN '{first:yyyy-MM-dd}' AND '{last:yyyy-MM-dd}'");
        var hours = new List<LocalHour>();
        string? next = null;
        for (var page = 0; page < MostPages; page++)
        {
            var reply = await SearchAsync(access, accountId, query, next, cancellationToken);
            if (GoogleFaults.Of(reply) is { } fault)
                return fault;
            if (!TryRead(reply.Body, hours))
                return new AdFault(AdFaultKind.Unreadable, "Google Ads told figures that TrackHub cannot read.");
            next = AdJson.Text(reply.Body, "nextPageToken");
            if (string.IsNullOrEmpty(next))
                return hours;
        }

        return new AdFault(AdFaultKind.Unreadable, "Google's pages have no end.");
    }

    private Task<AdReply> SearchAsync(Secret<string> access, string accountId, string query, string? pageToken, CancellationToken cancellationToken) => http.SendAsync(
        () =>
        {
            var body = new JsonObject { ["query"] = query };
            if (pageToken is not null)
                body["pageToken"] = pageToken;
            var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_options.BaseUrl, $"{_options.ApiVersion}/customers/{accountId}/googleAds:search")) { Content = JsonContent.Create(body) };
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", access.Reveal());
            if (_options.DeveloperToken.Length > 0)
                request.Headers.Add("developer-token", _options.DeveloperToken);
            if (_options.LoginCustomerId.Length > 0)
                request.Headers.Add("login-customer-id", _options.LoginCustomerId);
            return request;
        },
        cancellationToken);

    /// <summary>Reads the rows of a page: 64-bit integers are strings, an absent metric is zero, and so is an absent <c>hour</c>.</summary>
    internal static bool TryRead(JsonElement body, List<LocalHour> hours)
    {
        if (body.ValueKind is not JsonValueKind.Object)
            return false;
        if (!body.TryGetProperty("results", out var results))
            return true;   // of no row even the list is absent
        if (results.ValueKind is not JsonValueKind.Array)
            return false;

        foreach (var row in results.EnumerateArray())
        {
            if (row.ValueKind is not JsonValueKind.Object || !row.TryGetProperty("segments", out var segments)
                || !DateOnly.TryParseExact(AdJson.Text(segments, "date"), "yyyy-MM-dd", out var date)
                || !AdJson.TryCount(segments, "hour", out var hour) || hour > 23)
            {
                return false;
            }

            if (!row.TryGetProperty("metrics", out var metrics))
                continue;
            if (metrics.ValueKind is not JsonValueKind.Object
                || !AdJson.TryDecimal(metrics, "costMicros", out var micros) || !AdJson.TryCount(metrics, "clicks", out var clicks) || !AdJson.TryCount(metrics, "impressions", out var impressions))
            {
                return false;
            }

            hours.Add(new(date, (int)hour, micros / Micros, clicks, impressions));
        }

        return true;
    }
}
