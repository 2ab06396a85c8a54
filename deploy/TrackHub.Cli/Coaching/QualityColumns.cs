using System.Globalization;
using TrackHub.Cli.Output;
using TrackHub.Platform.Quality;

namespace TrackHub.Cli.Coaching;

/// <summary>How match quality is shown. Pure.</summary>
internal static class QualityColumns
{
    private const int NamedGains = 4;

    // What would not show in one decimal.
    private const double Least = 0.05;

    /// <summary>A day in one line for people.</summary>
    public static readonly IReadOnlyList<Column<QualityDay>> Line =
    [
        new("day", static d => Day(d)), new("event", static d => d.EventName), new("events", static d => d.Events), new("score", static d => Points(d.Score)),
        new("band", static d => Band(d.Band)), new("green", static d => Share(d.Green, d.Events)),
        new("would_add", static d => string.Join(", ", d.Gains().Take(NamedGains).Where(static g => g.Points >= Least).Select(static g => $"{g.Key.Name} +{Points(g.Points)}"))),
    ];

    /// <summary>A day as JSON: <c>would_add</c> names every key that some events miss, in points of the day's mean.</summary>
    public static readonly IReadOnlyList<Column<QualityDay>> Fields =
    [
        new("brand", static d => d.BrandId), new("day", static d => Day(d)), new("event", static d => d.EventName), new("events", static d => d.Events),
        new("score", static d => d.Score), new("band", static d => Band(d.Band)), new("is_green", static d => MatchQuality.IsGreen(d.Score)), new("green_events", static d => d.Green),
        new("would_add", static d => d.Gains().ToDictionary(static g => g.Key.Name, static g => Math.Round(g.Points, 3))),
    ];

    /// <summary>A missing key over the whole period.</summary>
    public static readonly IReadOnlyList<Column<KeyGain>> Gains =
    [
        new("key", static g => g.Key.Name), new("weight", static g => g.Key.Weight), new("missing", static g => Share(g.Missing, g.Events)),
        new("would_add", static g => "+" + g.Points.ToString("0.00", CultureInfo.InvariantCulture)), new("where_it_comes_from", static g => KeyAdvice.Of(g.Key.Name)),
    ];

    private static string Day(QualityDay day) => day.Day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Band(QualityBand band) => band is QualityBand.Ok ? "OK" : band.ToString();

    private static string Points(double points) => points.ToString("0.0", CultureInfo.InvariantCulture);

    private static string Share(long part, long all) => string.Create(CultureInfo.InvariantCulture, $"{100 * part / all} %");
}
