using System.Net;
using TrackHub.Ingest.Scripts;

namespace TrackHub.Ingest;

/// <summary>What a seller puts into the head of every page.</summary>
public static class TrackerSnippet
{
    /// <summary>The tag that loads the current tracker whenever the page is loaded, and so its corrections too.</summary>
    /// <param name="ingress">Public address of the ingress, as browsers reach it.</param>
    /// <param name="key">A publishable write key.</param>
    public static string Of(Uri ingress, string key) => $"<script async src=\"{Address(ingress, "t.js")}\" data-key=\"{WebUtility.HtmlEncode(key)}\"></script>";

    /// <summary>The tag that loads exactly the tracker of this build, and refuses any other bytes.</summary>
    /// <inheritdoc cref="Of"/>
    public static string PinnedOf(Uri ingress, string key) =>
        $"<script async src=\"{Address(ingress, TrackerScript.Current.Path[1..])}\" integrity=\"{TrackerScript.Current.Integrity}\" crossorigin=\"anonymous\""
        + $" data-key=\"{WebUtility.HtmlEncode(key)}\"></script>";

    private static string Address(Uri ingress, string script)
    {
        ArgumentNullException.ThrowIfNull(ingress);
        return WebUtility.HtmlEncode(new Uri(ingress, script).AbsoluteUri);
    }
}
