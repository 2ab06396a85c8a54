using TrackHub.Load.Sentry;

namespace TrackHub.Load.Tests.Sentry;

/// <summary>Scores of cases small enough to be counted by hand.</summary>
public sealed class TallyTests
{
    private const double Threshold = 50;
    private const int Month = 30 * 24;

    [Fact]
    public void Alarms_and_incidents_are_counted_apart()
    {
        var tally = new Tally();
        Label[] labels =
        [
            new(From: 10, End: 40, Percentage: -60, Harmful: true),     // found at once, and told twice
            new(From: 90, End: 120, Percentage: -20, Harmful: true),    // too mild to be asked for; whoever finds it is right
            new(From: 200, End: 230, Percentage: 80, Harmful: false),   // good news: an alarm there is wrong
            new(From: 300, End: 330, Percentage: 70, Harmful: true),    // missed
        ];

        tally.Add([10, 25, 100, 205, 400], labels, Threshold, Month);

        (tally.Alarms, tally.Right, tally.Findable, tally.Found).ShouldBe((5, 3, 2, 1));
        (tally.Precision, tally.Recall, tally.WrongPerMonth).ShouldBe((3 / 5d, 1 / 2d, 2d));
        (tally.MedianDelay, tally.LongDelay).ShouldBe((1, 1));
    }

    [Fact]
    public void An_incident_is_found_from_its_first_hour_until_before_its_end_and_not_beside_it()
    {
        Label[] labels = [new(From: 10, End: 12, Percentage: -50, Harmful: true)];
        var (before, first, last, after) = (new Tally(), new Tally(), new Tally(), new Tally());

        before.Add([9], labels, Threshold, Month);
        first.Add([10], labels, Threshold, Month);
        last.Add([11], labels, Threshold, Month);
        after.Add([12], labels, Threshold, Month);

        new[] { before, first, last, after }.Select(static t => (t.Right, t.Found, t.MedianDelay)).ShouldBe([(0, 0, null), (1, 1, 1), (1, 1, 2), (0, 0, null)]);
    }

    [Fact]
    public void Delays_are_of_the_first_alarm_of_each_incident_over_all_figures()
    {
        var tally = new Tally();
        for (var delay = 1; delay <= 9; delay++)
            tally.Add([99 + delay, 150], [new(From: 100, End: 200, Percentage: -90, Harmful: true)], Threshold, Month);

        (tally.MedianDelay, tally.LongDelay).ShouldBe((5, 9));
        (tally.Alarms, tally.Right, tally.Found, tally.Days).ShouldBe((18, 18, 9, 270d));
    }

    [Fact]
    public void Who_says_nothing_of_nothing_was_right()
    {
        var tally = new Tally();

        tally.Add([], [], Threshold, hours: 0);

        (tally.Precision, tally.Recall, tally.WrongPerMonth, tally.MedianDelay, tally.LongDelay).ShouldBe((1d, 1d, 0d, null, null));
    }
}
