using TrackHub.LocalKafka.Groups;
using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Tests.Groups;

/// <summary>Who is let into a group, and as whom.</summary>
public sealed class GroupJoiningTests : IDisposable
{
    private readonly GroupLab _lab = new();

    public void Dispose() => _lab.Dispose();

    [Fact]
    public async Task A_full_group_turns_new_members_away_and_keeps_its_own()
    {
        using var full = new GroupLab(static options => options.GroupMaxSize = 2);
        var (leader, follower) = await full.StableAsync();

        var refused = await full.JoinAsync();

        refused.Error.ShouldBe(ErrorCode.GroupMaxSizeReached);
        full.State.ShouldBe(GroupState.Stable);
        var leading = full.JoinAsync(leader.MemberId);
        (await full.JoinAsync(follower.MemberId)).Error.ShouldBe(ErrorCode.None);
        (await leading).Members.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_lowered_limit_lets_the_first_to_return_in_after_a_restart()
    {
        var (leader, follower) = await _lab.StableAsync();
        _lab.Options.GroupMaxSize = 1;

        _lab.Restart();

        _lab.Heartbeat(leader).ShouldBe(ErrorCode.RebalanceInProgress);
        var returned = _lab.JoinAsync(follower.MemberId);
        (await _lab.JoinAsync(leader.MemberId)).Error.ShouldBe(ErrorCode.GroupMaxSizeReached);
        (await returned).Members.Select(static member => member.Id).ShouldBe([follower.MemberId]);
    }

    [Fact]
    public async Task A_static_member_that_returns_with_other_metadata_keeps_its_share_while_the_assignor_stays()
    {
        var first = await _lab.JoinAsync(instanceId: "instance");
        await _lab.SyncAsync(first, (first.MemberId, 7));

        var returned = await _lab.Group.JoinAsync(GroupLab.Ask(instanceId: "instance") with { Protocols = [new MemberProtocol("range", [99])] });

        returned.Generation.ShouldBe(first.Generation);
        (await _lab.SyncAsync(returned)).Assignment.ShouldBe([7]);
    }

    [Fact]
    public async Task A_static_member_that_returns_and_changes_the_assignor_starts_a_rebalance()
    {
        var first = await _lab.Group.JoinAsync(
            GroupLab.Ask(instanceId: "instance") with { Protocols = [new("range", []), new("roundrobin", [])] });
        await _lab.SyncAsync(first, (first.MemberId, 7));

        var returned = await _lab.Group.JoinAsync(
            GroupLab.Ask(instanceId: "instance") with { Protocols = [new("roundrobin", []), new("range", [])] });

        returned.Generation.ShouldBe(first.Generation + 1);
        returned.Protocol.ShouldBe("roundrobin");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_static_leader_that_returns_is_told_to_lead_without_assigning_if_it_understands_that(bool understands)
    {
        var first = await _lab.JoinAsync(instanceId: "instance");
        await _lab.SyncAsync(first, (first.MemberId, 7));

        var returned = await _lab.Group.JoinAsync(GroupLab.Ask(instanceId: "instance") with { CanSkipAssignment = understands });

        returned.SkipAssignment.ShouldBe(understands);
        returned.Leader.ShouldBe(understands ? returned.MemberId : first.MemberId);
        returned.Members.Count.ShouldBe(understands ? 1 : 0);
    }

    [Fact]
    public async Task A_former_static_leaders_successor_starts_a_rebalance_by_joining_again()
    {
        var first = await _lab.JoinAsync(instanceId: "instance");
        await _lab.SyncAsync(first, (first.MemberId, 7));
        var returned = await _lab.JoinAsync(instanceId: "instance");

        var again = await _lab.JoinAsync(returned.MemberId, "instance");

        again.Generation.ShouldBe(first.Generation + 1);
        again.Leader.ShouldBe(returned.MemberId);
    }

    [Fact]
    public async Task A_static_member_that_returns_while_the_group_syncs_starts_over_and_its_former_self_is_fenced()
    {
        var leader = await _lab.JoinAsync();
        var joining = _lab.JoinAsync(instanceId: "instance");
        leader = await _lab.JoinAsync(leader.MemberId);
        var former = await joining;
        var waiting = _lab.SyncAsync(former);

        var returned = _lab.JoinAsync(instanceId: "instance");

        (await waiting).Error.ShouldBe(ErrorCode.FencedInstanceId);
        (await _lab.SyncAsync(leader, (leader.MemberId, 1))).Error.ShouldBe(ErrorCode.RebalanceInProgress);
        await _lab.JoinAsync(leader.MemberId);
        (await returned).Generation.ShouldBe(leader.Generation + 1);
    }

    [Fact]
    public async Task An_instance_id_nobody_has_is_no_members()
    {
        var (leader, follower) = await _lab.StableAsync();

        _lab.Heartbeat(leader, "stranger").ShouldBe(ErrorCode.UnknownMemberId);
        _lab.Commit(leader, 1, "stranger").ShouldBe(ErrorCode.UnknownMemberId);
        _lab.Group.Leave(follower.MemberId, "stranger").ShouldBe(ErrorCode.UnknownMemberId);
        (await _lab.JoinAsync(leader.MemberId, "stranger")).Error.ShouldBe(ErrorCode.UnknownMemberId);
        _lab.State.ShouldBe(GroupState.Stable);
    }

    [Fact]
    public async Task A_static_member_leaves_by_its_instance_id_and_only_as_itself()
    {
        var named = await _lab.JoinAsync(instanceId: "named");
        var joining = _lab.JoinAsync(instanceId: "other");
        await _lab.JoinAsync(named.MemberId, "named");
        var other = await joining;

        _lab.Group.Leave(other.MemberId, "named").ShouldBe(ErrorCode.FencedInstanceId);
        _lab.Group.Leave("", "nobody").ShouldBe(ErrorCode.UnknownMemberId);
        _lab.Group.Leave("", "named").ShouldBe(ErrorCode.None);

        _lab.Group.Describe().Members.Select(static member => member.InstanceId).ShouldBe(["other"]);
    }

    [Fact]
    public async Task An_id_given_to_a_dynamic_member_is_not_taken_by_a_static_one()
    {
        var given = await _lab.Group.JoinAsync(GroupLab.Ask() with { RequireKnownId = true });

        (await _lab.JoinAsync(given.MemberId, "instance")).Error.ShouldBe(ErrorCode.UnknownMemberId);

        (await _lab.JoinAsync(given.MemberId)).Error.ShouldBe(ErrorCode.None);
    }

    [Fact]
    public async Task A_lone_member_cannot_change_to_an_assignor_it_did_not_name_before()
    {
        var first = await _lab.JoinAsync();

        var changed = await _lab.Group.JoinAsync(GroupLab.Ask(first.MemberId) with { Protocols = [new MemberProtocol("other", [])] });

        changed.Error.ShouldBe(ErrorCode.InconsistentGroupProtocol);
    }

    [Fact]
    public async Task A_deleted_group_sends_its_callers_to_look_for_the_coordinator_again()
    {
        _lab.Group.Delete().ShouldBe(ErrorCode.None);

        (await _lab.JoinAsync()).Error.ShouldBe(ErrorCode.CoordinatorNotAvailable);
        _lab.Group.Commit("", null, -1, [GroupLab.At(1)]).ShouldBe(ErrorCode.CoordinatorNotAvailable);
        _lab.Group.Delete().ShouldBe(ErrorCode.GroupIdNotFound);
    }

    [Fact]
    public async Task Shares_are_shown_only_while_they_hold()
    {
        var (leader, _) = await _lab.StableAsync();
        _lab.Group.Describe().Members.Select(static member => member.Assignment.Length).ShouldBe([1, 1]);

        var joining = _lab.JoinAsync(leader.MemberId);

        _lab.Group.Describe().Members.ShouldAllBe(static member => member.Assignment.Length == 0);
        joining.IsCompleted.ShouldBeFalse();
    }
}
