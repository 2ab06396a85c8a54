using System.ComponentModel.DataAnnotations;
using Confluent.Kafka;

namespace TrackHub.Platform.Streams;

/// <summary>Where the log is, and how to come in. Bound from section <c>Kafka</c>.</summary>
public sealed class KafkaOptions : IValidatableObject
{
    /// <summary>Comma-separated <c>host:port</c> list of brokers. Required.</summary>
    [Required]
    public string BootstrapServers { get; set; } = "";

    /// <summary>plaintext, ssl, sasl_plaintext or sasl_ssl, as the brokers' listener wants it. Default plaintext.</summary>
    [RegularExpression("plaintext|ssl|sasl_plaintext|sasl_ssl")]
    public string SecurityProtocol { get; set; } = "plaintext";

    /// <summary>How to authenticate where the protocol is a sasl one. Default PLAIN.</summary>
    [RegularExpression("PLAIN|SCRAM-SHA-256|SCRAM-SHA-512")]
    public string SaslMechanism { get; set; } = "PLAIN";

    /// <summary>User. Required where the protocol is a sasl one.</summary>
    public string? SaslUsername { get; set; }

    /// <summary>Its password. Required where the protocol is a sasl one.</summary>
    public string? SaslPassword { get; set; }

    /// <summary>Path of the certificates, in PEM, that sign the brokers'. Default: those the system trusts.</summary>
    public string? SslCaLocation { get; set; }

    /// <summary>Time without a heartbeat after which a group gives a consumer's partitions away. Default 45 s; a broker accepts 6 s to 30 min.</summary>
    [Range(typeof(TimeSpan), "00:00:06", "00:30:00")]
    public TimeSpan SessionTimeout { get; set; } = TimeSpan.FromSeconds(45);

    /// <summary>Compression of produced batches: none, gzip, snappy, lz4 or zstd. Default lz4: cheapest per byte saved on small JSON-like values.</summary>
    [RegularExpression("none|gzip|snappy|lz4|zstd")]
    public string Compression { get; set; } = "lz4";

    /// <summary>Any further librdkafka property; wins over TrackHub's own.</summary>
    public Dictionary<string, string> Properties { get; set; } = [];

    private bool IsSasl => SecurityProtocol.StartsWith("sasl_", StringComparison.Ordinal);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (IsSasl && string.IsNullOrEmpty(SaslUsername))
            yield return new($"is needed with SecurityProtocol {SecurityProtocol}.", [nameof(SaslUsername)]);
        if (IsSasl && string.IsNullOrEmpty(SaslPassword))
            yield return new($"is needed with SecurityProtocol {SecurityProtocol}.", [nameof(SaslPassword)]);
        if (!IsSasl && !string.IsNullOrEmpty(SaslUsername))
            yield return new($"is not sent with SecurityProtocol {SecurityProtocol}; set that to sasl_ssl or sasl_plaintext.", [nameof(SaslUsername)]);
        if (!string.IsNullOrEmpty(SslCaLocation) && !Path.Exists(SslCaLocation))
            yield return new("must be a file of certificates in PEM.", [nameof(SslCaLocation)]);
    }

    /// <summary>Gives a client's settings what all clients share: brokers, security, and <see cref="Properties"/> last.</summary>
    /// <returns>The same settings.</returns>
    public T Connect<T>(T settings)
        where T : ClientConfig
    {
        ArgumentNullException.ThrowIfNull(settings);
        settings.BootstrapServers = BootstrapServers;
        settings.Set("security.protocol", SecurityProtocol);
        if (IsSasl)
        {
            settings.Set("sasl.mechanism", SaslMechanism);
            settings.SaslUsername = SaslUsername;
            settings.SaslPassword = SaslPassword;
        }

        if (!string.IsNullOrEmpty(SslCaLocation))
            settings.SslCaLocation = SslCaLocation;
        foreach (var (name, value) in Properties)
            settings.Set(name, value);
        return settings;
    }
}

/// <summary>Where the schema registry is, and how to come in. Bound from section <c>SchemaRegistry</c>.</summary>
public sealed class SchemaRegistryOptions : IValidatableObject
{
    /// <summary>
    /// Absolute base address of the Confluent-compatible REST API. Required. Credentials in it (<c>https://user:password@host</c>) are sent as
    /// basic authentication and kept out of messages.
    /// </summary>
    [Required]
    public Uri? Url { get; set; }

    /// <summary>User of basic authentication, where the address holds none. Default: no authentication.</summary>
    public string? Username { get; set; }

    /// <summary>Its password.</summary>
    public string? Password { get; set; }

    /// <summary>Path of the certificates, in PEM, that sign the registry's. Default: those the system trusts.</summary>
    public string? SslCaLocation { get; set; }

    /// <summary>The address with its credentials, however they were given.</summary>
    internal Uri Address => string.IsNullOrEmpty(Username)
        ? Url!
        : new UriBuilder(Url!) { UserName = Uri.EscapeDataString(Username), Password = Uri.EscapeDataString(Password ?? "") }.Uri;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Url is not { IsAbsoluteUri: true, Scheme: "http" or "https" })
            yield return new("must be an absolute http or https address.", [nameof(Url)]);
        else if (Url.UserInfo.Length > 0 && !string.IsNullOrEmpty(Username))
            yield return new("is set, and the address holds credentials as well; leave one of both.", [nameof(Username)]);
        if (string.IsNullOrEmpty(Username) != string.IsNullOrEmpty(Password))
            yield return new("and Username are needed together.", [nameof(Password)]);
        if (!string.IsNullOrEmpty(SslCaLocation) && !Path.Exists(SslCaLocation))
            yield return new("must be a file of certificates in PEM.", [nameof(SslCaLocation)]);
    }
}
