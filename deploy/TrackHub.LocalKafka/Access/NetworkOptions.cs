using System.ComponentModel.DataAnnotations;
using System.Net;

namespace TrackHub.LocalKafka.Access;

/// <summary>
/// The way in for other machines, beside the loopback addresses that this machine's own processes use. Bound from section
/// <c>LocalKafka:Network</c>; without the section there is none.
/// </summary>
/// <remarks>Every connection authenticates with SASL/PLAIN, every call of the schema registry with HTTP Basic, by the same users. All users may do everything.</remarks>
public sealed class NetworkOptions : IValidatableObject
{
    /// <summary>IP address to listen on; 0.0.0.0 or :: for all of this machine. Required.</summary>
    [Required]
    public string Host { get; set; } = "";

    /// <summary>Host name that clients are told to connect to, which the certificate must be for. Default: <see cref="Host"/>; required for all addresses.</summary>
    public string? AdvertisedHost { get; set; }

    /// <summary>TCP port of the Kafka protocol; 0 takes a free one. Default 8407.</summary>
    [Range(0, 65535)]
    public int Port { get; set; } = 8407;

    /// <summary>HTTP port of the schema registry; 0 takes a free one. Default 8408.</summary>
    [Range(0, 65535)]
    public int RegistryPort { get; set; } = 8408;

    /// <summary>
    /// User names, each with the path of the file that holds its password: 16 to 1,024 bytes on a line. Several lines are several passwords,
    /// the former and the next one while clients change over. Read again when it changes. At least one user is required.
    /// </summary>
    public Dictionary<string, string> Users { get; set; } = [];

    /// <summary>Path of the server certificate in PEM, those that sign it behind it. Read again when it changes.</summary>
    public string? CertificatePath { get; set; }

    /// <summary>Path of the certificate's private key in PEM, not encrypted. Default: it is in the certificate's file.</summary>
    public string? KeyPath { get; set; }

    /// <summary>Serves without TLS: passwords and records cross the network in clear. For a network that is itself encrypted. Default off.</summary>
    public bool AllowPlaintext { get; set; }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!IPAddress.TryParse(Host, out var address))
            yield return new($"Host ('{Host}') is not an IP address; use that of a network interface, or 0.0.0.0 for all.");
        else if (string.IsNullOrEmpty(AdvertisedHost) && (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any)))
            yield return new($"Host is {Host}, which no client can connect to; set AdvertisedHost to the name they reach this machine by.");
        if (Port != 0 && Port == RegistryPort)
            yield return new($"Port and RegistryPort are both {Port}.");
        foreach (var fault in PasswordFiles.FaultsOf(Users).Concat(TlsFaults()))
            yield return new(fault);
    }

    private IEnumerable<string> TlsFaults()
    {
        if (CertificatePath is not { Length: > 0 })
        {
            if (!AllowPlaintext)
                yield return "CertificatePath is not set, so passwords would cross the network in clear; set it, or AllowPlaintext=true where the network is encrypted itself.";
        }
        else if (AllowPlaintext)
        {
            yield return "CertificatePath and AllowPlaintext are both set; with a certificate nothing is served without TLS.";
        }
        else if (ServerCertificate.FaultOf(CertificatePath, KeyPath) is { } fault)
        {
            yield return fault;
        }
    }
}
