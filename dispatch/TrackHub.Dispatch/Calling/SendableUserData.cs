using TrackHub.Platform.Identity;
using TrackHub.Schemas;

namespace TrackHub.Dispatch.Calling;

/// <summary>Leaves out what Meta would refuse of user data: one bad value costs its whole batch, a missing one only a little match quality.</summary>
/// <remarks>
/// Source: Conversions API, "Customer information parameters": hashed keys are SHA-256 in 64 hexadecimal digits, in lower case, with or without the suffix of
/// the parameter builder; address, user agent and cookies are never hashed. The ingress makes them so; what was written by another hand is looked at here.
/// </remarks>
internal static class SendableUserData
{
    // Meta documents no limit; more values than this come from broken input.
    private const int MaxValues = 10;

    /// <summary>The user data without values that may not be sent; the same instance where there are none.</summary>
    public static UserData Of(UserData data) => IsGood(data)
        ? data
        : data with
        {
            Em = HashesOf(data.Em),
            Ph = HashesOf(data.Ph),
            Fn = HashesOf(data.Fn),
            Ln = HashesOf(data.Ln),
            Ct = HashesOf(data.Ct),
            St = HashesOf(data.St),
            Zp = HashesOf(data.Zp),
            Country = HashesOf(data.Country),
            Db = HashesOf(data.Db),
            Ge = HashesOf(data.Ge),
            ExternalId = [.. data.ExternalId.Where(IsText).Take(MaxValues)],
            ClientIpAddress = IsAddress(data.ClientIpAddress) ? data.ClientIpAddress : null,
            Fbc = IsClickCookie(data.Fbc) ? data.Fbc : null,
            Fbp = IsBrowserCookie(data.Fbp) ? data.Fbp : null,
        };

    private static bool IsGood(UserData data) =>
        AreHashes(data.Em) && AreHashes(data.Ph) && AreHashes(data.Fn) && AreHashes(data.Ln) && AreHashes(data.Ct) && AreHashes(data.St)
        && AreHashes(data.Zp) && AreHashes(data.Country) && AreHashes(data.Db) && AreHashes(data.Ge)
        && All(data.ExternalId, IsText) && IsAddress(data.ClientIpAddress) && IsClickCookie(data.Fbc) && IsBrowserCookie(data.Fbp);

    private static bool AreHashes(IReadOnlyList<string> values) => All(values, IsHash);

    private static bool All(IReadOnlyList<string> values, Func<string, bool> isGood)
    {
        for (var i = 0; i < values.Count; i++)   // by index: the enumerator of an interface would be allocated, a dozen times an event
        {
            if (!isGood(values[i]))
                return false;
        }

        return values.Count <= MaxValues;
    }

    private static string[] HashesOf(IReadOnlyList<string> values) => [.. values.Where(IsHash).Take(MaxValues)];

    private static bool IsHash(string value) => Hashes.IsSendable(value);

    private static bool IsText(string value) => value.Length > 0;

    private static bool IsAddress(string? ip) => ip is null || (IpAddresses.TryNormalize(ip, out var normalized) && normalized == ip);

    private static bool IsClickCookie(string? fbc) => fbc is null || Fbc.TryParse(fbc, out _);

    private static bool IsBrowserCookie(string? fbp) => fbp is null || Fbp.IsValid(fbp);
}
