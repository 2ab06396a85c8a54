using TrackHub.Schemas;

namespace TrackHub.Platform.Quality;

/// <summary>A key of user data and what it is worth.</summary>
/// <param name="Name">Meta's name of it.</param>
/// <param name="Hundredths">Its weight, in hundredths of a point.</param>
/// <param name="IsPresent">Whether user data holds it.</param>
public sealed record QualityKey(string Name, int Hundredths, Func<UserData, bool> IsPresent)
{
    /// <summary>Its weight in points of 10.</summary>
    public double Weight => Hundredths / 100.0;
}

/// <summary>
/// How well Meta can match an event: 0 to 10 from the keys of user data that it brings.
/// </summary>
/// <remarks>
/// Source of the order: Meta's help centre, "About event match quality" (https://www.facebook.com/business/help/765081237991954): e-mail and click
/// id weigh high; phone, external id, browser id, birth date and country medium; names, city and postcode low. Address and user agent, which a web
/// event needs, stand beside e-mail and phone on Meta's page of best practices. Meta publishes no numbers: these are ours, made so that e-mail, phone
/// and click id together are just good. Meta's own score also knows how many of the people it found, which nobody outside can.
/// </remarks>
public static class MatchQuality
{
    /// <summary>The score from which Meta calls an event well matched, and from which TrackHub shows green.</summary>
    public const double Green = 6;

    /// <summary>The one table of weights, heaviest first; they add up to 10.</summary>
    public static readonly IReadOnlyList<QualityKey> Keys =
    [
        new("em", 250, static u => u.Em.Count > 0),
        new("fbc", 200, static u => u.Fbc is not null),
        new("ph", 150, static u => u.Ph.Count > 0),
        new("fbp", 80, static u => u.Fbp is not null),
        new("client_ip_address", 80, static u => u.ClientIpAddress is not null),
        new("external_id", 70, static u => u.ExternalId.Count > 0),
        new("client_user_agent", 40, static u => u.ClientUserAgent is not null),
        new("country", 30, static u => u.Country.Count > 0),
        new("fn", 20, static u => u.Fn.Count > 0),
        new("ln", 20, static u => u.Ln.Count > 0),
        new("db", 20, static u => u.Db.Count > 0),
        new("zp", 15, static u => u.Zp.Count > 0),
        new("ct", 10, static u => u.Ct.Count > 0),
        new("st", 10, static u => u.St.Count > 0),
        new("ge", 5, static u => u.Ge.Count > 0),
    ];

    /// <summary>The keys present in Meta's names, and the score cut to one decimal.</summary>
    public static (IReadOnlyList<string> Keys, double Score) Of(UserData userData)
    {
        var keys = new List<string>();
        var score = 0;
        foreach (var key in Keys)
        {
            if (!key.IsPresent(userData))
                continue;
            keys.Add(key.Name);
            score += key.Hundredths;
        }

        return (keys, Cut(score, 100));
    }

    /// <summary>A sum divided, cut to one decimal and not rounded: what is shown as 6.0 has reached 6.</summary>
    /// <param name="sum">Sum, not negative.</param>
    /// <param name="divisor">What makes it a score, from 1.</param>
    public static double Cut(long sum, long divisor) => sum * 10 / divisor / 10.0;

    /// <summary>Poor below 4, OK below 6, Good below 8, Great from 8.</summary>
    public static QualityBand Band(double score) => score switch
    {
        < 4 => QualityBand.Poor,
        < Green => QualityBand.Ok,
        < 8 => QualityBand.Good,
        _ => QualityBand.Great,
    };

    /// <summary>Whether the score is green: from 6.0, Meta's own advice.</summary>
    public static bool IsGreen(double score) => score >= Green;
}

/// <summary>Bands of the match quality.</summary>
public enum QualityBand
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
