using FsCheck;
using FsCheck.Fluent;
using TrackHub.Matching.Deciding;
using TrackHub.Schemas;
using static TrackHub.Matching.Tests.Deciding.Candidates;

namespace TrackHub.Matching.Tests.Deciding;

public sealed class DecisionEngineTests
{
    private static readonly MatchRules Rules = new();

    [Fact]
    public void The_first_key_that_names_a_click_wins_and_the_others_are_kept_as_evidence()
    {
        var byClickId = At(TimeSpan.FromDays(2));
        var byEmail = At(TimeSpan.FromHours(1));
        var trail = new Trail();

        var decision = DecisionEngine.Decide(
            Sale(1, Signal.ClickId, Signal.Email, Signal.Phone), signal => signal switch
            {
                Signal.ClickId => [byClickId],
                Signal.Email => [byEmail],
                _ => [],
            },
            Rules, trail);

        decision.ShouldBe(new Decision(MatchStage.Deterministic, 1, byClickId, "click_id"));
        trail.Evidence.Select(static e => (e.Signal, e.Result, e.Candidate, e.Candidates)).ShouldBe(
        [
            ("click_id", "hit", byClickId.IngestId.ToString(), 1),
            ("session_id", "absent", null, 0),
            ("email", "hit", byEmail.IngestId.ToString(), 1),
            ("phone", "miss", null, 0),
            ("external_id", "absent", null, 0),
        ]);
    }

    [Fact]
    public void The_order_of_keys_is_the_brands()
    {
        var byClickId = At(TimeSpan.FromHours(1));
        var byEmail = At(TimeSpan.FromHours(1));
        var rules = Rules with { Deterministic = [Signal.Email, Signal.ClickId] };

        var decision = DecisionEngine.Decide(
            Sale(1, Signal.ClickId, Signal.Email), signal => signal == Signal.Email ? [byEmail] : signal == Signal.ClickId ? [byClickId] : [], rules, new());

        decision.Winner.ShouldBe(byEmail);
    }

    [Fact]
    public void The_last_touch_of_a_key_wins()
    {
        var older = At(TimeSpan.FromDays(3));
        var newer = At(TimeSpan.FromDays(1));

        DecisionEngine.Decide(Sale(1, Signal.Session), Only(Signal.Session, newer, older), Rules, new()).Winner.ShouldBe(newer);
    }

    [Fact]
    public void A_click_stands_before_the_pages_that_follow_it()
    {
        var click = At(TimeSpan.FromHours(2));
        var page = At(TimeSpan.FromHours(1), EventKind.PageView);

        DecisionEngine.Decide(Sale(1, Signal.Session), Only(Signal.Session, click, page), Rules, new()).Winner.ShouldBe(click);
    }

    [Fact]
    public void Without_a_click_the_newest_page_is_better_than_nothing()
    {
        var page = At(TimeSpan.FromHours(1), EventKind.PageView);
        var older = At(TimeSpan.FromHours(2), EventKind.InitiateCheckout);

        DecisionEngine.Decide(Sale(1, Signal.Session), Only(Signal.Session, older, page), Rules, new()).Winner.ShouldBe(page);
    }

    [Theory]
    [InlineData(1, 0, true)]
    [InlineData(1, 0.001, false)]
    [InlineData(2, 5, true)]
    [InlineData(2, 5.001, false)]
    [InlineData(3, 65, true)]
    [InlineData(3, 65.001, false)]
    public void A_pass_takes_clicks_received_no_later_than_its_bound_after_the_sale(int pass, double secondsAfter, bool found)
    {
        var late = At(TimeSpan.FromMinutes(1), receivedAfterSale: TimeSpan.FromSeconds(secondsAfter));

        var decision = DecisionEngine.Decide(Sale(pass, Signal.Email), Only(Signal.Email, late), Rules, new());

        (decision.Winner is not null).ShouldBe(found);
    }

