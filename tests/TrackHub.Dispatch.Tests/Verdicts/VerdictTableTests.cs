using TrackHub.Dispatch.Verdicts;
using TrackHub.Schemas;
using static TrackHub.Dispatch.Verdicts.Verdict;

namespace TrackHub.Dispatch.Tests.Verdicts;

public sealed class VerdictTableTests
{
    public static TheoryData<int, int?, int> Throttles()
    {
        var rows = new TheoryData<int, int?, int>
        {
            { 4, null, 400 }, { 4, 1504022, 400 }, { 4, 1504039, 403 }, { 17, null, 400 }, { 17, 2446079, 400 }, { 32, null, 400 }, { 341, null, 400 },
            { 613, null, 400 }, { 613, 1996, 400 }, { 613, 1487742, 400 }, { 613, 5044001, 400 }, { 4, null, 401 }, { 190, null, 429 },
        };
        foreach (var code in new[] { 80000, 80001, 80002, 80003, 80004, 80005, 80006, 80008, 80009, 80014 })
            rows.Add(code, null, 400);
        return rows;
    }

    [Theory]
    [MemberData(nameof(Throttles))]
    public void Throttled_calls_are_held_even_where_the_status_says_unauthorised(int code, int? subcode, int status) =>
        VerdictTable.Rule(Error(code, subcode, status), 10).ShouldBe(new(Hold, "throttled"));

    [Fact]
    public void A_429_without_a_code_is_held() => VerdictTable.Rule(Plain(429), 10).ShouldBe(new(Hold, "throttled"));

    [Fact]
    public void A_temporary_policy_block_is_held_with_a_reason_of_its_own() =>
        VerdictTable.Rule(Error(368, null, 400), 10).ShouldBe(new(Hold, VerdictTable.PolicyBlock));

    [Theory]
    [InlineData(1, null, 500)]
    [InlineData(1, null, 400)]
    [InlineData(2, null, 503)]
    [InlineData(2, null, 400)]
    [InlineData(21009, null, 400)]
    [InlineData(5000, null, 500)]
    [InlineData(-1, null, 400)]
    [InlineData(-3, 77, 500)]
    public void Meta_s_own_errors_are_retried(int code, int? subcode, int status) =>
        VerdictTable.Rule(Error(code, subcode, status), 10).ShouldBe(new(Retry, "meta_error"));

    [Theory]
    [InlineData(100, 2804019)]
    [InlineData(190, null)]
    [InlineData(99999, null)]
    public void What_Meta_calls_transient_is_retried_whatever_its_code(int code, int? subcode) =>
        VerdictTable.Rule(Error(code, subcode, 400) with { IsTransient = true }, 10).ShouldBe(new(Retry, "meta_error"));

    [Theory]
    [InlineData(408)]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public void A_gateway_s_answer_without_a_code_is_retried(int status) => VerdictTable.Rule(Plain(status), 10).ShouldBe(new(Retry, "http_error"));

    [Theory]
    [InlineData(190, null, 400, "token")]
    [InlineData(190, 458, 400, "token")]
    [InlineData(190, 459, 400, "token")]
    [InlineData(190, 460, 401, "token")]
    [InlineData(190, 463, 400, "token")]
    [InlineData(190, 464, 400, "token")]
    [InlineData(190, 467, 400, "token")]
    [InlineData(190, 492, 400, "token")]
    [InlineData(102, null, 400, "token")]
    [InlineData(104, null, 400, "token")]
    [InlineData(3, null, 400, "permission")]
    [InlineData(10, null, 403, "permission")]
    [InlineData(200, null, 403, "permission")]
    [InlineData(294, null, 403, "permission")]
    [InlineData(299, null, 400, "permission")]
    [InlineData(100, 33, 400, "dataset")]
    [InlineData(803, null, 404, "dataset")]
    [InlineData(2500, null, 400, "api_version")]
    [InlineData(2635, null, 400, "api_version")]
    public void What_the_seller_or_operator_must_mend_is_parked(int code, int? subcode, int status, string reason) =>
        VerdictTable.Rule(Error(code, subcode, status), 10).ShouldBe(new(Park, reason));

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    public void Unauthorised_without_a_code_is_parked(int status) => VerdictTable.Rule(Plain(status), 10).ShouldBe(new(Park, "token"));

    [Theory]
    [InlineData(100, null)]
    [InlineData(100, 2804001)]
    [InlineData(100, 2804003)]
    [InlineData(100, 2804007)]
    [InlineData(100, 2804009)]
    [InlineData(100, 2804014)]
    [InlineData(100, 2804016)]
    [InlineData(100, 2804017)]
    [InlineData(100, 2804019)]
    [InlineData(100, 2804043)]
    [InlineData(100, 2804048)]
    [InlineData(100, 2804050)]
    [InlineData(100, 2804066)]
    [InlineData(100, 2804072)]
    [InlineData(100, 9999999)]
    [InlineData(105, null)]
    [InlineData(2, 1504041)]
    [InlineData(2, 1504042)]
    [InlineData(12345, null)]
    public void A_bad_event_splits_its_batch_and_alone_is_dead(int code, int? subcode)
    {
        VerdictTable.Rule(Error(code, subcode, 400), 2).ShouldBe(new(Split, "invalid"));

        VerdictTable.Rule(Error(code, subcode, 400), 1).ShouldBe(new(Dead, "invalid"));
    }

    [Fact]
    public void A_body_that_is_too_long_for_a_gateway_is_split() => VerdictTable.Rule(Plain(413), 2).ShouldBe(new(Split, "invalid"));

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

    [Fact]
    public void An_error_under_a_success_status_is_an_error() =>
        VerdictTable.Rule(Error(190, 460, 200), 3).ShouldBe(new(Park, "token"));

    [Theory]
    [InlineData(Transport.TimedOut, "timeout", false)]
    [InlineData(Transport.Broken, "no_answer", false)]
    [InlineData(Transport.NotSent, "unreachable", true)]
    internal void Without_an_answer_the_event_goes_again_and_only_a_refused_connection_is_known(Transport transport, string reason, bool known) =>
        VerdictTable.Rule(new MetaAnswer { Transport = transport }, 1).ShouldBe(new(Retry, reason, known));

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(404)]
    [InlineData(400)]
    public void Anything_else_is_retried_a_few_times(int status) => VerdictTable.Rule(Plain(status), 10).ShouldBe(new(Retry, "unknown_error"));

    [Fact]
    public void A_server_error_with_an_unknown_code_is_retried() => VerdictTable.Rule(Error(777, null, 500), 10).ShouldBe(new(Retry, "unknown_error"));

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

    private static MetaAnswer Error(int code, int? subcode, int status) =>
        new() { Transport = Transport.Answered, HttpStatus = status, HasError = true, Code = code, Subcode = subcode };

    private static MetaAnswer Plain(int status) => new() { Transport = Transport.Answered, HttpStatus = status };

    private static MetaAnswer Success(int? received) => new() { Transport = Transport.Answered, HttpStatus = 200, EventsReceived = received };
}
