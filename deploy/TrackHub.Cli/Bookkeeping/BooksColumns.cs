using System.Globalization;
using TrackHub.Cli.Output;
using TrackHub.Platform.Books;

namespace TrackHub.Cli.Bookkeeping;

/// <summary>How books are shown. Pure.</summary>
internal static class BooksColumns
{
    private static readonly string[] Ends =
    [
        "delivered", "duplicate", "recorded", "test", "unmapped", "blocked_consent", "suppressed", "expired", "erased", "dead", "unknown",
    ];

    /// <summary>The columns of a table of brands.</summary>
    /// <param name="report">What is shown.</param>
    /// <param name="names">Names of brands by id.</param>
    /// <param name="all">Every column; else a column that is 0 everywhere is left out.</param>
    public static IReadOnlyList<Column<BrandBooks>> Of(BookReport report, IReadOnlyDictionary<string, string> names, bool all)
    {
        bool Shown(Func<BrandBooks, long> of) => all || report.Brands.Any(brand => of(brand) != 0);
        var columns = new List<Column<BrandBooks>>
        {
            new("brand", static b => b.BrandId), new("name", b => names.GetValueOrDefault(b.BrandId)), new("accepted", static b => b.Accepted),
        };
        foreach (var end in Ends.Where(end => Shown(b => b.Ends.GetValueOrDefault(end))))
            columns.Add(new(end, b => b.Ends.GetValueOrDefault(end)));
        foreach (var kind in Journey.Kinds.Where(kind => Shown(b => b.InFlight.GetValueOrDefault(kind))))
            columns.Add(new(kind, b => b.InFlight.GetValueOrDefault(kind)));
        columns.Add(new("unaccounted", static b => b.Unaccounted));
        return columns;
    }

    /// <summary>The last line.</summary>
    public static string Verdict(BookReport report) => report switch
    {
        { Minutes: [var first, ..] } => string.Create(CultureInfo.InvariantCulture, $"{report.Unaccounted} unaccounted since {Since(first.Minute)}"),
        { Behind: > 0 } => "not known: the ledger is behind",
        _ => "balanced",
    };

    /// <summary>An unaccounted event in one line.</summary>
    public static string Told(LostEvent lost) => string.Create(
        CultureInfo.InvariantCulture,
        $"unaccounted: event {lost.EventId ?? "unknown"} of brand {lost.BrandId}, ingest id {lost.IngestId:D}"
        + $"{(lost.Destination is null ? "" : $", for {lost.Destination}")}, last seen at {(lost.LastSeen.Count == 0 ? "no record" : string.Join(" and ", lost.LastSeen))}");

    private static string Since(DateTimeOffset minute) => minute.UtcDateTime.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);
}
