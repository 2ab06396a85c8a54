namespace TrackHub.Platform.Identity;

/// <summary>Browser and system of a user agent, coarse enough to name nobody.</summary>
/// <param name="Browser">Family, lower case; null when unknown.</param>
/// <param name="Major">Its major version; null when unknown.</param>
/// <param name="Os">System family, lower case; null when unknown.</param>
public readonly record struct CoarseAgent(string? Browser, int? Major, string? Os);

/// <summary>Reads families out of user agents. Order decides: most browsers name the ones they descend from as well.</summary>
public static class UserAgents
{
    private static readonly (string Token, string Family)[] Browsers =
    [
        ("Instagram ", "instagram"), ("FBAV/", "facebook"), ("TikTok ", "tiktok"), ("BytedanceWebview/", "tiktok"),
        ("EdgA/", "edge"), ("EdgiOS/", "edge"), ("Edg/", "edge"), ("OPR/", "opera"), ("OPT/", "opera"), ("SamsungBrowser/", "samsung"),
        ("YaBrowser/", "yandex"), ("FxiOS/", "firefox"), ("Firefox/", "firefox"), ("CriOS/", "chrome"), ("Chrome/", "chrome"),
        ("Version/", "safari"),
    ];

    private static readonly (string Token, string Family)[] Systems =
    [
        ("Windows", "windows"), ("Android", "android"), ("iPhone", "ios"), ("iPad", "ios"), ("iPod", "ios"),
        ("CrOS", "chromeos"), ("Mac OS X", "macos"), ("Macintosh", "macos"), ("Linux", "linux"),
    ];

    /// <summary>The families a user agent names; nothing for one that names none. Never throws.</summary>
    public static CoarseAgent Parse(ReadOnlySpan<char> userAgent)
    {
        if (userAgent.IsWhiteSpace())
            return default;

        string? os = null;
        foreach (var (token, family) in Systems)
        {
            if (!userAgent.Contains(token, StringComparison.Ordinal))
                continue;
            os = family;
            break;
        }

        foreach (var (token, family) in Browsers)
        {
            var at = userAgent.IndexOf(token, StringComparison.Ordinal);
            if (at < 0 || (family == "safari" && !userAgent.Contains("Safari/", StringComparison.Ordinal)))
                continue;
            return new(family, MajorAt(userAgent[(at + token.Length)..]), os);
        }

        return new(Browser: null, Major: null, os);
    }

    private static int? MajorAt(ReadOnlySpan<char> text)
    {
        var digits = text.IndexOfAnyExceptInRange('0', '9');
        if (digits < 0)
            digits = text.Length;
        return digits is > 0 and <= 5 ? int.Parse(text[..digits]) : null;
    }
}
