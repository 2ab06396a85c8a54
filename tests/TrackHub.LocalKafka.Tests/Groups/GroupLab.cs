using Microsoft.Extensions.Logging.Abstractions;
using TrackHub.LocalKafka.Groups;
using TrackHub.LocalKafka.Hosting;
using TrackHub.LocalKafka.Storage;
using TrackHub.LocalKafka.Tests.Storage;
using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Tests.Groups;

/// <summary>One group over a journal of its own, in time that stands still.</summary>
internal sealed class GroupLab : IDisposable
{
    public const string Id = "group";

    public static readonly TimeSpan Session = TimeSpan.FromSeconds(10);
    public static readonly TimeSpan Rebalance = TimeSpan.FromSeconds(60);
    public static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(10);

    private readonly StorageSettings _storage;

    public GroupLab(Action<LocalKafkaOptions>? configure = null)
    {
        configure?.Invoke(Options);
        _storage = new StorageSettings { Disk = Disk };
        Store = OpenStore();
        Group = OpenGroup();
    }

    public ManualClock Clock { get; } = new();

    public LocalKafkaOptions Options { get; } = new();

    public TestDisk Disk { get; } = new();

    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("groups-").FullName;

    public GroupStore Store { get; private set; }

    public Group Group { get; private set; }

    public GroupState State => Group.Describe().State;

    public void Dispose()
    {
        Group.Dispose();
        Store.Dispose();
        _storage.Dispose();
        System.IO.Directory.Delete(Directory, recursive: true);
    }

    /// <summary>Ends the broker's part and opens it again on what it stored.</summary>
    public void Restart()
    {
        Group.Dispose();
        Store.Dispose();
        Store = OpenStore();
        Group = OpenGroup();
    }

    /// <summary>A join as most tests need it; refine it by <c>with</c>.</summary>
    public static JoinAsk Ask(string memberId = "", string? instanceId = null) => new(
        memberId,
        instanceId,
        "client",
        "127.0.0.1",
        Session,
        Rebalance,
        "consumer",
        [new MemberProtocol("range", [1])],
        RequireKnownId: false,
        CanSkipAssignment: true);

    public Task<JoinResult> JoinAsync(string memberId = "", string? instanceId = null) => Group.JoinAsync(Ask(memberId, instanceId));

    /// <summary>A leader and a follower that joined and have not synced.</summary>
    public async Task<(JoinResult Leader, JoinResult Follower)> TwoMembersAsync()
    {
        var first = await JoinAsync();
        var second = JoinAsync();
        return (await JoinAsync(first.MemberId), await second);
    }

    /// <summary>A leader with share 1 and a follower with share 2.</summary>
    public async Task<(JoinResult Leader, JoinResult Follower)> StableAsync()
    {
        var (leader, follower) = await TwoMembersAsync();
        await SyncAsync(leader, (leader.MemberId, 1), (follower.MemberId, 2));
        await SyncAsync(follower);
        return (leader, follower);
    }

    public Task<SyncResult> SyncAsync(JoinResult member, params (string Id, byte Share)[] shares) => Group.SyncAsync(
        member.MemberId,
        null,
        member.Generation,
        "consumer",
        "range",
        shares.ToDictionary(static share => share.Id, static share => new[] { share.Share }));

    public ErrorCode Heartbeat(JoinResult member, string? instanceId = null) =>
        Group.Heartbeat(member.MemberId, instanceId, member.Generation);

    public ErrorCode Commit(JoinResult member, long offset, string? instanceId = null) =>
        Group.Commit(member.MemberId, instanceId, member.Generation, [At(offset)]);

    public static CommittedOffset At(long offset, string topic = "topic") => new(topic, 0, offset, -1, null);

    public long? Committed(string topic = "topic") => Store.FindOffset(Id, topic, 0)?.Offset;

    /// <summary>Lets time pass while some members send their heartbeats.</summary>
    public void Pass(TimeSpan time, params JoinResult[] alive)
    {
        for (var step = Session / 2; time > TimeSpan.Zero; time -= step)
        {
            foreach (var member in alive)
                Heartbeat(member);
            Clock.Advance(time < step ? time : step);
        }
    }

    private GroupStore OpenStore() => new(Path.Combine(Directory, "groups.journal"), NullLogger.Instance, _storage);

    private Group OpenGroup() => new(Id, Store, Clock, Options, NullLogger.Instance);
}
