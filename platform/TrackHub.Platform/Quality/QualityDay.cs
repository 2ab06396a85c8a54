namespace TrackHub.Platform.Quality;

/// <summary>The match quality of a brand's events of one name on one day, or on several taken together.</summary>
/// <param name="BrandId">Brand.</param>
/// <param name="Day">Day in the brand's time zone; of several the last.</param>
/// <param name="EventName">Meta's name.</param>
/// <param name="Events">How many there were.</param>
/// <param name="Green">How many of them reached <see cref="MatchQuality.Green"/>.</param>
/// <param name="ScoreTenths">Sum of their scores, in tenths of a point.</param>
/// <param name="WithKey">How many brought each key, by Meta's name of it; keys that none brought are missing.</param>
public sealed record QualityDay(
    string BrandId, DateOnly Day, string EventName, long Events, long Green, long ScoreTenths, IReadOnlyDictionary<string, long> WithKey)
{
    /// <summary>Mean score, cut to one decimal.</summary>
    public double Score => MatchQuality.Cut(ScoreTenths, 10 * Events);

    /// <summary>Band of the mean.</summary>
    public QualityBand Band => MatchQuality.Band(Score);

    /// <summary>What each key that some events miss would add to the mean if all brought it, in points; most first.</summary>
    public IReadOnlyList<KeyGain> Gains() =>
    [
        .. MatchQuality.Keys
            .Select(key => new KeyGain(key, Events - WithKey.GetValueOrDefault(key.Name), Events))
            .Where(static gain => gain.Missing > 0)
            .OrderByDescending(static gain => gain.Points),
    ];

    /// <summary>Days of one brand and one event name, taken together.</summary>
    /// <param name="days">At least one.</param>
    public static QualityDay Sum(IReadOnlyCollection<QualityDay> days)
    {
        var last = days.MaxBy(static day => day.Day)!;
        return new(
            last.BrandId, last.Day, last.EventName, days.Sum(static d => d.Events), days.Sum(static d => d.Green), days.Sum(static d => d.ScoreTenths),
            days.SelectMany(static d => d.WithKey).GroupBy(static k => k.Key).ToDictionary(static g => g.Key, static g => g.Sum(static k => k.Value)));
    }
}

/// <summary>What a key would add.</summary>
/// <param name="Key">The key.</param>
/// <param name="Missing">Events without it.</param>
/// <param name="Events">All events.</param>
public sealed record KeyGain(QualityKey Key, long Missing, long Events)
{
    /// <summary>Points that the mean would rise by.</summary>
    public double Points => Key.Weight * Missing / Events;
}
