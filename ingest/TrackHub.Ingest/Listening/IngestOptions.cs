using System.ComponentModel.DataAnnotations;
using System.Net;
using TrackHub.Platform.Hosting;

namespace TrackHub.Ingest.Listening;

/// <summary>The public port. Bound from section <c>Ingest</c>.</summary>
/// <remarks>Body limits are part of the interface and not set here: 16 KB for one track event, 256 KB for a batch and a webhook.</remarks>
internal sealed class IngestOptions : IValidatableObject
{
    /// <summary>Section name.</summary>
    public const string Section = "Ingest";

    /// <summary>Address to listen on. Default 127.0.0.1; <c>0.0.0.0</c> or <c>::</c> for all.</summary>
    [Required]
    public string Host { get; set; } = "127.0.0.1";

    /// <summary>Port to listen on; 0 takes a free one. Default 8400.</summary>
    [Range(0, 65535)]
    public int Port { get; set; } = 8400;

    /// <summary>Open connections, busy or idle; more are closed at once. Default 16,384: 10,000 idle browsers and room for gateways.</summary>
    [Range(16, 1_000_000)]
    public int MaxConnections { get; set; } = 16_384;

    /// <summary>How long the headers of a request may take. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.500", "00:01:00")]
    public TimeSpan HeadersTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long an idle connection stays open. Default 75 s, longer than common proxies keep theirs, so that they close first.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan KeepAliveTimeout { get; set; } = TimeSpan.FromSeconds(75);

    /// <summary>Slowest body that is waited for, in bytes a second. Default 240.</summary>
    [Range(1, 1_000_000)]
    public int MinBodyBytesPerSecond { get; set; } = 240;

    /// <summary>How long a body may be slower than that before the request ends with 408. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01.100", "00:01:00")]
    public TimeSpan BodyRateGrace { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Proxies in front whose <c>X-Forwarded-For</c> is believed: addresses and networks, separated by commas. Default empty: nobody's. Needed behind any
    /// proxy, for otherwise all visitors are one address, in the limits below and in what is matched.
    /// </summary>
    public string TrustedProxies { get; set; } = "";

    /// <summary>
    /// Browser events a second from one address (IPv6: one /64) with publishable keys before 429. Default 500: a quarter of a write key's
    /// <c>track_per_second</c>, and room for thousands of visitors behind a mobile carrier's shared address.
    /// </summary>
    [Range(1, 100_000)]
    public int AddressPerSecond { get; set; } = 500;

    /// <summary>Browser events at once from one address; at least a second's worth counts. Default 5,000.</summary>
    [Range(1, 1_000_000)]
    public int AddressBurst { get; set; } = 5_000;

    /// <summary>
    /// Webhooks a second from one address that do not prove themselves before 429. Default 50. One that does is never limited, not even from the same address.
    /// </summary>
    [Range(1, 100_000)]
    public int UnprovenPerSecond { get; set; } = 50;

    /// <summary>Unproven webhooks at once from one address; at least a second's worth counts. Default 1,000: a gateway of many sellers has few addresses.</summary>
    [Range(1, 1_000_000)]
    public int UnprovenBurst { get; set; } = 1_000;

    /// <summary>
    /// How long the log may take to acknowledge before a webhook goes to the spool, and a browser event's answer is 503. Default 150 ms: a gateway's ack
    /// must leave within 200.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:00:10")]
    public TimeSpan AckTimeout { get; set; } = TimeSpan.FromMilliseconds(150);

    /// <summary>Most deliveries of one connection that are kept a day although they do not prove themselves; 0 keeps none. Default 1,000.</summary>
    [Range(0, 100_000)]
    public int QuarantinePerDay { get; set; } = 1_000;

    /// <summary>
    /// Folder of the spool, which keeps webhooks while the log does not answer; of this ingress alone, on a disk that outlives it. Default empty: no spool, a
    /// webhook is then 503 like a browser event. The command line's roles have <c>spool</c> below <c>--data</c>.
    /// </summary>
    public string SpoolDirectory { get; set; } = "";

    /// <summary>Most bytes of waiting records; beyond them webhooks are refused. Default 1 GiB, some 400,000 sales.</summary>
    [Range(1L << 16, 1L << 40)]
    public long SpoolMaxBytes { get; set; } = 1L << 30;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!IPAddress.TryParse(Host, out _))
            yield return new($"'{Host}' is no IP address; give one of this machine, 0.0.0.0 or ::", [nameof(Host)]);
        if (!ForwardedClients.TryRead(TrustedProxies, out _))
            yield return new("must be IP addresses and networks such as 10.0.0.7, 10.1.0.0/16, whose first address it names", [nameof(TrustedProxies)]);
    }
}
