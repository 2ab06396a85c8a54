using TrackHub.Ledger.Alarms;
using TrackHub.Platform.Quality;
using TrackHub.Schemas;

namespace TrackHub.Integration.Ledger;

/// <summary>When a low match quality is told. Days are made by hand; nothing runs.</summary>
public sealed class QualityRuleTests
{
    private const int Enough = 20;
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly DateOnly Today = new(2026, 11, 22);

    [Theory]
    [InlineData(5.9, true)]
    [InlineData(6.0, false)]
    [InlineData(10.0, false)]
    public void An_alert_opens_below_six_and_not_at_six(double score, bool opens)
    {
        var told = Judge([Of(Today, Enough, score)]);

        told.Count.ShouldBe(opens ? 1 : 0);
        if (opens)
            (told[0].State, told[0].Severity, told[0].Value, told[0].Threshold, told[0].Subject).ShouldBe((AlertState.Open, AlertSeverity.Warning, 5.9, 6, "Purchase"));
    }

    [Theory]
    [InlineData(5.5, null)]
    [InlineData(6.0, null)]
    [InlineData(6.2, null)]
    [InlineData(6.3, AlertState.Resolved)]
    [InlineData(4.8, AlertState.Open)]
    public void An_open_alert_is_resolved_clearly_above_six_and_told_again_when_much_worse(double score, AlertState? told)
    {
        var known = Judge([Of(Today, Enough, 5.9)]).Single();

        var next = Judge([Of(Today, Enough, score)], known);

        (next.SingleOrDefault()?.State).ShouldBe(told);
        next.ShouldAllBe(alert => alert.AlertId == known.AlertId && alert.Since == known.Since);
    }

    [Fact]
    public void A_mean_that_wavers_around_six_opens_one_alert()
    {
        List<Alert> log = [];
        foreach (var score in new[] { 6.1, 5.9, 6.1, 5.9, 6.2, 5.8, 6.0 })
            log.AddRange(Judge([Of(Today, Enough, score)], log.LastOrDefault()));

        log.ShouldHaveSingleItem().State.ShouldBe(AlertState.Open);
    }

    [Fact]
    public void Too_few_events_say_nothing_and_days_are_taken_together_until_there_are_enough()
    {
        Judge([Of(Today, Enough - 1, 1)]).ShouldBeEmpty();

        // Today has 5 and yesterday 15; the day before is not needed any more.
        var told = Judge([Of(Today.AddDays(-2), 1_000, 9), Of(Today.AddDays(-1), 15, 5), Of(Today, 5, 7)]).Single();

        (told.Value, told.Detail).ShouldBe((5.5, "The match quality of the last 20 Purchase events is 5.5 of 10; 6.0 is good."));
    }

    [Fact]
    public void An_alert_of_which_a_week_says_nothing_is_over()
    {
        var known = Judge([Of(Today, Enough, 5)]).Single();

        Judge([], known).Single().State.ShouldBe(AlertState.Resolved);
    }

    [Fact]
    public void The_remedy_names_what_would_add_most()
    {
        var told = Judge([Of(Today, Enough, 4.0) with { WithKey = new Dictionary<string, long> { ["em"] = 20, ["ph"] = 5, ["fbc"] = 10 } }]).Single();

        told.Remedy.ShouldContain("ph (+1.1), fbc (+1.0), fbp (+0.8)");
    }

    private static IReadOnlyList<Alert> Judge(IReadOnlyList<QualityDay> days, Alert? known = null) => QualityRule.Judge(
        QualityRule.Recent(days, Enough), known is { State: AlertState.Open } ? [new(known.AlertId, known.BrandId!, known.Subject, known.Since, known.Value)] : [], Now);

    private static QualityDay Of(DateOnly day, long events, double score) =>
        new("loja", day, "Purchase", events, 0, (long)Math.Round(events * score * 10), new Dictionary<string, long>());
}
