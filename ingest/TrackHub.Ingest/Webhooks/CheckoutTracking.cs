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
    public static CheckoutTracking Read(JsonElement parameters, params ReadOnlySpan<string> carriers) => Read(parameters, UtmNames.Prefixed, carriers);

    /// <summary>Reads a flat object of tracking parameters whose UTM fields have other names.</summary>
    public static CheckoutTracking Read(JsonElement parameters, UtmNames utm, params ReadOnlySpan<string> carriers)
    {
        if (!parameters.IsObject())
            return None;

        return new()
        {
            ClickId = FindClickId(parameters, carriers),
            UtmSource = parameters.At(utm.Source).Text(),
            UtmMedium = parameters.At(utm.Medium).Text(),
            UtmCampaign = parameters.At(utm.Campaign).Text(),
            UtmContent = parameters.At(utm.Content).Text(),
            UtmTerm = parameters.At(utm.Term).Text(),
            Gclid = parameters.At("gclid").Text(),
            Fbclid = parameters.At("fbclid").Text(),
            Fbc = parameters.At("_fbc").Text() ?? parameters.At("fbc").Text(),
            Fbp = parameters.At("_fbp").Text() ?? parameters.At("fbp").Text(),
        };
    }

    /// <summary>Searches further fields outside the parameters, used where a gateway was seen to put tracking there.</summary>
    public CheckoutTracking OrClickIdOf(string? text) =>
        ClickId is null && ClickIds.TryFind(text, out var found) ? this with { ClickId = found } : this;

    /// <summary>What stands here, and what only the other one knows.</summary>
    public CheckoutTracking Or(CheckoutTracking other) => new()
    {
        ClickId = ClickId ?? other.ClickId,
        UtmSource = UtmSource ?? other.UtmSource,
        UtmMedium = UtmMedium ?? other.UtmMedium,
        UtmCampaign = UtmCampaign ?? other.UtmCampaign,
        UtmContent = UtmContent ?? other.UtmContent,
        UtmTerm = UtmTerm ?? other.UtmTerm,
        Gclid = Gclid ?? other.Gclid,
        Fbclid = Fbclid ?? other.Fbclid,
        Fbc = Fbc ?? other.Fbc,
        Fbp = Fbp ?? other.Fbp,
    };

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

/// <summary>Names a gateway gives the five UTM parameters.</summary>
internal sealed record UtmNames(string Source, string Medium, string Campaign, string Content, string Term)
{
    /// <summary>As in a link.</summary>
    public static readonly UtmNames Prefixed = new("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term");

    /// <summary>Without the prefix.</summary>
    public static readonly UtmNames Bare = new("source", "medium", "campaign", "content", "term");

    /// <summary>In Pascal case.</summary>
    public static readonly UtmNames Pascal = new("UtmSource", "UtmMedium", "UtmCampaign", "UtmContent", "UtmTerm");
}
