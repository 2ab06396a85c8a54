using TrackHub.Cli.Explaining;
using static TrackHub.Cli.Tests.Explaining.Facts;

namespace TrackHub.Cli.Tests.Explaining;

/// <summary>Every way in which a sale has no click.</summary>
public sealed class WhyNotMatchedTests
{
    private static readonly Guid Click = Guid.Parse("01a20170-5481-7a2d-972e-ddc5eedb6ac1");

    [Theory]
    [InlineData("no_keys", "the sale brought none of the keys that the brand's rules ask for.")]
    [InlineData("no_candidate", "it brought keys, but no click inside the window of 7 d has one of them.")]
    [InlineData("below_threshold", "the likeliest visitor reaches 48.1 %, less than the 90 % the brand asks for.")]
    [InlineData("ambiguous", "several visitors fit alike, so the likeliest reaches 48.1 %; alone he would have been enough.")]
    [InlineData("click_gone", "one was, but nothing is kept of it any more.")]
    [InlineData("not_searched", "none is looked for when approved is the first that is told of a sale.")]
    public void The_reason_is_told_in_words(string reason, string told) =>
        StoryTeller.Tell(Unmatched(Guessed with { Reason = reason })).ShouldContain("Matched at once (revision 1, approved): no click was found: " + told);

    [Fact]
    public void A_test_is_looked_for_nowhere() =>
        StoryTeller.Tell(Unmatched(Guessed with { Reason = "not_searched", Test = true })).ShouldContain("Matched at once (revision 1, approved): no click was found: none is looked for, it is a test.");

    [Theory]
    [InlineData("windows_incomplete", "the windows were being rebuilt")]
    [InlineData("clicks_behind", "clicks were still unread")]
    public void What_was_not_known_then_is_not_told_as_not_there(string flag, string told) =>
        StoryTeller.Tell(Unmatched(Guessed with { Reason = "no_candidate", Flags = [flag] })).ShouldContain(line => line.Contains("as far as was known: " + told));

    [Fact]
    public void Keys_that_the_rules_leave_out_are_named()
    {
        var rules = Rules with { StageOrder = ["email"], SemiDeterministic = false, ProbabilisticThreshold = 1 };
        var story = Unmatched(Guessed with { Reason = "no_candidate", Evidence = [new("email", "miss", 0, null)] }, rules);

        StoryTeller.Tell(story).SkipWhile(static line => !line.StartsWith("  email:", StringComparison.Ordinal)).Take(5).ShouldBe(
        [
            "  email: brought, but no click has it",
            "  click_id: brought, but the brand's rules leave it out",
            "  external_id: not asked, the brand's rules leave it out",
            "  fbc: not asked, the brand's rules leave it out",
            "  address and browser: not asked, the brand's rules let nothing be guessed",
        ]);
    }

    [Theory]
    [InlineData(-9 * 86_400, 0, 1, "but happened 9 d before the sale, and the brand's window is 7 d")]
    [InlineData(-60, 120, 3, "but was received 2 min after the sale, which waited 65 s for it")]
    [InlineData(-60, 4, 1, "but was received 4 s after the sale, which waited 0 s for it")]
    [InlineData(90, 90, 3, "but happened 90 s after the sale")]
    [InlineData(-60, 60, 3, "and would count by what is known now: the windows did not hold it when the sale was decided")]
    public void A_click_with_a_key_of_it_is_named_with_what_keeps_it_from_counting(int happened, int received, int passes, string told)
    {
        var near = new NearFact(1, "click_id", Click, "click", At.AddSeconds(happened), At.AddSeconds(received), null);

        StoryTeller.Tell(Unmatched(Guessed with { Reason = "no_candidate", Passes = passes }, null, near))
            .ShouldContain($"  The click of {StoryTeller.At(near.EventTime)} has its click id, {told}; ingest id {Click}.");
    }

    [Fact]
    public void A_click_by_a_key_that_the_rules_leave_out_is_named()
    {
        var near = new NearFact(1, "phone", Click, "page_view", At.AddDays(-1), At.AddDays(-1), At.AddDays(-1));

        StoryTeller.Tell(Unmatched(Guessed with { Reason = "no_candidate" }, Rules with { StageOrder = ["email"] }, near))
            .ShouldContain(static line => line.Contains("has its phone, but the brand's rules leave that key out"));
    }

    [Fact]
    public void An_email_that_was_given_too_late_says_so()
    {
        var near = new NearFact(1, "email", Click, "click", At.AddHours(-1), At.AddHours(-1), LinkedAt: At.AddHours(3));

        StoryTeller.Tell(Unmatched(Guessed with { Reason = "no_candidate", Passes = 3 }, null, near))
            .ShouldContain(static line => line.Contains("has its e-mail, but its visitor gave that 3 h after the sale, which waited 65 s for it"));
    }

    [Theory]
    [InlineData("ingest-events/1", "the matcher has not got to it (ingest-events/1/7)")]
    [InlineData("pending-match-5s/1", "it waits for its click: not found at once, looked for again 5 s later (pending-match-5s/1/7)")]
    [InlineData("pending-match-60s/1", "it waits for its click: not found after 5 s, looked for a last time a minute later (pending-match-60s/1/7)")]
    public void A_sale_that_waits_still_says_where_and_for_what(string place, string told)
    {
        var story = Waiting with { Open = [new(FirstId, "", new Dictionary<string, long> { ["ingest-events/1"] = 7, [place] = 7 })] };

        StoryTeller.Tell(story).Skip(3).ShouldBe([$"Matched: not yet; {told}.", $"End of approved received 2026-11-22 10:00:00.000Z: none yet; {told}."]);
    }

    [Fact]
    public void A_refund_under_a_name_nobody_knows_waits_for_what_links_it()
    {
        var story = Waiting with
        {
            Events = [Sale with { SaleKind = "refunded" }],
            Open = [new(FirstId, "", new Dictionary<string, long> { ["pending-match-60s/1"] = 2 })],
        };

        StoryTeller.Tell(story).ShouldContain(static line => line.StartsWith("Matched: not yet; it waits for what tells which sale it is of: ", StringComparison.Ordinal));
    }

    [Fact]
    public void A_sale_the_books_do_not_know_yet_is_on_its_way() => StoryTeller.Tell(Waiting).Skip(3).ShouldBe(
    [
        "Matched: not yet; it is on its way, or the ledger has not got it.",
        "End of approved received 2026-11-22 10:00:00.000Z: none yet; it is on its way, or the ledger has not got it.",
    ]);

    [Theory]
    [InlineData("unmapped", "the gateway's mapping does not know this event")]
    [InlineData("recorded", "the gateway's event says nothing of a sale that is not known already")]
    [InlineData("dead", "is a dead letter")]
    public void What_ended_without_a_revision_does_not_wait_for_a_click(string state, string told)
    {
        var story = Waiting with { Outcomes = [new(FirstId, "none", 1, "e1", null, state, "", At)] };

        StoryTeller.Tell(story).ShouldContain(line => line.StartsWith("Matched: no click was looked for: ", StringComparison.Ordinal) && line.Contains(told));
    }
}