    [Fact]
    public void A_click_that_happened_after_the_sale_was_received_led_nobody_to_it()
    {
        var after = At(TimeSpan.FromMilliseconds(-1), receivedAfterSale: TimeSpan.FromSeconds(1));

        DecisionEngine.Decide(Sale(3, Signal.Email), Only(Signal.Email, after), Rules, new()).Winner.ShouldBeNull();
    }

    [Theory]
    [InlineData(7, true)]
    [InlineData(7.001, false)]
    public void The_window_ends_by_event_time(double days, bool found) =>
        (DecisionEngine.Decide(Sale(1, Signal.Email), Only(Signal.Email, At(TimeSpan.FromDays(days))), Rules, new()).Winner is not null).ShouldBe(found);

    [Fact]
    public void A_click_found_through_its_session_counts_from_when_the_session_gave_the_email()
    {
        var click = At(TimeSpan.FromHours(1)) with { LinkedAt = SaleAt.AddSeconds(3) };
        var trail = new Trail();

        DecisionEngine.Decide(Sale(1, Signal.Email), Only(Signal.Email, click), Rules, new()).Winner.ShouldBeNull();
        DecisionEngine.Decide(Sale(2, Signal.Email), Only(Signal.Email, click), Rules, trail).Winner.ShouldBe(click);
        trail.Evidence.ShouldContain(static e => e.Signal == "email_via_session" && e.Result == "hit");
    }

    [Fact]
    public void Fbc_is_asked_after_the_exact_keys()
    {
        var click = At(TimeSpan.FromHours(1));

        var decision = DecisionEngine.Decide(Sale(1, Signal.Email, Signal.Fbclid), Only(Signal.Fbclid, click), Rules, new());

        decision.ShouldBe(new Decision(MatchStage.SemiDeterministic, 1, click, "fbc"));
    }

    [Fact]
    public void A_brand_may_leave_stages_out()
    {
        var click = At(TimeSpan.FromHours(1));
        var rules = Rules with { SemiDeterministic = false, Threshold = 1 };

        DecisionEngine.Decide(Sale(1, Signal.Fbclid), Only(Signal.Fbclid, click), rules, new()).Reason.ShouldBe(MatchReason.NoKeys);
        DecisionEngine.SignalsOf(MatchStage.Probabilistic, rules).ShouldBeEmpty();
    }

    [Fact]
    public void A_sale_without_a_click_says_what_came_closest()
    {
        DecisionEngine.Decide(Sale(1), static _ => [], Rules, new()).Reason.ShouldBe(MatchReason.NoKeys);
        DecisionEngine.Decide(Sale(1, Signal.Email), static _ => [], Rules, new()).Reason.ShouldBe(MatchReason.NoCandidate);
        DecisionEngine.Decide(Sale(1, Signal.Email, Signal.Ip), static _ => [], Rules, new()).Reason.ShouldBe(MatchReason.NoCandidate);
    }

    [Fact]
    public void Evidence_is_bounded()
    {
        var trail = new Trail();
        for (var i = 0; i < 100; i++)
            trail.Absent("email");

        trail.Evidence.Count.ShouldBe(Trail.MaxEvidence);
    }

    [Fact]
    public void The_order_in_which_a_window_lists_its_members_never_decides()
    {
        var kinds = Gen.Elements(EventKind.Click, EventKind.PageView, EventKind.InitiateCheckout);
        var candidate =
            from minutes in Gen.Choose(0, 5)
            from late in Gen.Choose(0, 3)
            from kind in kinds
            select At(TimeSpan.FromMinutes(minutes), kind, receivedAfterSale: TimeSpan.FromSeconds(-late));

        Prop.ForAll(candidate.NonEmptyListOf().ToArbitrary(), candidates =>
        {
            var forward = DecisionEngine.Decide(Sale(1, Signal.Email), Only(Signal.Email, [.. candidates]), Rules, new());
            var backward = DecisionEngine.Decide(Sale(1, Signal.Email), Only(Signal.Email, [.. Enumerable.Reverse(candidates)]), Rules, new());
            return forward == backward && forward.Winner is not null;
        }).QuickCheckThrowOnFailure();
    }
}
