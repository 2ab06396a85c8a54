using TrackHub.Dispatch.Claiming;
using TrackHub.Dispatch.Recording;
using TrackHub.Dispatch.Retrying;
using TrackHub.Dispatch.Verdicts;

namespace TrackHub.Dispatch.Tests.Retrying;

public sealed class LadderTests
{
    [Fact]
    public void Six_attempts_wait_1_2_4_8_and_16_seconds()
    {
        var topics = new List<string>();
        var claim = Claimed(attempt: 1, step: 0);
        EventResult result;
        while (!(result = EventResult.Of(claim, new(Verdict.Retry, "meta_error"))).IsExhausted)
        {
            topics.Add(Ladder.TopicTo(result.LadderStep).Name);
            claim = Claimed(result.Attempt + 1, result.LadderStep);
        }

        topics.ShouldBe(["capi-retry-1s", "capi-retry-2s", "capi-retry-4s", "capi-retry-8s", "capi-retry-16s"]);
        result.Attempt.ShouldBe(Ladder.Attempts);
        result.State.ShouldBe(RegistryState.Dead);
    }

    [Theory]
    [InlineData(Verdict.Delivered, RegistryState.Delivered, 3, 2)]
    [InlineData(Verdict.Retry, RegistryState.Retry, 3, 3)]
    [InlineData(Verdict.Hold, RegistryState.Held, 2, 2)]
    [InlineData(Verdict.Park, RegistryState.Parked, 2, 2)]
    [InlineData(Verdict.Split, RegistryState.Claimed, 3, 2)]
    [InlineData(Verdict.Dead, RegistryState.Dead, 3, 2)]
    internal void Only_a_hold_and_a_park_cost_no_attempt_and_only_a_retry_climbs(Verdict verdict, string state, int attempt, int step)
    {
        var result = EventResult.Of(Claimed(attempt: 3, step: 2), new(verdict, "x"));

        (result.State, result.Attempt, result.LadderStep, result.IsExhausted).ShouldBe((state, attempt, step, false));
    }

    [Fact]
    public void A_ladder_begins_with_its_first_claim_and_keeps_that_time()
    {
        var first = EventResult.Of(Claimed(1, 0), new(Verdict.Retry, "x"));
        var retried = SampleEvents.Waiting(SampleEvents.Purchase() with { FirstTryAt = SampleEvents.Now.AddSeconds(-9) });
        var later = EventResult.Of(Claimed(2, 1) with { Event = retried }, new(Verdict.Retry, "x"));

        first.LadderBegan.ShouldBe(SampleEvents.Now);
        later.LadderBegan.ShouldBe(SampleEvents.Now.AddSeconds(-9));
    }

    private static ClaimedEvent Claimed(int attempt, int step) =>
        new(SampleEvents.Waiting(SampleEvents.Purchase()), ClaimResult.Claimed, Rows.Row(RegistryState.Claimed, attempt, step));
}
