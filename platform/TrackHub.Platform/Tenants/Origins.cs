namespace TrackHub.Platform.Tenants;

/// <summary>Origins as browsers send them (RFC 6454): scheme, host, port where it is not the scheme's own.</summary>
internal static class Origins
{
    private const int Most = 50;

    /// <summary>Reads origins into the browser's spelling; false when one is none: a path, another scheme, user information.</summary>
    public static bool TryRead(IEnumerable<string> values, out IReadOnlyList<string> origins)
    {
        var read = new List<string>();
        origins = read;
        foreach (var value in values)
        {
            if (!Uri.TryCreate(value.Trim(), UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https")
                || uri.AbsolutePath != "/" || uri.Query.Length > 0 || uri.Fragment.Length > 0 || uri.UserInfo.Length > 0 || read.Count == Most)
            {
                return false;
            }

            var host = uri.HostNameType == UriHostNameType.Dns ? uri.IdnHost.ToLowerInvariant() : uri.Host;
            var origin = $"{uri.Scheme}://{host}{(uri.IsDefaultPort ? "" : $":{uri.Port}")}";
            if (!read.Contains(origin))
                read.Add(origin);
        }

        return true;
    }
}
