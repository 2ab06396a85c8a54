using TrackHub.LocalKafka.Groups;
using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Tests.Groups;

/// <summary>The rebalance protocol at its edges, in time that stands still.</summary>
public sealed class GroupTests : IDisposable
{
    private readonly GroupLab _lab = new();

    public void Dispose() => _lab.Dispose();

    [Fact]
    public async Task A_new_member_is_given_an_id_to_come_back_with()
    {
        var first = await _lab.Group.JoinAsync(GroupLab.Ask() with { RequireKnownId = true });

        first.Error.ShouldBe(ErrorCode.MemberIdRequired);
        var second = await _lab.Group.JoinAsync(GroupLab.Ask(first.MemberId) with { RequireKnownId = true });
        second.ShouldSatisfyAllConditions(
            () => second.Error.ShouldBe(ErrorCode.None),
            () => second.MemberId.ShouldBe(first.MemberId),
            () => second.Leader.ShouldBe(first.MemberId),
            () => second.Generation.ShouldBe(1));
    }

    [Fact]
    public async Task The_leader_sees_all_members_and_each_gets_its_share()
    {
        var (leader, follower) = await _lab.TwoMembersAsync();

        leader.Members.Select(static member => member.Id).ShouldBe([leader.MemberId, follower.MemberId], ignoreOrder: true);
        follower.Members.ShouldBeEmpty();
        var waiting = _lab.SyncAsync(follower);
        waiting.IsCompleted.ShouldBeFalse();
        (await _lab.SyncAsync(leader, (leader.MemberId, 1), (follower.MemberId, 2))).Assignment.ShouldBe([1]);
        (await waiting).Assignment.ShouldBe([2]);
        _lab.State.ShouldBe(GroupState.Stable);
    }

