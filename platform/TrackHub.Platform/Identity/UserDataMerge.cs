using TrackHub.Schemas;

namespace TrackHub.Platform.Identity;

/// <summary>Joins what the sale and its click know of a person.</summary>
public static class UserDataMerge
{
    // Meta documents no limit; more spellings than this come from broken input.
    private const int MaxValues = 6;

    /// <summary>
    /// Hashed keys: the sale's values first, then those of the click that are new. Address, user agent and cookies: the browser's, from the
    /// click where it has them, since address and user agent of a sale are the checkout's view of the buyer at best.
    /// </summary>
    /// <param name="sale">From the gateway; null when it carried none.</param>
    /// <param name="click">From the winning click; null without a match.</param>
    public static UserData Merge(UserData? sale, UserData? click)
    {
        if (sale is null || click is null)
            return sale ?? click ?? new UserData();

        // Address and user agent belong to one moment of one device: they are never mixed from two.
        var device = click.ClientIpAddress is not null ? click : sale;
        return new UserData
        {
            Em = Union(sale.Em, click.Em),
            Ph = Union(sale.Ph, click.Ph),
            Fn = Union(sale.Fn, click.Fn),
            Ln = Union(sale.Ln, click.Ln),
            Ct = Union(sale.Ct, click.Ct),
            St = Union(sale.St, click.St),
            Zp = Union(sale.Zp, click.Zp),
            Country = Union(sale.Country, click.Country),
            Db = Union(sale.Db, click.Db),
            Ge = Union(sale.Ge, click.Ge),
            ExternalId = Union(sale.ExternalId, click.ExternalId),
            ClientIpAddress = device.ClientIpAddress,
            ClientUserAgent = device.ClientUserAgent ?? click.ClientUserAgent ?? sale.ClientUserAgent,
            Fbc = click.Fbc ?? sale.Fbc,
            Fbp = click.Fbp ?? sale.Fbp,
        };
    }

    private static string[] Union(IEnumerable<string> first, IEnumerable<string> second) =>
        [.. first.Concat(second).Distinct(StringComparer.Ordinal).Take(MaxValues)];
}
