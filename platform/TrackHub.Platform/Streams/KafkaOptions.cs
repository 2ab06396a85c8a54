using System.ComponentModel.DataAnnotations;

namespace TrackHub.Platform.Streams;

/// <summary>Where the log is. Bound from section <c>Kafka</c>.</summary>
public sealed class KafkaOptions
{
    /// <summary>Comma-separated <c>host:port</c> list of brokers. Required.</summary>
    [Required]
    public string BootstrapServers { get; set; } = "";

    /// <summary>Time without a heartbeat after which a group gives a consumer's partitions away. Default 45 s; a broker accepts 6 s to 30 min.</summary>
    [Range(typeof(TimeSpan), "00:00:06", "00:30:00")]
    public TimeSpan SessionTimeout { get; set; } = TimeSpan.FromSeconds(45);

    /// <summary>Compression of produced batches: none, gzip, snappy, lz4 or zstd. Default lz4: cheapest per byte saved on small JSON-like values.</summary>
    [RegularExpression("none|gzip|snappy|lz4|zstd")]
    public string Compression { get; set; } = "lz4";

    /// <summary>Any further librdkafka property, for example <c>security.protocol</c>; wins over TrackHub's own.</summary>
    public Dictionary<string, string> Properties { get; set; } = [];
}

/// <summary>Where the schema registry is. Bound from section <c>SchemaRegistry</c>.</summary>
public sealed class SchemaRegistryOptions : IValidatableObject
{
    /// <summary>
    /// Absolute base address of the Confluent-compatible REST API. Required. Credentials in it (<c>https://user:password@host</c>) are sent as
    /// basic authentication and kept out of messages.
    /// </summary>
    [Required]
    public Uri? Url { get; set; }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Url is not { IsAbsoluteUri: true, Scheme: "http" or "https" })
            yield return new("must be an absolute http or https address.", [nameof(Url)]);
    }
}
