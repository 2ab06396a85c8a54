using TrackHub.Load.Sentry;
using TrackHub.Testing;

namespace TrackHub.Load.Tests.Sentry;

public sealed class NabSeriesTests
{
    [Fact]
    public void Long_series_are_read_by_the_hour_with_the_windows_behind_their_history()
    {
        var copy = TestFolder.Next("nab");
        Write(copy, "long/a.csv", hours: 9 * 168);
        Write(copy, "short/b.csv", hours: 7 * 168);
        Directory.CreateDirectory(Path.Combine(copy, "labels"));
        File.WriteAllText(Path.Combine(copy, "labels", "combined_windows.json"), """
            {
              "short/b.csv": [["2026-01-20 00:00:00.000000", "2026-01-21 00:00:00.000000"]],
              "long/a.csv": [["2026-01-08 00:00:00.000000", "2026-01-09 00:00:00.000000"], ["2026-02-09 05:10:00.000000", "2026-02-10 07:00:00.000000"]]
            }
            """);

        var series = NabSeries.Read(copy).ShouldHaveSingleItem();

        series.Name.ShouldBe("long/a.csv");
        series.Series.Count.ShouldBe(9 * 168);
        series.Series.Between(3, 4).Spend.ShouldBe(3_500, "the mean of 3 and 4, in thousandths");
        series.Labels.ShouldHaveSingleItem().ShouldBe(new(From: (35 * 24) + 5, End: (36 * 24) + 8, Percentage: 100, Harmful: true));
    }

    // Two values each hour: its number, and one more. The last value begins the hour behind the last whole one.
    private static void Write(string copy, string name, int hours)
    {
        var file = Path.Combine(copy, "data", name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var first = new DateTime(2026, 1, 5, 0, 0, 0, DateTimeKind.Utc);
        File.WriteAllLines(file, Enumerable.Range(0, (2 * hours) + 1).Select(half => FormattableString.Invariant($"{first.AddMinutes(30 * half):yyyy-MM-dd HH:mm:ss},{(half / 2) + (half % 2)}")).Prepend("timestamp,value"));
    }
}
