using TrackHub.Schemas;

namespace TrackHub.Matching.Deciding;

/// <summary>
/// How well Meta can match an event: 0 to 10 from the user-data keys present. Weights follow the order of Meta's help centre (click id
/// and e-mail high; phone, external id, browser id, birth date, country medium; names, city, postcode low; reference/meta-capi §13);
/// Meta publishes no numbers, so these are ours.
/// </summary>
internal static class MatchQuality
{
    /// <summary>The one table of weights; they add up to 10.</summary>
    public static readonly IReadOnlyList<(string Key, double Weight, Func<UserData, bool> Present)> Weights =
    [
        ("em", 2.50, static u => u.Em.Count > 0),
        ("fbc", 2.00, static u => u.Fbc is not null),
        ("ph", 1.50, static u => u.Ph.Count > 0),
        ("fbp", 0.80, static u => u.Fbp is not null),
        ("client_ip_address", 0.80, static u => u.ClientIpAddress is not null),
        ("external_id", 0.70, static u => u.ExternalId.Count > 0),
        ("client_user_agent", 0.40, static u => u.ClientUserAgent is not null),
        ("country", 0.30, static u => u.Country.Count > 0),
        ("fn", 0.20, static u => u.Fn.Count > 0),
        ("ln", 0.20, static u => u.Ln.Count > 0),
        ("db", 0.20, static u => u.Db.Count > 0),
        ("zp", 0.15, static u => u.Zp.Count > 0),
        ("ct", 0.10, static u => u.Ct.Count > 0),
        ("st", 0.10, static u => u.St.Count > 0),
        ("ge", 0.05, static u => u.Ge.Count > 0),
    ];

    /// <summary>The keys present in Meta's names, and the score rounded to one decimal.</summary>
    public static (IReadOnlyList<string> Keys, double Score) Of(UserData userData)
    {
        var keys = new List<string>();
        var score = 0.0;
        foreach (var (key, weight, present) in Weights)
        {
            if (!present(userData))
                continue;
            keys.Add(key);
            score += weight;
        }

        return (keys, Math.Round(score, 1, MidpointRounding.AwayFromZero));
    }

    /// <summary>Poor below 4, OK below 6, Good below 8, Great from 8.</summary>
    public static QualityBand Band(double score) => score switch
    {
        < 4 => QualityBand.Poor,
        < 6 => QualityBand.Ok,
        < 8 => QualityBand.Good,
        _ => QualityBand.Great,
    };

    /// <summary>Green from 6.0, Meta's own advice.</summary>
    public static bool IsGreen(double score) => Band(score) >= QualityBand.Good;
}

/// <summary>Bands of the match quality.</summary>
internal enum QualityBand
{
    /// <summary>Below 4.</summary>
    Poor,

    /// <summary>4 to below 6.</summary>
    Ok,

    /// <summary>6 to below 8.</summary>
    Good,

    /// <summary>8 and above.</summary>
    Great,
}
