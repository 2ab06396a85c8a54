using System.ComponentModel.DataAnnotations;

namespace TrackHub.Metrics.Pulling;

/// <summary>How ad accounts' spend is pulled. Bound from section <c>Spend</c>.</summary>
internal sealed class SpendOptions : IValidatableObject
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Spend";

    /// <summary>How often an account's last days are pulled. Default 15 min; 96 pulls a day of some pages each stay far below the platforms' limits.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "1.00:00:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>Days of the account's calendar that each pull reads, today included. Default 2: today and yesterday still change all the time.</summary>
    [Range(1, 90)]
    public int RecentDays { get; set; } = 2;

    /// <summary>How often an account is pulled as far back as its figures may still change. Default once a day.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "30.00:00:00")]
    public TimeSpan WideInterval { get; set; } = TimeSpan.FromDays(1);

    /// <summary>Days that such a pull, and an account's first, reads. Default 28: platforms correct clicks and cost for some weeks.</summary>
    [Range(1, 90)]
    public int WideDays { get; set; } = 28;

    /// <summary>How soon a platform that could not be reached is asked again; doubled with each failure, up to <see cref="ErrorInterval"/>. Default 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "1.00:00:00")]
    public TimeSpan RetryInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How often an account whose key was refused is tried all the same. Default 6 h; a new key is tried at once.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "7.00:00:00")]
    public TimeSpan ErrorInterval { get; set; } = TimeSpan.FromHours(6);

    /// <summary>Longest pull of one account. Default 5 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan TimeLimit { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How much longer than <see cref="TimeLimit"/> nobody else takes the account: time to tell the log. Default 1 min; whoever dies leaves it until then.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan LeaseMargin { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Accounts pulled at once by one process. Default 4.</summary>
    [Range(1, 64)]
    public int Concurrency { get; set; } = 4;

    /// <summary>How often accounts that are due are looked for while there are none. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:05:00")]
    public TimeSpan CheckInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (WideDays < RecentDays)
            yield return new($"WideDays ({WideDays}) is below RecentDays ({RecentDays}); the wide pull reads the recent days too.", [nameof(WideDays)]);
    }
}
