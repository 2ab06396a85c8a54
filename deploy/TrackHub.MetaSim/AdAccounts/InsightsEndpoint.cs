using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using TrackHub.MetaSim.Arrivals;
using TrackHub.MetaSim.Control;
using TrackHub.MetaSim.ConversionsApi;

namespace TrackHub.MetaSim.AdAccounts;

/// <summary>Meta's ad accounts: <c>GET /v{N}.0/act_{id}</c> and its <c>insights</c> by hour of the advertiser's clock.</summary>
/// <remarks>Sources: Marketing API "Ads Insights", "Insights breakdowns", "Rate limiting". Only what a spend puller asks for is served; the rest is refused by name.</remarks>
internal sealed class InsightsEndpoint(AdAccountBook accounts, AdAnswers answers)
{
    private const string Breakdown = "hourly_stats_aggregated_by_advertiser_time_zone";
    private const int UsualLimit = 25;

    private static readonly string[] Fields = ["spend", "clicks", "impressions", "account_currency", "date_start", "date_stop"];

    public static void Map(IEndpointRouteBuilder app)
    {
        var endpoint = app.ServiceProvider.GetRequiredService<InsightsEndpoint>();
        app.MapGet("/{version}/act_{number}", endpoint.AccountAsync);
        app.MapGet("/{version}/act_{number}/insights", endpoint.InsightsAsync);
    }

    private async Task AccountAsync(HttpContext context)
    {
        if (await EnterAsync(context) is not { } account)
            return;

        var wanted = ((string?)context.Request.Query["fields"] ?? "").Split(',');
        await answers.SendAsync(context, json =>
        {
            json.WriteStartObject();
            if (wanted.Contains("currency"))
                json.WriteString("currency", account.Currency);
            if (wanted.Contains("timezone_name"))
                json.WriteString("timezone_name", account.TimeZone.Id);
            json.WriteString("id", account.Id);
            json.WriteEndObject();
        });
    }

