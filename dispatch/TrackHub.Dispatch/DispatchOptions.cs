using System.ComponentModel.DataAnnotations;
using TrackHub.Dispatch.Calling;

namespace TrackHub.Dispatch;

/// <summary>How the dispatcher batches, claims and calls. Bound from section <c>Dispatch</c>.</summary>
internal sealed class DispatchOptions : IValidatableObject
{
    /// <summary>Name of the section.</summary>
    public const string Section = "Dispatch";

    /// <summary>Events in one call. Default and bound: Meta's 1,000.</summary>
    [Range(1, 1_000)]
    public int MaxBatchEvents { get; set; } = 1_000;

    /// <summary>Bytes of one call's body. Default 1 MiB: Meta documents no limit, this is our own.</summary>
    [Range(16 * 1024, 8 * 1024 * 1024)]
    public int MaxBatchBytes { get; set; } = 1024 * 1024;

    /// <summary>
    /// How long a Purchase waits for company at most, on average half of it: the lanes of a process send on common beats, so far apart. Default 50 ms.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:00.100")]
    public TimeSpan Linger { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How long a browser event waits for company at most. Default 250 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:05")]
    public TimeSpan BulkLinger { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Calls at once of one lane. Default 4: a small part of all, so that no lane takes the role for itself.</summary>
    [Range(1, 64)]
    public int LaneConcurrency { get; set; } = 4;

    /// <summary>
    /// Calls at once of all lanes; bounds how many a crash can leave with unknown outcome. Default 112: twenty busy lanes, four calls each, need not wait for each
    /// other while answers take long, and a quarter is kept for brands that have none.
    /// </summary>
    [Range(1, 1_024)]
    public int Concurrency { get; set; } = 112;

    /// <summary>
    /// Events that may wait in a lane that is closed or whose last call failed. Full: further ones go to <c>capi-hold-15s</c>. Half of the places are kept for
    /// Purchases. Default 2,000: the consumer gives out 20,000 at once, so nine full lanes still leave room for the others.
    /// </summary>
    [Range(10, 20_000)]
    public int LaneQueue { get; set; } = 2_000;

    /// <summary>
    /// Events that may wait in a lane whose calls work: they are gone sooner than from <c>capi-hold-15s</c>. As many places as in <see cref="LaneQueue"/> are kept
    /// for Purchases. Default 6,000: with what is in its calls a lane has half of what the consumer gives out at once.
    /// </summary>
    [Range(10, 20_000)]
    public int LaneBurst { get; set; } = 6_000;

    /// <summary>Calls of a lane that fail one after the other before its breaker opens. Default 10.</summary>
    [Range(1, 1_000)]
    public int BreakerFailures { get; set; } = 10;

    /// <summary>How long an open breaker waits before it lets one event through as a probe. Default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00")]
    public TimeSpan BreakerPause { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Limit of one call, from connect to last byte. Default 5 s: three times what Meta's slow answers take.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:00:10")]
    public TimeSpan AttemptTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long after its claim a call may still begin. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:00:10")]
    public TimeSpan ClaimPatience { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a claim holds by the database's clock. Default 15 s; must outlast claim patience and attempt together.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(15);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Lease <= ClaimPatience + AttemptTimeout)
        {
            yield return new(
                $"Lease ({Lease}) must be longer than ClaimPatience and AttemptTimeout together ({ClaimPatience + AttemptTimeout}); "
                + "else two may send one event.",
                [nameof(Lease)]);
        }

        if (LaneBurst < LaneQueue)
            yield return new($"LaneBurst ({LaneBurst}) is below LaneQueue ({LaneQueue}).", [nameof(LaneBurst)]);
        if (LaneConcurrency > Concurrency)
            yield return new($"LaneConcurrency ({LaneConcurrency}) is above Concurrency ({Concurrency}).", [nameof(LaneConcurrency)]);
    }
}

/// <summary>Where Meta's Conversions API is. Bound from section <c>Meta</c>.</summary>
internal sealed class MetaOptions : IValidatableObject
{
    /// <summary>Name of the section.</summary>
    public const string Section = "Meta";

    /// <summary>Absolute http or https address. Default Meta's; the simulator's on one machine.</summary>
    [Required]
    public Uri BaseUrl { get; set; } = new("https://graph.facebook.com");

    /// <summary>Graph API version. Default v25.0, which Meta serves until July 2028.</summary>
    [RegularExpression(@"^v[0-9]{2}\.[0-9]$")]
    public string ApiVersion { get; set; } = GraphVersions.Usual;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!BaseUrl.IsAbsoluteUri || (BaseUrl.Scheme != Uri.UriSchemeHttps && BaseUrl.Scheme != Uri.UriSchemeHttp))
            yield return new($"BaseUrl ({BaseUrl}) must be an absolute http or https address, such as https://graph.facebook.com.", [nameof(BaseUrl)]);
    }
}
