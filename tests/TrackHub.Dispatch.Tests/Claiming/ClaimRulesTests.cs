using TrackHub.Dispatch.Claiming;
using TrackHub.Platform.Streams;

namespace TrackHub.Dispatch.Tests.Claiming;

public sealed class ClaimRulesTests
{
    private static readonly RecordCoordinates Own = new("capi-dispatch", 3, 0);
    private static readonly RecordCoordinates Other = new("capi-dispatch", 3, 1);
    private static readonly Guid Ingest = Guid.Parse(SampleEvents.Purchase().IngestId);

    [Theory]
    [InlineData(RegistryState.Claimed, ClaimResult.Claimed)]
    [InlineData(RegistryState.Expired, ClaimResult.Settled)]
    [InlineData(RegistryState.BlockedConsent, ClaimResult.Settled)]
    [InlineData(RegistryState.Parked, ClaimResult.Settled)]
    internal void A_row_the_claim_changed_is_ours_to_send_or_to_tell(string state, ClaimResult result) => Of(state, changed: true, Own).ShouldBe(result);

    [Theory]
    [InlineData(RegistryState.Delivered)]
    [InlineData(RegistryState.Dead)]
    [InlineData(RegistryState.Expired)]
    [InlineData(RegistryState.Suppressed)]
    [InlineData(RegistryState.BlockedConsent)]
    public void An_end_is_told_again_by_any_copy_of_the_event(string state)
    {
        Of(state, changed: false, Own).ShouldBe(ClaimResult.Settled);
        Of(state, changed: false, Other).ShouldBe(ClaimResult.Settled);
    }

    [Theory]
    [InlineData(RegistryState.Retry)]
    [InlineData(RegistryState.Held)]
    [InlineData(RegistryState.Parked)]
    public void Only_the_record_whose_attempt_ended_so_makes_the_next_copy(string state)
    {
        Of(state, changed: false, Own).ShouldBe(ClaimResult.Settled);
        Of(state, changed: false, Other).ShouldBe(ClaimResult.Stale);
    }

    [Fact]
    public void A_live_claim_of_the_same_record_is_a_dead_predecessor_s() => Of(RegistryState.Claimed, changed: false, Own).ShouldBe(ClaimResult.Busy);

    [Fact]
    public void A_live_claim_of_another_copy_carries_the_event_on() => Of(RegistryState.Claimed, changed: false, Other).ShouldBe(ClaimResult.Stale);

    [Theory]
    [InlineData(RegistryState.Claimed)]
    [InlineData(RegistryState.Delivered)]
    [InlineData(RegistryState.Retry)]
    public void Another_event_with_the_same_id_is_a_duplicate_whatever_became_of_the_first(string state) =>
        ClaimRules.Of(Rows.Row(state, source: Own, ingestId: Guid.CreateVersion7()), changed: false, Ingest, Own).ShouldBe(ClaimResult.Duplicate);

    private static ClaimResult Of(string state, bool changed, RecordCoordinates entered) =>
        ClaimRules.Of(Rows.Row(state, source: Own), changed, Ingest, entered);
}
