using System.Text.Json;
using TrackHub.Ingest.Json;
using TrackHub.Platform.Identity;

namespace TrackHub.Ingest.Webhooks;

/// <summary>What a checkout link carried and the gateway gave back.</summary>
/// <remarks>
/// The click id is searched in every field, inside longer values too: sellers use the same parameters for other trackers. The carrier
/// that <c>connections add</c> recommends wins where several hold one.
/// </remarks>
internal sealed record CheckoutTracking
{
    /// <summary>Nothing came back.</summary>
    public static readonly CheckoutTracking None = new();

    /// <summary>TrackHub click id.</summary>
    public string? ClickId { get; private init; }

    /// <summary>utm_source</summary>
    public string? UtmSource { get; private init; }

    /// <summary>utm_medium</summary>
    public string? UtmMedium { get; private init; }

    /// <summary>utm_campaign</summary>
    public string? UtmCampaign { get; private init; }

    /// <summary>utm_content</summary>
    public string? UtmContent { get; private init; }

    /// <summary>utm_term</summary>
    public string? UtmTerm { get; private init; }

    /// <summary>Google click id.</summary>
    public string? Gclid { get; private init; }

    /// <summary>Meta click id, byte for byte.</summary>
    public string? Fbclid { get; private init; }

    /// <summary>Meta's click cookie.</summary>
    public string? Fbc { get; private init; }

    /// <summary>Meta's browser cookie.</summary>
    public string? Fbp { get; private init; }

    /// <summary>Reads a flat object of tracking parameters.</summary>
    /// <param name="parameters">The object; anything else gives <see cref="None"/>.</param>
    /// <param name="carriers">Parameters to look for the click id in first, best first.</param>
    public static CheckoutTracking Read(JsonElement parameters, params ReadOnlySpan<string> carriers)
    {
        if (!parameters.IsObject())
            return None;

        return new()
        {
            ClickId = FindClickId(parameters, carriers),
            UtmSource = parameters.At("utm_source").Text(),
            UtmMedium = parameters.At("utm_medium").Text(),
            UtmCampaign = parameters.At("utm_campaign").Text(),
            UtmContent = parameters.At("utm_content").Text(),
            UtmTerm = parameters.At("utm_term").Text(),
            Gclid = parameters.At("gclid").Text(),
            Fbclid = parameters.At("fbclid").Text(),
            Fbc = parameters.At("_fbc").Text() ?? parameters.At("fbc").Text(),
            Fbp = parameters.At("_fbp").Text() ?? parameters.At("fbp").Text(),
        };
    }

    /// <summary>Searches further fields outside the parameters, used where a gateway was seen to put tracking there.</summary>
    public CheckoutTracking OrClickIdOf(string? text) =>
        ClickId is null && ClickIds.TryFind(text, out var found) ? this with { ClickId = found } : this;

    private static string? FindClickId(JsonElement parameters, ReadOnlySpan<string> carriers)
    {
        foreach (var carrier in carriers)
        {
            if (ClickIds.TryFind(parameters.At(carrier).Text(), out var found))
                return found;
        }

        foreach (var parameter in parameters.EnumerateObject())
        {
            if (ClickIds.TryFind(parameter.Value.Text(), out var found))
                return found;
        }

        return null;
    }
}
