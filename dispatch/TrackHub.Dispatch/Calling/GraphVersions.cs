using System.Globalization;

namespace TrackHub.Dispatch.Calling;

/// <summary>Until when Meta serves a version of the Graph API, as far as is known.</summary>
/// <remarks>
/// Sources: Graph API changelog and Marketing API versioning, September 2026. Nobody says which of the two tables holds for <c>/events</c>: the earlier date
/// counts. A call to a version that is gone may be served by the next one in silence, with header <c>X-Ad-Api-Version-Warning</c>.
/// </remarks>
public static class GraphVersions
{
    /// <summary>How long before its end a version is warned of: one release of ours, and time to try the next one.</summary>
    public static readonly TimeSpan Notice = TimeSpan.FromDays(90);

    /// <summary>The version called where nothing else is configured.</summary>
    public const string Usual = "v25.0";

    // v23 and older are in the Marketing API's table no more; since when is not told, only that it was so when this was written.
    private const int LastUnlisted = 23;
    private static readonly DateTimeOffset UnlistedSince = Utc(2026, 9, 1);

    /// <summary>When Meta stops to serve a version; null if no date is set yet, or none is known to this build.</summary>
    /// <param name="version">Such as <c>v25.0</c>.</param>
    public static DateTimeOffset? EndOf(string version) => Number(version) switch
    {
        <= LastUnlisted => UnlistedSince,
        24 => Utc(2026, 10, 6),
        25 => Utc(2028, 7, 29),
        _ => null,
    };

    /// <summary>What an operator should know of a version; null while there is nothing.</summary>
    public static string? WarningOf(string version, DateTimeOffset now) => EndOf(version) switch
    {
        { } end when end <= now => $"Meta has stopped to serve Graph version {version} on or before {Day(end)}",
        { } end when end - now < Notice => $"Meta stops to serve Graph version {version} on {Day(end)}, in {(end - now).Days} days",
        _ => null,
    };

    private static int Number(string version) =>
        version.Split('.')[0] is ['v', .. var digits] && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : int.MaxValue;

    private static string Day(DateTimeOffset time) => time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static DateTimeOffset Utc(int year, int month, int day) => new(year, month, day, 0, 0, 0, TimeSpan.Zero);
}
