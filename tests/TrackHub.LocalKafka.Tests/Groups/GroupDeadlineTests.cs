using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Tests.Groups;

/// <summary>What ends with time in a group, and what doesn't.</summary>
public sealed class GroupDeadlineTests : IDisposable
{
    private readonly GroupLab _lab = new();

    public void Dispose() => _lab.Dispose();

    [Fact]
    public async Task A_new_member_waits_five_minutes_at_most()
    {
        var (leader, follower) = await _lab.StableAsync();
        var patient = GroupLab.Ask() with { RebalanceTimeout = TimeSpan.FromMinutes(20) };
        var joining = _lab.Group.JoinAsync(patient);

        _lab.Pass(TimeSpan.FromMinutes(5), leader, follower);
        _lab.Clock.Advance(GroupLab.Moment);

        (await joining).Error.ShouldBe(ErrorCode.UnknownMemberId);
        _lab.Group.Describe().Members.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_member_that_never_asks_for_its_share_is_removed_from_a_stable_group()
    {
        var (leader, follower) = await _lab.TwoMembersAsync();
        await _lab.SyncAsync(leader, (leader.MemberId, 1), (follower.MemberId, 2));

        _lab.Pass(GroupLab.Rebalance - GroupLab.Moment, leader, follower);
        _lab.Heartbeat(leader).ShouldBe(ErrorCode.None);
        _lab.Pass(GroupLab.Moment * 2, leader, follower);

        _lab.Heartbeat(leader).ShouldBe(ErrorCode.RebalanceInProgress);
        _lab.Heartbeat(follower).ShouldBe(ErrorCode.UnknownMemberId);
    }

    [Fact]
    public async Task A_member_that_asked_for_its_share_stays_while_its_heartbeats_come()
    {
        var (leader, follower) = await _lab.StableAsync();

        _lab.Pass(GroupLab.Rebalance * 5, leader, follower);

        _lab.Heartbeat(leader).ShouldBe(ErrorCode.None);
        _lab.Heartbeat(follower).ShouldBe(ErrorCode.None);
    }

    [Fact]
    public async Task No_generation_begins_while_all_that_are_left_are_static_members_that_are_away()
    {
        var patience = TimeSpan.FromMinutes(20);
        var first = await _lab.Group.JoinAsync(GroupLab.Ask(instanceId: "away") with { SessionTimeout = patience });
        var joining = _lab.Group.JoinAsync(GroupLab.Ask());
        first = await _lab.Group.JoinAsync(GroupLab.Ask(first.MemberId, "away") with { SessionTimeout = patience });
        var second = await joining;
        await _lab.SyncAsync(first, (first.MemberId, 1));
        await _lab.SyncAsync(second);
        _lab.Group.Leave(second.MemberId, null);

        _lab.Clock.Advance(GroupLab.Rebalance * 3);

        _lab.Heartbeat(first).ShouldBe(ErrorCode.RebalanceInProgress);
        var returned = await _lab.JoinAsync(instanceId: "away");
        returned.Generation.ShouldBe(first.Generation + 1);
        returned.Leader.ShouldBe(returned.MemberId);
    }

    [Fact]
    public async Task A_rebalance_goes_on_with_the_place_of_a_static_member_that_is_away()
    {
        var away = await _lab.JoinAsync(instanceId: "away");
        var joining = _lab.JoinAsync();
        away = await _lab.JoinAsync(away.MemberId, "away");
        var leader = await joining;
        await _lab.SyncAsync(away, (away.MemberId, 1), (leader.MemberId, 2));
        await _lab.SyncAsync(leader);
        var third = _lab.JoinAsync();
        var again = _lab.JoinAsync(leader.MemberId);
        for (var passed = TimeSpan.Zero; passed <= GroupLab.Rebalance; passed += GroupLab.Session / 2)
        {
            _lab.Heartbeat(away);
            _lab.Clock.Advance(GroupLab.Session / 2);
        }

        (await again).Leader.ShouldBeOneOf(leader.MemberId, (await third).MemberId);
        new[] { await again, await third }.Max(static member => member.Members.Count).ShouldBe(3);
    }

    [Fact]
    public async Task A_new_group_waits_longer_while_members_come()
    {
        using var slow = new GroupLab(static options => options.GroupInitialRebalanceDelay = TimeSpan.FromSeconds(3));
        var first = slow.JoinAsync();
        slow.Clock.Advance(TimeSpan.FromSeconds(2));
        var second = slow.JoinAsync();

        slow.Clock.Advance(TimeSpan.FromSeconds(3));
        first.IsCompleted.ShouldBeFalse();
        slow.Clock.Advance(TimeSpan.FromSeconds(2));

        (await first).Generation.ShouldBe(1);
        (await second).Generation.ShouldBe(1);
    }

    [Fact]
    public async Task A_new_groups_first_members_do_not_wait_for_one_that_only_asked_for_an_id()
    {
        await _lab.Group.JoinAsync(GroupLab.Ask() with { RequireKnownId = true });

        (await _lab.JoinAsync().WaitAsync(TimeSpan.FromSeconds(5))).Generation.ShouldBe(1);
    }

    [Fact]
    public async Task A_rebalance_waits_for_an_id_that_was_given_out_until_it_lapses()
    {
        var (leader, follower) = await _lab.StableAsync();
        await _lab.Group.JoinAsync(GroupLab.Ask() with { RequireKnownId = true });
        var leading = _lab.JoinAsync(leader.MemberId);
        var following = _lab.JoinAsync(follower.MemberId);
        leading.IsCompleted.ShouldBeFalse();

        _lab.Clock.Advance(GroupLab.Session + GroupLab.Moment);

        (await leading).Members.Count.ShouldBe(2);
        (await following).Error.ShouldBe(ErrorCode.None);
    }
}
