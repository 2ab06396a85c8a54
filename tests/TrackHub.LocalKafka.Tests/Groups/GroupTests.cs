using Microsoft.Extensions.Logging.Abstractions;
using TrackHub.LocalKafka.Groups;
using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Tests.Groups;

/// <summary>The rebalance protocol at its edges, in time that stands still.</summary>
public sealed class GroupTests : IDisposable
{
    private static readonly TimeSpan Session = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Rebalance = TimeSpan.FromSeconds(60);

    private readonly string _directory = Directory.CreateTempSubdirectory("groups-").FullName;
    private readonly ManualClock _clock = new();
    private GroupStore _store;
    private Group _group;

    public GroupTests()
    {
        _store = OpenStore();
        _group = new Group("group", _store, _clock, TimeSpan.Zero);
    }

    public void Dispose()
    {
        _group.Dispose();
        _store.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task A_new_member_is_given_an_id_to_come_back_with()
    {
        var first = await _group.JoinAsync(Ask() with { RequireKnownId = true });

        first.Error.ShouldBe(ErrorCode.MemberIdRequired);
        var second = await _group.JoinAsync(Ask(first.MemberId) with { RequireKnownId = true });
        second.ShouldSatisfyAllConditions(
            () => second.Error.ShouldBe(ErrorCode.None),
            () => second.MemberId.ShouldBe(first.MemberId),
            () => second.Leader.ShouldBe(first.MemberId),
            () => second.Generation.ShouldBe(1));
    }

    [Fact]
    public async Task The_leader_sees_all_members_and_each_gets_its_share()
    {
        var (leader, follower) = await TwoMembersAsync();

        leader.Members.Select(static member => member.Id).ShouldBe([leader.MemberId, follower.MemberId], ignoreOrder: true);
        follower.Members.ShouldBeEmpty();
        var waiting = SyncAsync(follower);
        waiting.IsCompleted.ShouldBeFalse();
        (await SyncAsync(leader, (leader.MemberId, 1), (follower.MemberId, 2))).Assignment.ShouldBe([1]);
        (await waiting).Assignment.ShouldBe([2]);
        Describe().State.ShouldBe(GroupState.Stable);
    }

    [Fact]
    public async Task A_member_that_falls_silent_is_removed_after_its_session_and_the_others_are_told()
    {
        var (leader, follower) = await StableAsync();

        _clock.Advance(Session / 2);
        Heartbeat(leader).ShouldBe(ErrorCode.None);
        _clock.Advance((Session / 2) + TimeSpan.FromMilliseconds(10));

        Heartbeat(leader).ShouldBe(ErrorCode.RebalanceInProgress);
        Heartbeat(follower).ShouldBe(ErrorCode.UnknownMemberId);
        var again = await _group.JoinAsync(Ask(leader.MemberId));
        again.Generation.ShouldBe(leader.Generation + 1);
        again.Members.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_rebalance_goes_on_without_a_member_that_only_heartbeats()
    {
        var (leader, follower) = await StableAsync();
        var joining = _group.JoinAsync(Ask());

        for (var passed = TimeSpan.Zero; passed < Rebalance; passed += Session / 2)
        {
            joining.IsCompleted.ShouldBeFalse();
            Heartbeat(follower).ShouldBe(ErrorCode.RebalanceInProgress);
            Heartbeat(leader).ShouldBe(ErrorCode.RebalanceInProgress);
            _clock.Advance(Session / 2);
        }

        _clock.Advance(TimeSpan.FromMilliseconds(10));
        (await joining).Leader.ShouldBe((await joining).MemberId);
        Heartbeat(leader).ShouldBe(ErrorCode.UnknownMemberId);
    }

    [Fact]
    public async Task A_leader_that_never_assigns_does_not_hold_the_group_for_ever()
    {
        var (leader, follower) = await TwoMembersAsync();
        var waiting = SyncAsync(follower);

        for (var passed = TimeSpan.Zero; passed <= Rebalance; passed += Session / 2)
        {
            Heartbeat(leader);
            _clock.Advance(Session / 2);
        }

        (await waiting).Error.ShouldBe(ErrorCode.RebalanceInProgress);
        (await _group.JoinAsync(Ask(follower.MemberId))).Leader.ShouldBe(follower.MemberId);
    }

    [Fact]
    public async Task An_older_generation_can_neither_commit_nor_heartbeat()
    {
        var (leader, _) = await StableAsync();
        var older = leader with { Generation = leader.Generation - 1 };

        Heartbeat(older).ShouldBe(ErrorCode.IllegalGeneration);
        Commit(older, 5).ShouldBe(ErrorCode.IllegalGeneration);
        Commit(leader, 5).ShouldBe(ErrorCode.None);
        _group.Commit("", null, -1, [new CommittedOffset("topic", 0, 9, -1, null)]).ShouldBe(ErrorCode.UnknownMemberId);
        _store.FindOffset("group", "topic", 0)!.Offset.ShouldBe(5);
    }

    [Fact]
    public async Task A_tool_may_commit_while_the_group_is_empty()
    {
        var (leader, follower) = await StableAsync();
        _group.Leave(leader.MemberId, null);
        _group.Leave(follower.MemberId, null);

        _group.Commit("", null, -1, [new CommittedOffset("topic", 0, 9, -1, "reset")]).ShouldBe(ErrorCode.None);

        Describe().State.ShouldBe(GroupState.Empty);
        _store.FindOffset("group", "topic", 0)!.Metadata.ShouldBe("reset");
    }

    [Fact]
    public async Task A_member_without_a_common_assignor_is_refused()
    {
        await StableAsync();

        var refused = await _group.JoinAsync(Ask() with { Protocols = [new MemberProtocol("other", [])] });

        refused.Error.ShouldBe(ErrorCode.InconsistentGroupProtocol);
        Describe().State.ShouldBe(GroupState.Stable);
    }

    [Fact]
    public async Task The_assignor_that_all_know_and_most_prefer_wins()
    {
        var first = await _group.JoinAsync(Ask() with { Protocols = [new("a", [1]), new("b", [2])] });
        var second = _group.JoinAsync(Ask() with { Protocols = [new("b", [3])] });

        var again = await _group.JoinAsync(Ask(first.MemberId) with { Protocols = [new("a", [1]), new("b", [2])] });

        again.Protocol.ShouldBe("b");
        (await second).Protocol.ShouldBe("b");
    }

    [Fact]
    public async Task A_static_member_that_returns_takes_over_its_share_without_a_rebalance_and_fences_the_former()
    {
        var first = await _group.JoinAsync(Ask() with { InstanceId = "instance" });
        await SyncAsync(first, (first.MemberId, 7));

        var returned = await _group.JoinAsync(Ask() with { InstanceId = "instance" });

        returned.Generation.ShouldBe(first.Generation);
        returned.MemberId.ShouldNotBe(first.MemberId);
        (await SyncAsync(returned)).Assignment.ShouldBe([7]);
        _group.Heartbeat(first.MemberId, "instance", first.Generation).ShouldBe(ErrorCode.FencedInstanceId);
        _group.Heartbeat(returned.MemberId, "instance", first.Generation).ShouldBe(ErrorCode.None);
    }

    [Fact]
    public async Task A_stable_group_goes_on_after_a_restart()
    {
        var (leader, follower) = await StableAsync();
        Commit(leader, 12);
        _group.Dispose();
        _store.Dispose();

        _store = OpenStore();
        _group = new Group("group", _store, _clock, TimeSpan.Zero);

        Heartbeat(leader).ShouldBe(ErrorCode.None);
        (await SyncAsync(follower)).Assignment.ShouldBe([2]);
        _store.FindOffset("group", "topic", 0)!.Offset.ShouldBe(12);
    }

    [Fact]
    public async Task Only_a_group_without_members_is_deleted()
    {
        var (leader, follower) = await StableAsync();
        _group.Delete().ShouldBe(ErrorCode.NonEmptyGroup);
        _group.Leave(leader.MemberId, null);
        _group.Leave(follower.MemberId, null);

        _group.Delete().ShouldBe(ErrorCode.None);

        _store.GroupIds.ShouldBeEmpty();
        (await _group.JoinAsync(Ask())).Error.ShouldBe(ErrorCode.UnknownMemberId);
    }

    private static JoinAsk Ask(string memberId = "") =>
        new(memberId, null, "client", "127.0.0.1", Session, Rebalance, "consumer", [new MemberProtocol("range", [1])], RequireKnownId: false);

    private async Task<(JoinResult Leader, JoinResult Follower)> TwoMembersAsync()
    {
        var first = await _group.JoinAsync(Ask());
        var second = _group.JoinAsync(Ask());
        return (await _group.JoinAsync(Ask(first.MemberId)), await second);
    }

    private async Task<(JoinResult Leader, JoinResult Follower)> StableAsync()
    {
        var (leader, follower) = await TwoMembersAsync();
        await SyncAsync(leader, (leader.MemberId, 1), (follower.MemberId, 2));
        await SyncAsync(follower);
        return (leader, follower);
    }

    private Task<SyncResult> SyncAsync(JoinResult member, params (string Id, byte Share)[] shares) => _group.SyncAsync(
        member.MemberId,
        null,
        member.Generation,
        "consumer",
        "range",
        shares.ToDictionary(static share => share.Id, static share => new[] { share.Share }));

    private ErrorCode Heartbeat(JoinResult member) => _group.Heartbeat(member.MemberId, null, member.Generation);

    private ErrorCode Commit(JoinResult member, long offset) =>
        _group.Commit(member.MemberId, null, member.Generation, [new CommittedOffset("topic", 0, offset, -1, null)]);

    private (GroupState State, string ProtocolType, string Protocol, List<StoredMember> Members) Describe() => _group.Describe();

    private GroupStore OpenStore() => new(Path.Combine(_directory, "groups.journal"), NullLogger.Instance);
}
