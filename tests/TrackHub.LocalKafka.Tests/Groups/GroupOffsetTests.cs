using TrackHub.LocalKafka.Groups;
using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Tests.Groups;

/// <summary>Committed offsets: who may write and delete them, and how long they stay.</summary>
public sealed class GroupOffsetTests : IDisposable
{
    private static readonly TimeSpan Retention = TimeSpan.FromMinutes(10);

    private readonly GroupLab _lab = new();

    public void Dispose() => _lab.Dispose();

    [Fact]
    public async Task Members_commit_while_the_group_gathers_but_not_before_they_know_their_share()
    {
        var (leader, follower) = await _lab.StableAsync();
        var joining = _lab.JoinAsync(leader.MemberId);

        _lab.Commit(follower, 3).ShouldBe(ErrorCode.None);
        follower = await _lab.JoinAsync(follower.MemberId);
        _lab.Commit(follower, 4).ShouldBe(ErrorCode.RebalanceInProgress);

        (await joining).Error.ShouldBe(ErrorCode.None);
        _lab.Committed().ShouldBe(3);
    }

    [Fact]
    public void Whoever_has_no_generation_commits_to_an_empty_group_under_any_name()
    {
        _lab.Group.Commit("a-tool", null, -1, [GroupLab.At(5)]).ShouldBe(ErrorCode.None);
        _lab.Group.Commit("", "an-instance", -1, [GroupLab.At(6)]).ShouldBe(ErrorCode.None);
        _lab.Group.Commit("a-member", null, 0, [GroupLab.At(7)]).ShouldBe(ErrorCode.UnknownMemberId);

        _lab.Committed().ShouldBe(6);
    }

    [Fact]
    public async Task A_static_members_name_without_its_id_is_fenced()
    {
        await _lab.JoinAsync(instanceId: "instance");

        _lab.Group.Commit("", "instance", -1, [GroupLab.At(5)]).ShouldBe(ErrorCode.FencedInstanceId);
        _lab.Committed().ShouldBeNull();
    }

    [Fact]
    public async Task Offsets_stay_while_members_read_and_go_their_retention_after_the_last_left()
    {
        var (leader, follower) = await _lab.StableAsync();
        _lab.Commit(leader, 5);
        _lab.Pass(Retention * 2, leader, follower);
        Expire().ShouldBeFalse();
        _lab.Committed().ShouldBe(5);
        _lab.Group.Leave(leader.MemberId, null);
        _lab.Group.Leave(follower.MemberId, null);

        _lab.Clock.Advance(Retention - GroupLab.Moment);
        _lab.Restart();
        Expire().ShouldBeFalse();
        _lab.Committed().ShouldBe(5);
        _lab.Clock.Advance(GroupLab.Moment);

        Expire().ShouldBeTrue();
        _lab.Store.GroupIds.ShouldBeEmpty();
        _lab.Restart();
        _lab.Committed().ShouldBeNull();
    }

    [Fact]
    public void Without_membership_each_offset_goes_its_retention_after_its_commit()
    {
        _lab.Group.Commit("", null, -1, [GroupLab.At(1, "early"), GroupLab.At(1, "late")]);
        _lab.Clock.Advance(TimeSpan.FromMinutes(1));
        _lab.Group.Commit("", null, -1, [GroupLab.At(2, "late")]);
        _lab.Clock.Advance(TimeSpan.FromMinutes(9));

        Expire().ShouldBeFalse();

        _lab.Committed("early").ShouldBeNull();
        _lab.Committed("late").ShouldBe(2);
    }

    [Fact]
    public async Task Offsets_in_a_topic_that_members_no_longer_read_go_their_retention_after_their_commit()
    {
        var member = await _lab.Group.JoinAsync(GroupLab.Ask() with { Protocols = [new MemberProtocol("range", SubscriptionTo("read"))] });
        await _lab.SyncAsync(member, (member.MemberId, 1));
        _lab.Group.Commit(member.MemberId, null, member.Generation, [GroupLab.At(1, "read"), GroupLab.At(1, "given-up")]);
        _lab.Pass(Retention, member);

        Expire().ShouldBeFalse();

        _lab.Committed("read").ShouldBe(1);
        _lab.Committed("given-up").ShouldBeNull();
    }

