using System.ComponentModel.DataAnnotations;

namespace TrackHub.Platform.AdPlatforms;

/// <summary>Where Meta's Graph API is: the part of section <c>Meta</c> that spend is pulled with.</summary>
internal sealed class MetaAdsOptions : IValidatableObject
{
    /// <summary>Name of the section.</summary>
    public const string Section = "Meta";

    /// <summary>Absolute http or https address. Default Meta's; the simulator's on one machine.</summary>
    [Required]
    public Uri BaseUrl { get; set; } = new("https://graph.facebook.com");

    /// <summary>Graph API version. Default v25.0.</summary>
    [RegularExpression(@"^v[0-9]{2}\.[0-9]$")]
    public string ApiVersion { get; set; } = "v25.0";

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) => Addresses.FaultsOf(BaseUrl, nameof(BaseUrl));
}

/// <summary>Where the Google Ads API is and who TrackHub is to it. Bound from section <c>GoogleAds</c>.</summary>
internal sealed class GoogleAdsOptions : IValidatableObject
{
    /// <summary>Name of the section.</summary>
    public const string Section = "GoogleAds";

    /// <summary>Absolute http or https address. Default Google's; the simulator's on one machine.</summary>
    [Required]
    public Uri BaseUrl { get; set; } = new("https://googleads.googleapis.com");

    /// <summary>Google Ads API version. Default v26; Google ends one after about a year.</summary>
    [RegularExpression("^v[0-9]{2}$")]
    public string ApiVersion { get; set; } = "v26";

    /// <summary>Where a seller's refresh token becomes an access token. Default Google's.</summary>
    [Required]
    public Uri TokenUrl { get; set; } = new("https://oauth2.googleapis.com/token");

    /// <summary>OAuth client that sellers gave their consent to. Unset: no Google account can be pulled.</summary>
    public string ClientId { get; set; } = "";

    /// <summary>Its secret.</summary>
    public string ClientSecret { get; set; } = "";

    /// <summary>Sent where it is set. Google ignores it since 2026-09-09.</summary>
    public string DeveloperToken { get; set; } = "";

    /// <summary>Manager account through which sellers' accounts are reached, ten digits; unset: directly.</summary>
    [RegularExpression("^([0-9]{10})?$")]
    public string LoginCustomerId { get; set; } = "";

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (ClientId.Length == 0 != (ClientSecret.Length == 0))
            yield return new("ClientId and ClientSecret belong together: set both or neither.", [nameof(ClientSecret)]);
        foreach (var fault in Addresses.FaultsOf(BaseUrl, nameof(BaseUrl)).Concat(Addresses.FaultsOf(TokenUrl, nameof(TokenUrl))))
            yield return fault;
    }
}

/// <summary>Bounds of configured addresses.</summary>
internal static class Addresses
{
    /// <summary>What is wrong with one, if anything.</summary>
    public static IEnumerable<ValidationResult> FaultsOf(Uri address, string name)
    {
        if (!address.IsAbsoluteUri || (address.Scheme != Uri.UriSchemeHttps && address.Scheme != Uri.UriSchemeHttp))
            yield return new($"{name} ({address}) must be an absolute http or https address.", [name]);
    }
}
