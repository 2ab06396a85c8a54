using TrackHub.Dispatch.Verdicts;
using TrackHub.Schemas;
using static TrackHub.Dispatch.Verdicts.Verdict;

namespace TrackHub.Dispatch.Tests.Verdicts;

/// <summary>What an answer means beyond its codes; those: <see cref="CatalogueTests"/>.</summary>
public sealed class VerdictTableTests
{
    [Fact]
    public void Success_is_what_counts_all_events() => VerdictTable.Rule(Success(3), 3).ShouldBe(new(Delivered, ""));

    [Theory]
    [InlineData(null, "no_count")]
    [InlineData(0, "none_received")]
    public void A_success_that_counts_nothing_is_unknown_and_retried(int? received, string reason) =>
        VerdictTable.Rule(Success(received), 3).ShouldBe(new(Retry, reason, OutcomeKnown: false));

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void A_success_that_counts_others_is_not_sent_again_blindly(int received) =>
        VerdictTable.Rule(Success(received), 3).ShouldBe(new(Park, "count_differs", OutcomeKnown: false));

    [Theory]
    [InlineData(Transport.TimedOut, "timeout", false)]
    [InlineData(Transport.Broken, "no_answer", false)]
    [InlineData(Transport.NotSent, "unreachable", true)]
    internal void Without_an_answer_the_event_goes_again_and_only_a_refused_connection_is_known(Transport transport, string reason, bool known) =>
        VerdictTable.Rule(new MetaAnswer { Transport = transport }, 1).ShouldBe(new(Retry, reason, known));

    [Theory]
    [InlineData(Delivered, true, AttemptOutcome.Delivered)]
    [InlineData(Retry, true, AttemptOutcome.Retry)]
    [InlineData(Retry, false, AttemptOutcome.Unknown)]
    [InlineData(Hold, true, AttemptOutcome.Hold)]
    [InlineData(Split, true, AttemptOutcome.Split)]
    [InlineData(Park, true, AttemptOutcome.Park)]
    [InlineData(Park, false, AttemptOutcome.Unknown)]
    [InlineData(Dead, true, AttemptOutcome.Dead)]
    internal void The_audit_says_unknown_where_Meta_may_have_taken_it(Verdict verdict, bool known, AttemptOutcome outcome) =>
        new Ruling(verdict, "x", known).Outcome.ShouldBe(outcome);

    private static MetaAnswer Success(int? received) => new() { Transport = Transport.Answered, HttpStatus = 200, EventsReceived = received };
}
