using System.ComponentModel.DataAnnotations;

namespace TrackHub.Matching.Windows;

/// <summary>Where the windows are. Bound from section <c>Redis</c>.</summary>
internal sealed class RedisOptions
{
    /// <summary><c>host:port</c>, several separated by commas for a cluster. Required.</summary>
    [Required]
    public string Endpoint { get; set; } = "";

    /// <summary>Password, if the server wants one.</summary>
    public string? Password { get; set; }

    /// <summary>Database number; a cluster has only 0. Default 0.</summary>
    [Range(0, 65_535)]
    public int Database { get; set; }

    /// <summary>Longest wait for one batch of commands; then Redis counts as away. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(5);
}
