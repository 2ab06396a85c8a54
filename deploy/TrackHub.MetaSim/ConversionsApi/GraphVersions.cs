using System.Globalization;

namespace TrackHub.MetaSim.ConversionsApi;

/// <summary>
/// Versions of the Graph API as of September 2026: v24 to v26 are served; v21 to v23, no longer listed for the Marketing API
/// but still in the Graph table, are upgraded with a warning header; older ones are refused; newer ones are no path.
/// </summary>
internal static class GraphVersions
{
    public const int Latest = 26;
    private const int OldestServed = 24;
    private const int OldestUpgraded = 21;

    /// <summary>Text of <c>X-Ad-Api-Version-Warning</c> on an upgraded call.</summary>
    public const string UpgradeWarning = "The call has been auto-upgraded because the version is no longer available.";

    /// <summary>Judges the first path segment.</summary>
    /// <param name="segment">Such as <c>v25.0</c>.</param>
    /// <param name="isUpgraded">True when the answer must carry the warning.</param>
    /// <returns>The refusal, or null.</returns>
    public static GraphError? Check(string segment, string path, out bool isUpgraded)
    {
        isUpgraded = false;
        if (!TryParse(segment, out var version) || version > Latest)
            return ErrorCatalogue.UnknownVersion(path);
        if (version < OldestUpgraded)
            return ErrorCatalogue.DeprecatedVersion();
        isUpgraded = version < OldestServed;
        return null;
    }

    private static bool TryParse(string segment, out int version)
    {
        version = 0;
        return segment.Length is >= 4 and <= 6 && segment[0] is 'v' && segment.EndsWith(".0", StringComparison.Ordinal)
            && int.TryParse(segment.AsSpan(1, segment.Length - 3), NumberStyles.None, CultureInfo.InvariantCulture, out version);
    }
}
