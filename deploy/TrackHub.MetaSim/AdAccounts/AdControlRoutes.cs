using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using TrackHub.MetaSim.Arrivals;
using TrackHub.MetaSim.Control;

namespace TrackHub.MetaSim.AdAccounts;

/// <summary>Control of ad accounts: <c>POST /_sim/ads</c> describes one, <c>POST /_sim/ads/hours</c> corrects an hour, <c>GET</c> of it tells the truth.</summary>
internal static class AdControlRoutes
{
    private const int MaxBodyBytes = 16 * 1024;
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 4, AllowDuplicateProperties = false };

    /// <summary>Maps the routes of ad accounts, the platforms' and the control's.</summary>
    public static void MapAdAccounts(this IEndpointRouteBuilder app)
    {
        InsightsEndpoint.Map(app);
        GoogleAdsEndpoint.Map(app);
        var book = app.ServiceProvider.GetRequiredService<AdAccountBook>();
        app.MapPost("/_sim/ads", context => ChangeAsync(context, body => book.Describe(ReadAccount(body))));
        app.MapPost("/_sim/ads/hours", context => ChangeAsync(context, body => book.Correct(Text(body, "account"), ReadRow(body))));
        app.MapGet("/_sim/ads/hours", context => TellAsync(context, book));
    }

    /// <summary>Every hour of an account between two dates, as the platform would tell them at this moment.</summary>
    private static Task TellAsync(HttpContext context, AdAccountBook book)
    {
        var query = new ControlQuery(context.Request.Query, "account", "since", "until");
        if (query.Fault is not null || query.Text("account") is not { } id
            || !DateOnly.TryParseExact(query.Text("since"), "yyyy-MM-dd", out var first) || !DateOnly.TryParseExact(query.Text("until"), "yyyy-MM-dd", out var last))
        {
            return RefuseAsync(context, query.Fault ?? "Give account, since and until (YYYY-MM-DD).");
        }

        var account = book.Find(id);
        var rows = book.Rows(account, first, last);
        return AnswerSender.SendAsync(context, StatusCodes.Status200OK, AdAnswers.Render(json =>
        {
            json.WriteStartObject();
            json.WriteString("account", account.Id);
            json.WriteString("time_zone", account.TimeZone.Id);
            json.WriteString("currency", account.Currency);
            json.WriteStartArray("hours");
            foreach (var row in rows)
            {
                json.WriteStartObject();
                json.WriteString("date", row.Date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
                json.WriteNumber("hour", row.Hour);
                json.WriteNumber("spend_micros", row.SpendMicros);
                json.WriteNumber("clicks", row.Clicks);
                json.WriteNumber("impressions", row.Impressions);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }));
    }

    private static async Task ChangeAsync(HttpContext context, Func<JsonElement, bool> change)
    {
        try
        {
            if (context.Request.ContentLength is not <= MaxBodyBytes)
                throw new BehaviourException($"The body is sent with Content-Length, of at most {MaxBodyBytes} bytes.");
            using var document = await JsonDocument.ParseAsync(context.Request.Body, Strict, context.RequestAborted);
            if (document.RootElement.ValueKind is not JsonValueKind.Object)
                throw new BehaviourException("The body is a JSON object.");
            if (!change(document.RootElement))
                throw new BehaviourException($"There are {AdAccountBook.Capacity} already; DELETE /_sim first.");
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        }
        catch (JsonException)
        {
            await RefuseAsync(context, "The body is not one JSON object with distinct keys.");
        }
        catch (BehaviourException fault)
        {
            await RefuseAsync(context, fault.Message);
        }
    }

    private static AdAccount ReadAccount(JsonElement body)
    {
        Allow(body, "account", "time_zone", "currency", "seed", "key", "manager", "page_rows");
        var account = new AdAccount { Id = Text(body, "account") };
        if (body.TryGetProperty("time_zone", out _))
        {
            account = TimeZoneInfo.TryFindSystemTimeZoneById(Text(body, "time_zone"), out var zone)
                ? account with { TimeZone = zone }
                : throw new BehaviourException("time_zone is the IANA name of a zone, such as America/Sao_Paulo.");
        }

        return account with
        {
            Currency = body.TryGetProperty("currency", out _) ? Text(body, "currency") : account.Currency,
            Seed = body.TryGetProperty("seed", out _) ? Number(body, "seed", 0) : account.Seed,
            Key = body.TryGetProperty("key", out _) ? TokenFingerprint.Of(Text(body, "key")) : null,
            Manager = body.TryGetProperty("manager", out _) ? Text(body, "manager") : null,
            PageRows = body.TryGetProperty("page_rows", out _) ? (int)Math.Min(Number(body, "page_rows", 1), 10_000) : account.PageRows,
        };
    }

    private static AdRow ReadRow(JsonElement body)
    {
        Allow(body, "account", "date", "hour", "spend_micros", "clicks", "impressions");
        if (!DateOnly.TryParseExact(Text(body, "date"), "yyyy-MM-dd", out var date) || Number(body, "hour", 0) is not (<= 23 and var hour))
            throw new BehaviourException("date is YYYY-MM-DD, hour 0 to 23, both of the account's clock.");
        return new(date, (int)hour, Number(body, "spend_micros", 0), Number(body, "clicks", 0), Number(body, "impressions", 0));
    }

    private static void Allow(JsonElement body, params string[] allowed)
    {
        foreach (var property in body.EnumerateObject())
        {
            if (!allowed.Contains(property.Name))
                throw new BehaviourException($"Unknown key '{property.Name}'. Allowed: {string.Join(", ", allowed)}.");
        }
    }

    private static string Text(JsonElement body, string key) =>
        body.TryGetProperty(key, out var value) && value.ValueKind is JsonValueKind.String && value.GetString() is { Length: > 0 and <= 4096 } text
            ? text
            : throw new BehaviourException($"{key} is a string of 1 to 4096 characters.");

    private static long Number(JsonElement body, string key, long least) =>
        body.TryGetProperty(key, out var value) && value.ValueKind is JsonValueKind.Number && value.TryGetInt64(out var number) && number >= least && number <= 1_000_000_000_000_000
            ? number
            : throw new BehaviourException($"{key} is an integer from {least} to 1,000,000,000,000,000.");

    private static Task RefuseAsync(HttpContext context, string detail) => AnswerSender.SendAsync(context, StatusCodes.Status400BadRequest, AdAnswers.Render(json =>
    {
        json.WriteStartObject();
        json.WriteString("code", "malformed_request");
        json.WriteString("detail", detail);
        json.WriteEndObject();
    }));
}
