using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Extensions.Options;
using TrackHub.Platform.Graph;
using TrackHub.Platform.Tenants;

namespace TrackHub.Platform.AdPlatforms;

/// <summary>Spend from Meta: Ads Insights of an account by hour of its own clock.</summary>
/// <remarks>
/// Sources: Marketing API "Ads Insights", "Insights breakdowns" (<c>hourly_stats_aggregated_by_advertiser_time_zone</c>), "Paged results". The address of the next page holds the
/// token, so only its cursor is used; the token travels in the Authorization header alone.
/// </remarks>
internal sealed class MetaAds(AdHttp http, IOptions<MetaAdsOptions> options, TimeProvider clock) : IAdPlatform
{
    private const string Breakdown = "hourly_stats_aggregated_by_advertiser_time_zone";
    private const int PageRows = 500;
    private const int MostPages = 500;

    private readonly MetaAdsOptions _options = options.Value;

    /// <inheritdoc/>
    public string Name => AdPlatformNames.Meta;

    /// <inheritdoc/>
    public async Task<AdValidation> ValidateAsync(Secret<string> key, string accountId, CancellationToken cancellationToken) =>
        AdAccountPull.Validation(await AccountAsync(key, accountId, cancellationToken), "Meta");

    /// <inheritdoc/>
    public async Task<AdPull> PullAsync(Secret<string> key, string accountId, int days, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var asked = await AccountAsync(key, accountId, cancellationToken);
        return asked.Value is { } account
            ? await AdAccountPull.PullAsync(account, days, now, (first, last) => HoursAsync(key, accountId, first, last, cancellationToken))
            : new() { Fault = asked.Fault };
    }

    private async Task<AdAnswer<AdAccount>> AccountAsync(Secret<string> key, string accountId, CancellationToken cancellationToken)
    {
        if (AdAccountPull.FaultOf(Name, key, accountId) is { } unasked)
            return unasked;
        var reply = await GetAsync(key, $"{accountId}?fields=currency,timezone_name", cancellationToken);
        return MetaFaults.Of(reply, clock.GetUtcNow()) is { } fault
            ? fault
            : AdAccountPull.Account(AdJson.Text(reply.Body, "timezone_name"), AdJson.Text(reply.Body, "currency"), "Meta");
    }

    /// <summary>All pages of some days; in halves where Meta finds the days too many.</summary>
    private async Task<AdAnswer<List<LocalHour>>> HoursAsync(Secret<string> key, string accountId, DateOnly first, DateOnly last, CancellationToken cancellationToken)
    {
        var hours = new List<LocalHour>();
        string? after = null;
        for (var page = 0; page < MostPages; page++)
        {
            var reply = await GetAsync(key, Query(accountId, first, last, after), cancellationToken);
            if (MetaFaults.IsTooMuch(reply) && first < last)
                return await InHalvesAsync(key, accountId, first, last, cancellationToken);
            if (MetaFaults.Of(reply, clock.GetUtcNow()) is { } fault)
                return fault;
            if (!TryRead(reply.Body, hours))
                return new AdFault(AdFaultKind.Unreadable, "Meta told figures that TrackHub cannot read.");

            // A page may be empty and have a next one all the same; without `next` it is the last.
            after = reply.Body.TryGetProperty("paging", out var paging) && AdJson.Text(paging, "next") is not null && paging.TryGetProperty("cursors", out var cursors)
                ? AdJson.Text(cursors, "after")
                : null;
            if (after is null)
                return hours;
            if (UsageReader.Read(reply.Headers!).Pause is { } pause)
                return MetaFaults.UsedUp(pause);   // the next call would be refused, and lengthen the wait
        }

        return new AdFault(AdFaultKind.Unreadable, "Meta's pages have no end.");
    }

    private async Task<AdAnswer<List<LocalHour>>> InHalvesAsync(Secret<string> key, string accountId, DateOnly first, DateOnly last, CancellationToken cancellationToken)
    {
        var middle = first.AddDays((last.DayNumber - first.DayNumber) / 2);
        var early = await HoursAsync(key, accountId, first, middle, cancellationToken);
        if (early.Value is null)
            return early;
        var late = await HoursAsync(key, accountId, middle.AddDays(1), last, cancellationToken);
        return late.Value is null ? late : (List<LocalHour>)[.. early.Value, .. late.Value];
    }

    private static string Query(string accountId, DateOnly first, DateOnly last, string? after)
    {
        var range = string.Create(CultureInfo.InvariantCulture, $$"""{"since":"{{first:yyyy-MM-dd}}","until":"{{last:yyyy-MM-dd}}"}""");
        var query = $"{accountId}/insights?level=account&time_increment=1&fields=spend,clicks,impressions&breakdowns={Breakdown}&limit={PageRows}&time_range={Uri.EscapeDataString(range)}";
        return after is null ? query : $"{query}&after={Uri.EscapeDataString(after)}";
    }

    private Task<AdReply> GetAsync(Secret<string> key, string pathAndQuery, CancellationToken cancellationToken) => http.SendAsync(
        () => new(HttpMethod.Get, new Uri(_options.BaseUrl, $"{_options.ApiVersion}/{pathAndQuery}")) { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", key.Reveal()) } },
        cancellationToken);

    /// <summary>Reads the rows of a page: numbers are strings, and the hour is <c>13:00:00 - 13:59:59</c>.</summary>
    internal static bool TryRead(JsonElement body, List<LocalHour> hours)
    {
        if (!body.TryGetProperty("data", out var data) || data.ValueKind is not JsonValueKind.Array)
            return false;

        foreach (var row in data.EnumerateArray())
        {
            if (row.ValueKind is not JsonValueKind.Object
                || !DateOnly.TryParseExact(AdJson.Text(row, "date_start"), "yyyy-MM-dd", out var date)
                || AdJson.Text(row, Breakdown) is not { Length: > 2 } hour || hour[2] != ':'
                || !int.TryParse(hour.AsSpan(0, 2), NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > 23
                || !AdJson.TryDecimal(row, "spend", out var spend) || !AdJson.TryCount(row, "clicks", out var clicks) || !AdJson.TryCount(row, "impressions", out var impressions))
            {
                return false;
            }

            hours.Add(new(date, number, spend, clicks, impressions));
        }

        return true;
    }
}
