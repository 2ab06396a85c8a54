using System.ComponentModel.DataAnnotations;

namespace TrackHub.ConsoleApi.Performance;

/// <summary>The performance API. Bound from section <c>Performance</c>.</summary>
internal sealed class PerformanceOptions
{
    /// <summary>Section name.</summary>
    public const string Section = "Performance";

    /// <summary>Whether <c>mock=true</c> is answered with made-up data. Default: everywhere but in the environment Production, which is .NET's default too.</summary>
    public bool? AllowMock { get; set; }

    /// <summary>How long a platform may take to say whether it takes a key. Default 10 s; a page waits for it.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan ValidationTimeout { get; set; } = TimeSpan.FromSeconds(10);
}