    [Fact]
    public async Task A_member_that_falls_silent_is_removed_after_its_session_and_the_others_are_told()
    {
        var (leader, follower) = await _lab.StableAsync();

        _lab.Clock.Advance(GroupLab.Session / 2);
        _lab.Heartbeat(leader).ShouldBe(ErrorCode.None);
        _lab.Clock.Advance((GroupLab.Session / 2) + TimeSpan.FromMilliseconds(10));

        _lab.Heartbeat(leader).ShouldBe(ErrorCode.RebalanceInProgress);
        _lab.Heartbeat(follower).ShouldBe(ErrorCode.UnknownMemberId);
        var again = await _lab.Group.JoinAsync(GroupLab.Ask(leader.MemberId));
        again.Generation.ShouldBe(leader.Generation + 1);
        again.Members.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_rebalance_goes_on_without_a_member_that_only_heartbeats()
    {
        var (leader, follower) = await _lab.StableAsync();
        var joining = _lab.Group.JoinAsync(GroupLab.Ask());

        for (var passed = TimeSpan.Zero; passed < GroupLab.Rebalance; passed += GroupLab.Session / 2)
        {
            joining.IsCompleted.ShouldBeFalse();
            _lab.Heartbeat(follower).ShouldBe(ErrorCode.RebalanceInProgress);
            _lab.Heartbeat(leader).ShouldBe(ErrorCode.RebalanceInProgress);
            _lab.Clock.Advance(GroupLab.Session / 2);
        }

        _lab.Clock.Advance(TimeSpan.FromMilliseconds(10));
        (await joining).Leader.ShouldBe((await joining).MemberId);
        _lab.Heartbeat(leader).ShouldBe(ErrorCode.UnknownMemberId);
    }

    [Fact]
    public async Task A_leader_that_never_assigns_does_not_hold_the_group_for_ever()
    {
        var (leader, follower) = await _lab.TwoMembersAsync();
        var waiting = _lab.SyncAsync(follower);

        for (var passed = TimeSpan.Zero; passed <= GroupLab.Rebalance; passed += GroupLab.Session / 2)
        {
            _lab.Heartbeat(leader);
            _lab.Clock.Advance(GroupLab.Session / 2);
        }

        (await waiting).Error.ShouldBe(ErrorCode.RebalanceInProgress);
        (await _lab.Group.JoinAsync(GroupLab.Ask(follower.MemberId))).Leader.ShouldBe(follower.MemberId);
    }

    [Fact]
    public async Task An_older_generation_can_neither_commit_nor_heartbeat()
    {
        var (leader, _) = await _lab.StableAsync();
        var older = leader with { Generation = leader.Generation - 1 };

        _lab.Heartbeat(older).ShouldBe(ErrorCode.IllegalGeneration);
        _lab.Commit(older, 5).ShouldBe(ErrorCode.IllegalGeneration);
        _lab.Commit(leader, 5).ShouldBe(ErrorCode.None);
        _lab.Group.Commit("", null, -1, [new CommittedOffset("topic", 0, 9, -1, null)]).ShouldBe(ErrorCode.UnknownMemberId);
        _lab.Committed().ShouldBe(5);
    }

    [Fact]
    public async Task A_tool_may_commit_while_the_group_is_empty()
    {
        var (leader, follower) = await _lab.StableAsync();
        _lab.Group.Leave(leader.MemberId, null);
        _lab.Group.Leave(follower.MemberId, null);

        _lab.Group.Commit("", null, -1, [new CommittedOffset("topic", 0, 9, -1, "reset")]).ShouldBe(ErrorCode.None);

        _lab.State.ShouldBe(GroupState.Empty);
        _lab.Store.FindOffset("group", "topic", 0)!.Metadata.ShouldBe("reset");
    }

    [Fact]
    public async Task A_member_without_a_common_assignor_is_refused()
    {
        await _lab.StableAsync();

        var refused = await _lab.Group.JoinAsync(GroupLab.Ask() with { Protocols = [new MemberProtocol("other", [])] });

        refused.Error.ShouldBe(ErrorCode.InconsistentGroupProtocol);
        _lab.State.ShouldBe(GroupState.Stable);
    }

    [Fact]
    public async Task The_assignor_that_all_know_and_most_prefer_wins()
    {
        var first = await _lab.Group.JoinAsync(GroupLab.Ask() with { Protocols = [new("a", [1]), new("b", [2])] });
        var second = _lab.Group.JoinAsync(GroupLab.Ask() with { Protocols = [new("b", [3])] });

        var again = await _lab.Group.JoinAsync(GroupLab.Ask(first.MemberId) with { Protocols = [new("a", [1]), new("b", [2])] });

        again.Protocol.ShouldBe("b");
        (await second).Protocol.ShouldBe("b");
    }

    [Fact]
    public async Task A_static_member_that_returns_takes_over_its_share_without_a_rebalance_and_fences_the_former()
    {
        var first = await _lab.Group.JoinAsync(GroupLab.Ask() with { InstanceId = "instance" });
        await _lab.SyncAsync(first, (first.MemberId, 7));

        var returned = await _lab.Group.JoinAsync(GroupLab.Ask() with { InstanceId = "instance" });

        returned.Generation.ShouldBe(first.Generation);
        returned.MemberId.ShouldNotBe(first.MemberId);
        (await _lab.SyncAsync(returned)).Assignment.ShouldBe([7]);
        _lab.Group.Heartbeat(first.MemberId, "instance", first.Generation).ShouldBe(ErrorCode.FencedInstanceId);
        _lab.Group.Heartbeat(returned.MemberId, "instance", first.Generation).ShouldBe(ErrorCode.None);
    }

    [Fact]
    public async Task A_stable_group_goes_on_after_a_restart()
    {
        var (leader, follower) = await _lab.StableAsync();
        _lab.Commit(leader, 12);

        _lab.Restart();

        _lab.Heartbeat(leader).ShouldBe(ErrorCode.None);
        (await _lab.SyncAsync(follower)).Assignment.ShouldBe([2]);
        _lab.Committed().ShouldBe(12);
    }

    [Fact]
    public async Task Only_a_group_without_members_is_deleted()
    {
        var (leader, follower) = await _lab.StableAsync();
        _lab.Group.Delete().ShouldBe(ErrorCode.NonEmptyGroup);
        _lab.Group.Leave(leader.MemberId, null);
        _lab.Group.Leave(follower.MemberId, null);

        _lab.Group.Delete().ShouldBe(ErrorCode.None);

        _lab.Store.GroupIds.ShouldBeEmpty();
    }
}