    private async Task InsightsAsync(HttpContext context)
    {
        if (await EnterAsync(context) is not { } account)
            return;

        var query = context.Request.Query;
        var fault = Read(query, out var first, out var last, out var fields, out var limit, out var offset);
        if (fault is not null)
        {
            await answers.RefuseAsync(context, Refusal(fault));
            return;
        }

        var rows = accounts.Rows(account, first, last);
        var page = rows.Skip(offset).Take(Math.Min(limit, account.PageRows)).ToList();
        var after = offset + page.Count;
        context.Response.Headers["X-FB-Ads-Insights-Throttle"] = """{"app_id_util_pct":3,"acc_id_util_pct":1.5,"ads_api_access_tier":"standard_access"}""";
        await answers.SendAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("data");
            foreach (var row in page)
                Write(json, account, row, fields);
            json.WriteEndArray();
            if (page.Count > 0)
            {
                json.WriteStartObject("paging");
                json.WriteStartObject("cursors");
                json.WriteString("before", AdAnswers.CursorOf(offset));
                json.WriteString("after", AdAnswers.CursorOf(after));
                json.WriteEndObject();
                if (after < rows.Count)   // as at Meta, the address holds the token again: a client that logs or keeps it gives it away
                    json.WriteString("next", $"https://graph.facebook.com{context.Request.Path}?access_token={AdAnswers.BearerOf(context.Request)}&after={AdAnswers.CursorOf(after)}");
                json.WriteEndObject();
            }

            json.WriteEndObject();
        });
    }

    /// <summary>Version, key and behaviours; null: the call is answered.</summary>
    private async Task<AdAccount?> EnterAsync(HttpContext context)
    {
        var (version, id) = ((string)context.Request.RouteValues["version"]!, "act_" + (string)context.Request.RouteValues["number"]!);
        var key = AdAnswers.BearerOf(context.Request);
        if (GraphVersions.Check(version, context.Request.Path, out _) is { } badVersion)
        {
            await answers.RefuseAsync(context, Refusal(badVersion));
            return null;
        }

        if (await answers.IsToldAsync(context, id, key, static told => Refusal(CodeTable.Answer(told.Status, told.Code, told.Subcode, told.IsTransient, told.Message))))
            return null;

        var account = accounts.Find(id);
        var fault = key is null ? ErrorCatalogue.NoToken()
            : !id[4..].All(char.IsAsciiDigit) ? ErrorCatalogue.UnknownAlias(id)
            : account.Key is not null && account.Key != TokenFingerprint.Of(key) ? CodeTable.Answer(null, 190, 463, null, null)
            : null;
        if (fault is null)
            return account;

        await answers.RefuseAsync(context, Refusal(fault));
        return null;
    }

    private static GraphError? Read(IQueryCollection query, out DateOnly first, out DateOnly last, out string[] fields, out int limit, out int offset)
    {
        (first, last, limit) = (default, default, UsualLimit);
        offset = 0;
        fields = ((string?)query["fields"] ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries);
        var unknown = Array.Find(fields, static field => !Fields.Contains(field));
        return unknown is not null ? ErrorCatalogue.Parameter($"{unknown} is not valid for fields param.")
            : (string?)query["breakdowns"] != Breakdown ? ErrorCatalogue.Parameter($"breakdowns: the simulator serves {Breakdown}.")
            : (string?)query["level"] is not (null or "account") ? ErrorCatalogue.Parameter("level: the simulator serves account.")
            : (string?)query["time_increment"] != "1" ? ErrorCatalogue.Parameter("time_increment: the simulator serves 1.")
            : !TryReadRange(query["time_range"], out first, out last) ? ErrorCatalogue.Parameter("param time_range must be an object with since and until, YYYY-MM-DD.")
            : query["limit"].Count > 0 && !(int.TryParse(query["limit"], NumberStyles.None, CultureInfo.InvariantCulture, out limit) && limit > 0)
                ? ErrorCatalogue.Parameter("param limit must be a positive integer.")
            : !AdAnswers.TryReadCursor(query["after"], out offset) ? ErrorCatalogue.Parameter("The cursor after can't be read.")
            : null;
    }

    private static bool TryReadRange(string? text, out DateOnly first, out DateOnly last)
    {
        (first, last) = (default, default);
        try
        {
            var range = JsonElement.Parse(text ?? "");
            return range.ValueKind is JsonValueKind.Object
                && range.TryGetProperty("since", out var since) && DateOnly.TryParseExact(since.GetString(), "yyyy-MM-dd", out first)
                && range.TryGetProperty("until", out var until) && DateOnly.TryParseExact(until.GetString(), "yyyy-MM-dd", out last)
                && first <= last && last.DayNumber - first.DayNumber < 1_200;
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    // Numbers are strings, and cost has the account currency's decimals.
    private static void Write(Utf8JsonWriter json, AdAccount account, AdRow row, string[] fields)
    {
        var day = row.Date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        json.WriteStartObject();
        if (fields.Contains("spend"))
            json.WriteString("spend", (row.SpendMicros / 1_000_000m).ToString("0.######", CultureInfo.InvariantCulture));
        if (fields.Contains("clicks"))
            json.WriteString("clicks", row.Clicks.ToString(CultureInfo.InvariantCulture));
        if (fields.Contains("impressions"))
            json.WriteString("impressions", row.Impressions.ToString(CultureInfo.InvariantCulture));
        if (fields.Contains("account_currency"))
            json.WriteString("account_currency", account.Currency);
        json.WriteString("date_start", day);
        json.WriteString("date_stop", day);
        json.WriteString(Breakdown, string.Create(CultureInfo.InvariantCulture, $"{row.Hour:D2}:00:00 - {row.Hour:D2}:59:59"));
        json.WriteEndObject();
    }

    private static AdRefusal Refusal(GraphError error) =>
        new(SimStatistics.NameOf(error.Code, error.Subcode), error.Status, GraphAnswers.Error(error, isPortuguese: false));
}
