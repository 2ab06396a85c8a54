using System.Text.Json;
using TrackHub.Platform.Graph;

namespace TrackHub.Platform.AdPlatforms;

/// <summary>What Meta's refusals mean for an ad account. Pure. What Meta writes is never repeated: some of its messages hold part of the token.</summary>
/// <remarks>Sources: Graph API "Handle errors"; Marketing API "Error reference", "Rate limiting", "Insights error codes".</remarks>
internal static class MetaFaults
{
    private static readonly TimeSpan UntoldPause = TimeSpan.FromMinutes(5);

    /// <summary>The fault of a reply; null for none.</summary>
    public static AdFault? Of(AdReply reply, DateTimeOffset now)
    {
        if (reply.Status == 0)
            return new(AdFaultKind.Away, "Meta could not be reached.");
        if (reply.IsOk)
            return null;
        if (Error(reply) is not { } error)
            return reply.Status == 429 ? Throttled(reply, now) : new(reply.Status >= 500 ? AdFaultKind.Away : AdFaultKind.Unreadable, $"Meta answered with status {reply.Status} and nothing that TrackHub can read.");

        var (code, subcode) = (Number(error, "code"), Number(error, "error_subcode"));
        var named = subcode == 0 ? $"code {code}" : $"code {code}, subcode {subcode}";
        return code switch
        {
            4 or 17 or 32 or 613 or (>= 80000 and <= 80014) => Throttled(reply, now),
            190 when subcode is 463 or 467 => new(AdFaultKind.Refused, $"The key has expired ({named}). Make a new token for a system user in Meta's Business Settings, and save it here."),
            102 or 104 or 190 => new(AdFaultKind.Refused, $"Meta does not take the key ({named}). Copy a token with the permission ads_read from Meta's Business Settings."),
            3 or 10 or (>= 200 and <= 299) => new(AdFaultKind.Refused, $"The key may not read this ad account ({named}). Give its system user the account and the permission ads_read."),
            803 or 100 when subcode == 33 || code == 803 => new(AdFaultKind.Refused, $"Meta knows no such ad account, or the key may not see it ({named}). Compare the account id with the one in Ads Manager."),
            1 or 2 => new(AdFaultKind.Away, $"Meta failed ({named})."),
            _ when reply.Status >= 500 => new(AdFaultKind.Away, $"Meta failed ({named})."),
            _ => new(AdFaultKind.Unreadable, $"Meta refused the question ({named})."),
        };
    }

    /// <summary>The fault of a limit that is used up.</summary>
    public static AdFault UsedUp(TimeSpan pause) => new(AdFaultKind.Throttled, "Meta asks to wait: too many calls to this ad account.", pause);

    /// <summary>Whether Meta finds that too much is asked for at once.</summary>
    public static bool IsTooMuch(AdReply reply) =>
        Error(reply) is { } error && (Number(error, "code"), Number(error, "error_subcode")) is (100, 1487534) or (100, 1504018) or (2, 1504038);

    private static AdFault Throttled(AdReply reply, DateTimeOffset now)
    {
        var told = reply.Headers is null ? null : UsageReader.Read(reply.Headers).Pause;
        var asked = reply.Headers?.RetryAfter is { } header ? header.Delta ?? header.Date - now : null;
        var wait = told > asked || asked is null ? told : asked;
        return UsedUp(wait is { Ticks: > 0 } known ? known : UntoldPause);
    }

    private static JsonElement? Error(AdReply reply) =>
        reply.Body.ValueKind is JsonValueKind.Object && reply.Body.TryGetProperty("error", out var error) && error.ValueKind is JsonValueKind.Object ? error : null;

    private static int Number(JsonElement error, string name) => error.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.Number && value.TryGetInt32(out var number) ? number : 0;
}
