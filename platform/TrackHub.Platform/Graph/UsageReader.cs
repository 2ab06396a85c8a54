using System.Net.Http.Headers;
using System.Text.Json;

namespace TrackHub.Platform.Graph;

/// <summary>Reads the usage headers of an answer.</summary>
/// <remarks>
/// Sources: Graph API and Marketing API "Rate limits", Insights "Limits and best practices". <c>X-App-Usage</c> and each entry of <c>X-Business-Use-Case-Usage</c> hold shares of an hour in percent;
/// <c>estimated_time_to_regain_access</c> is in minutes; <c>X-Ad-Account-Usage</c> has its own share and seconds, <c>X-FB-Ads-Insights-Throttle</c> two shares. A header that cannot be read says
/// nothing: no call fails for it.
/// </remarks>
public static class UsageReader
{
    private const int MaxHeaderLength = 16 * 1024;
    private static readonly TimeSpan UntoldPause = TimeSpan.FromMinutes(1);
    private static readonly string[] Shares = ["call_count", "total_time", "total_cputime"];

    /// <summary>Reads all of them.</summary>
    public static MetaUsage Read(HttpResponseHeaders headers)
    {
        var usage = default(MetaUsage);
        foreach (var limit in Objects(headers, "X-App-Usage").Concat(Objects(headers, "X-Business-Use-Case-Usage").SelectMany(Entries)))
            usage = Worse(usage, Share(limit, Shares), Number(limit, "estimated_time_to_regain_access") * 60);
        foreach (var account in Objects(headers, "X-Ad-Account-Usage"))
        {
            var share = Share(account, "acc_id_util_pct");
            usage = Worse(usage, share, share >= 100 ? Number(account, "reset_time_duration") : 0);
        }

        foreach (var insights in Objects(headers, "X-FB-Ads-Insights-Throttle"))
            usage = Worse(usage, Share(insights, "app_id_util_pct", "acc_id_util_pct"), 0);
        return usage;
    }

    private static MetaUsage Worse(MetaUsage usage, double share, double seconds)
    {
        TimeSpan? pause = seconds > 0 ? TimeSpan.FromSeconds(Math.Min(seconds, TimeSpan.FromDays(2).TotalSeconds)) : share >= 100 ? UntoldPause : null;
        return new(Math.Max(usage.Percent, (int)Math.Clamp(share, 0, 1_000)), pause > usage.Pause || usage.Pause is null ? pause : usage.Pause);
    }

    private static double Share(JsonElement limit, params ReadOnlySpan<string> names)
    {
        var largest = 0d;
        foreach (var name in names)
            largest = Math.Max(largest, Number(limit, name));
        return largest;
    }

    private static IEnumerable<JsonElement> Entries(JsonElement map) => map.EnumerateObject()
        .Where(static business => business.Value.ValueKind is JsonValueKind.Array)
        .SelectMany(static business => business.Value.EnumerateArray())
        .Where(static entry => entry.ValueKind is JsonValueKind.Object);

    private static double Number(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number) ? number : 0;

    private static IEnumerable<JsonElement> Objects(HttpResponseHeaders headers, string name)
    {
        if (!headers.TryGetValues(name, out var values))
            yield break;
        foreach (var text in values.Where(static text => text.Length <= MaxHeaderLength))
        {
            if (Parse(text) is { ValueKind: JsonValueKind.Object } read)
                yield return read;
        }
    }

    private static JsonElement? Parse(string text)
    {
        try
        {
            return JsonElement.Parse(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
