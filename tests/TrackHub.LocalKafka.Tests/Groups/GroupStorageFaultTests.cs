using TrackHub.LocalKafka.Groups;
using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Tests.Groups;

/// <summary>A group whose journal takes no more: nothing is promised, nobody waits, and it goes on when the journal does.</summary>
public sealed class GroupStorageFaultTests : IDisposable
{
    private const int TooLarge = 16 * 1024 * 1024;

    private readonly GroupLab _lab = new();

    public void Dispose() => _lab.Dispose();

    [Fact]
    public async Task An_assignment_that_cannot_be_stored_is_nobodys_and_the_group_gathers_again()
    {
        var (leader, follower) = await _lab.TwoMembersAsync();
        var waiting = _lab.SyncAsync(follower);

        _lab.Disk.Room = 0;

        var refused = await _lab.SyncAsync(leader, (leader.MemberId, 1));

        refused.Error.ShouldBe(ErrorCode.NotCoordinator);
        (await waiting).Error.ShouldBe(ErrorCode.NotCoordinator);
        _lab.Disk.Room = long.MaxValue;
        var leading = _lab.JoinAsync(leader.MemberId);
        follower = await _lab.JoinAsync(follower.MemberId);
        leader = await leading;
        (await _lab.SyncAsync(leader, (leader.MemberId, 3))).Assignment.ShouldBe([3]);
        (await _lab.SyncAsync(follower)).Error.ShouldBe(ErrorCode.None);
    }

    [Fact]
    public void A_commit_that_cannot_be_stored_is_refused_whole_and_taken_when_there_is_room()
    {
        _lab.Disk.Room = 0;
        _lab.Group.Commit("", null, -1, [GroupLab.At(5, "other"), GroupLab.At(5)]).ShouldBe(ErrorCode.NotCoordinator);
        _lab.Committed("other").ShouldBeNull();
        _lab.Committed().ShouldBeNull();

        _lab.Disk.Room = long.MaxValue;

        _lab.Group.Commit("", null, -1, [GroupLab.At(6)]).ShouldBe(ErrorCode.None);
        _lab.Restart();
        _lab.Committed().ShouldBe(6);
    }

    [Fact]
    public void A_commit_larger_than_the_journal_can_read_back_is_refused()
    {
        _lab.Group.Commit("", null, -1, [GroupLab.At(5) with { Metadata = new string('m', TooLarge) }]).ShouldBe(ErrorCode.NotCoordinator);

        _lab.Group.Commit("", null, -1, [GroupLab.At(6)]).ShouldBe(ErrorCode.None);
        _lab.Restart();
        _lab.Committed().ShouldBe(6);
    }

    [Fact]
    public async Task The_last_members_end_is_not_the_brokers_when_it_cannot_be_stored()
    {
        var member = await _lab.JoinAsync();
        await _lab.SyncAsync(member, (member.MemberId, 1));
        _lab.Disk.Room = 0;

        _lab.Clock.Advance(GroupLab.Session + GroupLab.Moment);

        _lab.State.ShouldBe(GroupState.Empty);
        _lab.Group.Delete().ShouldBe(ErrorCode.NotCoordinator);
        _lab.State.ShouldBe(GroupState.Empty);
    }

    [Fact]
    public async Task A_static_member_whose_return_cannot_be_stored_stays_who_it_was()
    {
        var former = await _lab.JoinAsync(instanceId: "instance");
        await _lab.SyncAsync(former, (former.MemberId, 1));
        _lab.Disk.Room = 0;

        (await _lab.JoinAsync(instanceId: "instance")).Error.ShouldBe(ErrorCode.NotCoordinator);

        _lab.Heartbeat(former, "instance").ShouldBe(ErrorCode.None);
        _lab.Group.Describe().Members.Select(static member => member.Id).ShouldBe([former.MemberId]);
    }
}
