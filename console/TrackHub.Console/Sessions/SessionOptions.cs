using System.ComponentModel.DataAnnotations;

namespace TrackHub.ConsoleApi.Sessions;

/// <summary>Sessions of people. Bound from section <c>Sessions</c>.</summary>
internal sealed class SessionOptions : IValidatableObject
{
    /// <summary>Section name.</summary>
    public const string Section = "Sessions";

    /// <summary>A session nobody has used for so long is over. Default 30 min.</summary>
    [Range(typeof(TimeSpan), "00:02:00", "7.00:00:00")]
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>A session is over after so long, however busy. Default 12 h, a long working day.</summary>
    [Range(typeof(TimeSpan), "00:02:00", "30.00:00:00")]
    public TimeSpan AbsoluteTimeout { get; set; } = TimeSpan.FromHours(12);

    /// <summary>Attempts a minute to sign in as one login, whether there is one or not, before 429; so many may come at once. Default 5.</summary>
    [Range(1, 10_000)]
    public int LoginsPerMinute { get; set; } = 5;

    /// <summary>Attempts a minute from one address (IPv6: one /64) to sign in, or to use a session or key that is none, before 429. Default 30.</summary>
    [Range(1, 10_000)]
    public int FailuresPerAddress { get; set; } = 30;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (AbsoluteTimeout < IdleTimeout)
            yield return new($"is shorter than IdleTimeout ({IdleTimeout})", [nameof(AbsoluteTimeout)]);
    }
}
