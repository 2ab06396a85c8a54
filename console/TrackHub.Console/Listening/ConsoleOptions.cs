using System.ComponentModel.DataAnnotations;
using System.Net;
using TrackHub.Platform.Hosting;

namespace TrackHub.ConsoleApi.Listening;

/// <summary>The console's port and what one tenant may ask of it. Bound from section <c>Console</c>.</summary>
internal sealed class ConsoleOptions : IValidatableObject
{
    /// <summary>Section name.</summary>
    public const string Section = "Console";

    /// <summary>Address to listen on. Default 127.0.0.1; <c>0.0.0.0</c> or <c>::</c> for all, behind something that ends TLS.</summary>
    [Required]
    public string Host { get; set; } = "127.0.0.1";

    /// <summary>Port to listen on; 0 takes a free one. Default 8401.</summary>
    [Range(0, 65535)]
    public int Port { get; set; } = 8401;

    /// <summary>Open connections, busy or idle; more are closed at once. Default 1,024.</summary>
    [Range(16, 100_000)]
    public int MaxConnections { get; set; } = 1_024;

    /// <summary>Proxies in front whose <c>X-Forwarded-For</c> is believed: addresses and networks, separated by commas. Default empty: nobody's.</summary>
    public string TrustedProxies { get; set; } = "";

    /// <summary>Requests a minute of one tenant, all its people and keys together, before 429; so many may come at once. Default 100.</summary>
    [Range(1, 1_000_000)]
    public int RequestsPerMinute { get; set; } = 100;

    /// <summary>The same for the setup routes, which have a bucket of their own: pages left open must not stand in the way of an onboarding. Default 100.</summary>
    [Range(1, 1_000_000)]
    public int SetupRequestsPerMinute { get; set; } = 100;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!IPAddress.TryParse(Host, out _))
            yield return new($"'{Host}' is no IP address; give one of this machine, 0.0.0.0 or ::", [nameof(Host)]);
        if (!ForwardedClients.TryRead(TrustedProxies, out _))
            yield return new("must be IP addresses and networks such as 10.0.0.7, 10.1.0.0/16, whose first address it names", [nameof(TrustedProxies)]);
    }
}