    [Fact]
    public void A_commit_may_name_how_long_it_stays()
    {
        _lab.Group.Commit("", null, -1, [GroupLab.At(1)], retentionMs: 1000);
        _lab.Group.Commit("", null, -1, [GroupLab.At(1, "other")]);

        _lab.Clock.Advance(TimeSpan.FromSeconds(1));
        Expire().ShouldBeFalse();

        _lab.Committed().ShouldBeNull();
        _lab.Committed("other").ShouldBe(1);
    }

    [Fact]
    public void Offsets_of_an_earlier_version_without_a_time_count_from_the_start()
    {
        _lab.Store.Commit(GroupLab.Id, [GroupLab.At(5)]);
        _lab.Restart();
        var started = _lab.Clock.NowMs;

        _lab.Clock.Advance(Retention - GroupLab.Moment);
        _lab.Group.ForgetExpired(Retention, started, _lab.Clock.NowMs).ShouldBeFalse();
        _lab.Committed().ShouldBe(5);
        _lab.Clock.Advance(GroupLab.Moment);

        _lab.Group.ForgetExpired(Retention, started, _lab.Clock.NowMs).ShouldBeTrue();
    }

    [Fact]
    public async Task A_group_that_was_only_asked_for_an_id_goes_when_the_id_lapses()
    {
        var given = await _lab.Group.JoinAsync(GroupLab.Ask() with { RequireKnownId = true });
        Expire().ShouldBeFalse();
        _lab.Clock.Advance(GroupLab.Session + GroupLab.Moment);

        Expire().ShouldBeTrue();

        (await _lab.JoinAsync(given.MemberId)).Error.ShouldBe(ErrorCode.CoordinatorNotAvailable);
    }

    [Fact]
    public async Task Offsets_are_deleted_in_topics_that_no_member_reads()
    {
        var member = await _lab.Group.JoinAsync(GroupLab.Ask() with { Protocols = [new MemberProtocol("range", SubscriptionTo("read"))] });
        await _lab.SyncAsync(member, (member.MemberId, 1));
        _lab.Group.Commit(member.MemberId, null, member.Generation, [GroupLab.At(1, "read"), GroupLab.At(1, "given-up")]);
        PartitionName[] both = [new("read", 0), new("given-up", 0)];

        _lab.Group.DeleteOffsets(both, out var kept).ShouldBe(ErrorCode.None);

        kept.ShouldBe(["read"]);
        _lab.Committed("given-up").ShouldBeNull();
        _lab.Committed("read").ShouldBe(1);
        _lab.Group.Leave(member.MemberId, null);
        _lab.Group.DeleteOffsets(both, out kept).ShouldBe(ErrorCode.None);
        kept.ShouldBeEmpty();
        _lab.Restart();
        _lab.Committed("read").ShouldBeNull();
    }

    [Fact]
    public async Task Offsets_of_members_that_are_no_consumers_are_not_deleted()
    {
        await _lab.Group.JoinAsync(GroupLab.Ask() with { ProtocolType = "connect" });

        _lab.Group.DeleteOffsets([new PartitionName("topic", 0)], out _).ShouldBe(ErrorCode.NonEmptyGroup);
    }

    [Fact]
    public async Task A_topic_counts_as_read_where_a_members_metadata_is_not_understood()
    {
        var (leader, _) = await _lab.StableAsync();
        _lab.Commit(leader, 5);

        _lab.Group.DeleteOffsets([new PartitionName("topic", 0)], out var kept).ShouldBe(ErrorCode.None);

        kept.ShouldBe(["topic"]);
        _lab.Committed().ShouldBe(5);
    }

    private bool Expire() => _lab.Group.ForgetExpired(Retention, _lab.Clock.NowMs, _lab.Clock.NowMs);

    private static byte[] SubscriptionTo(string topic)
    {
        using var writer = new WireWriter();
        writer.Message(new ConsumerSubscription { Version = 1, Topics = [topic] });
        return [.. writer.Written.Span, 0, 0, 0, 0, 0, 0, 0, 0];   // no user data, no partitions owned
    }
}
