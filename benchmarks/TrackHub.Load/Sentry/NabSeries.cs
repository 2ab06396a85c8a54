using System.Globalization;
using System.Text.Json;
using TrackHub.Metrics.Sentry.Judging;
using TrackHub.Metrics.Summing;

namespace TrackHub.Load.Sentry;

/// <summary>A labelled series of the Numenta Anomaly Benchmark, by the hour.</summary>
/// <remarks>
/// <c>data/*/*.csv</c> (timestamp,value) and <c>labels/combined_windows.json</c> of https://github.com/numenta/NAB. Only those that span eight weeks and more: a seasonal baseline has nothing to say about less. Hours are
/// means, scaled to whole numbers, and judged both ways, as spend is; the volume beside them is large, so that the noise is the series' own.
/// </remarks>
internal sealed class NabSeries
{
    private const int LeastHours = 8 * 168;
    private const double Scale = 1_000;
    private const long Volume = 1_000_000;

    private NabSeries(string name, HourSeries series, IReadOnlyList<Label> labels)
    {
        Name = name;
        Series = series;
        Labels = labels;
    }

    /// <summary>Folder and file.</summary>
    public string Name { get; }

    /// <summary>Its hours.</summary>
    public HourSeries Series { get; }

    /// <summary>Its labelled windows. NAB says not how deep they are, so all count at every sensitivity.</summary>
    public IReadOnlyList<Label> Labels { get; }

    /// <summary>First hour that is judged: four weeks are history.</summary>
    public static int From => 4 * 168;

    /// <summary>Reads what fits of a copy of the benchmark.</summary>
    /// <exception cref="IOException">It is none.</exception>
    public static IReadOnlyList<NabSeries> Read(string directory)
    {
        using var labels = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(directory, "labels", "combined_windows.json")));
        var found = new List<NabSeries>();
        foreach (var windows in labels.RootElement.EnumerateObject().OrderBy(static file => file.Name, StringComparer.Ordinal))
        {
            var points = File.ReadLines(Path.Combine(directory, "data", windows.Name)).Skip(1).Select(static line => line.Split(','))
                .Select(static cells => (At: TimeOf(cells[0]), Value: double.Parse(cells[1], CultureInfo.InvariantCulture))).ToList();
            var first = new DateTimeOffset(points[0].At.UtcDateTime.Date.AddHours(points[0].At.Hour), TimeSpan.Zero);
            var count = (int)(points[^1].At - first).TotalHours;
            if (count < LeastHours)
                continue;

            var hours = points.GroupBy(point => (int)(point.At - first).TotalHours)
                .Select(hour => (first.AddHours(hour.Key), new Sums { Spend = (long)(hour.Average(static point => point.Value) * Scale), Clicks = Volume }));
            var series = new HourSeries(TimeZoneInfo.Utc, first, count, hours);
            found.Add(new(windows.Name, series, [.. windows.Value.EnumerateArray()
                .Select(window => new Label(series.IndexOf(TimeOf(window[0].GetString()!)), series.IndexOf(TimeOf(window[1].GetString()!)) + 1, 100, Harmful: true))
                .Where(static label => label.From >= From)]));
        }

        return found;
    }

    private static DateTimeOffset TimeOf(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
