using TrackHub.LocalKafka.Groups;
using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Tests.Groups;

/// <summary>What can happen to a group, or to one of the clients that use it.</summary>
internal enum Happening
{
    Join,
    Sync,
    Heartbeat,
    Commit,
    Leave,

    /// <summary>The client starts anew and no longer knows its member id.</summary>
    Forget,

    /// <summary>Somebody speaks in the name of a member and generation that once were.</summary>
    Haunt,
    Pass,
    Restart,
}

/// <param name="Amount">How long, how far, which: 0 to 59.</param>
internal readonly record struct Step(Happening What, int Client, int Amount);

/// <summary>
/// A group and four clients of it, two of them static, with what must be true of them after each step: members answer to one generation
/// at a time, a stable group's members hold what their leader gave them, nobody waits beyond the rebalance time-out, and a restart gives
/// back what was stable.
/// </summary>
internal sealed class GroupModel(TimeSpan initialDelay) : IDisposable
{
    public const int Clients = 4;

    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(5);

    private readonly GroupLab _lab = new(options => options.GroupInitialRebalanceDelay = initialDelay);
    private readonly GroupClient[] _clients =
    [
        new GroupClient(null, requiresKnownId: false),
        new GroupClient(null, requiresKnownId: true),
        new GroupClient("instance-1", requiresKnownId: true),
        new GroupClient("instance-2", requiresKnownId: true),
    ];

    private readonly List<(Task Answer, long Since)> _waiting = [];
    private readonly List<(string Id, string? InstanceId, int Generation)> _past = [];
    private readonly Dictionary<int, string> _leaders = [];
    private Dictionary<string, byte[]> _shares = [];   // of the last stable generation, by instance id or else member id
    private string _lastStored = "Empty";
    private int _seen;                                 // the highest generation any member was told of since the restart
    private long? _committed;

    /// <summary>The most members that one stable generation gave a share to.</summary>
    public int MostSharing { get; private set; }

    private int Generation => Math.Max(_seen, _lab.Store.Find(GroupLab.Id)?.Generation ?? 0);

    public void Dispose() => _lab.Dispose();

    public void Take(Step step)
    {
        var client = _clients[step.Client];
        switch (step.What)
        {
            case Happening.Join:
                client.Joining = Awaited(_lab.Group.JoinAsync(client.Ask(step.Amount)));
                client.Syncing = null;
                break;
            case Happening.Sync when client.Generation >= 0:
                Sync(client, step.Amount);
                break;
            case Happening.Heartbeat when client.Generation >= 0:
                ShouldBeHeard(client.MemberId, client.InstanceId, client.Generation);
                break;
            case Happening.Commit:
                ShouldCommit(client.MemberId, client.InstanceId, client.Generation, step.Amount);
                break;
            case Happening.Leave:
                Leave(client, byName: step.Amount % 2 == 0);
                break;
            case Happening.Forget:
                client.Forget();
                break;
            case Happening.Haunt when _past.Count > 0:
                var (id, instanceId, generation) = _past[step.Amount % _past.Count];
                ShouldBeHeard(id, instanceId, generation);
                ShouldCommit(id, instanceId, generation, step.Amount);
                break;
            case Happening.Pass:
                for (var i = 0; i <= step.Amount / 4; i++)
                    Pass();
                break;
            case Happening.Restart:
                Restart();
                break;
        }

        Check();
    }

    /// <summary>Everybody falls silent.</summary>
    public void End()
    {
        for (var passed = TimeSpan.Zero; passed < TimeSpan.FromMinutes(10); passed += Tick)
            Pass();
        _waiting.ShouldBeEmpty();
        _lab.State.ShouldBe(GroupState.Empty);
        _lab.Group.Describe().Members.ShouldBeEmpty();
        Restart();
        Check();
    }

    private void Pass()
    {
        _lab.Clock.Advance(Tick);
        Check();
    }

    private void Sync(GroupClient client, int amount)
    {
        var before = _lab.State;
        var shares = client.Divide(amount);
        var answer = Awaited(_lab.Group.SyncAsync(
            client.MemberId, client.InstanceId, client.Generation, "consumer", "range", shares.ToDictionary(static share => share.Id, static share => share.Bytes)));
        client.Syncing = answer;
        if (before == GroupState.CompletingRebalance && _lab.State == GroupState.Stable)
            _shares = shares.ToDictionary(static share => share.Key, static share => share.Bytes);
    }

    private void Leave(GroupClient client, bool byName)
    {
        var error = byName && client.InstanceId is not null
            ? _lab.Group.Leave("", client.InstanceId)
            : _lab.Group.Leave(client.MemberId, client.InstanceId);
        if (error == ErrorCode.None)
            _lab.Group.Describe().Members.Exists(member => member.Id == client.MemberId).ShouldBeFalse();
    }

    private void Restart()
    {
        _lab.Restart();
        _waiting.Exists(static waiting => !waiting.Answer.IsCompleted).ShouldBeFalse();
        Learn();
        (_seen, _shares) = (0, _lastStored.StartsWith("Stable", StringComparison.Ordinal) ? _shares : []);
        _leaders.Clear();
        Text(_lab.Group.Describe()).ShouldBe(_lastStored);
    }

    private Task<T> Awaited<T>(Task<T> answer)
    {
        _waiting.Add((answer, _lab.Clock.GetTimestamp()));
        return answer;
    }

    private void ShouldBeHeard(string id, string? instanceId, int generation)
    {
        var expected = Standing(id, instanceId, generation);
        if (expected == ErrorCode.None && _lab.State == GroupState.PreparingRebalance)
            expected = ErrorCode.RebalanceInProgress;
        _lab.Group.Heartbeat(id, instanceId, generation).ShouldBe(expected);
    }

    private void ShouldCommit(string id, string? instanceId, int generation, long offset)
    {
        var expected = generation < 0 && _lab.State == GroupState.Empty ? ErrorCode.None : Standing(id, instanceId, generation);
        if (expected == ErrorCode.None && _lab.State == GroupState.CompletingRebalance)
            expected = ErrorCode.RebalanceInProgress;
        _lab.Group.Commit(id, instanceId, generation, [GroupLab.At(offset)]).ShouldBe(expected);
        if (expected == ErrorCode.None)
            _committed = offset;
    }

    private ErrorCode Standing(string id, string? instanceId, int generation)
    {
        var members = _lab.Group.Describe().Members;
        var named = members.Find(member => instanceId is not null && member.InstanceId == instanceId);
        if (named is not null && named.Id != id)
            return ErrorCode.FencedInstanceId;
        if (!members.Exists(member => member.Id == id && (instanceId is null || member == named)))
            return ErrorCode.UnknownMemberId;
        return generation == Generation ? ErrorCode.None : ErrorCode.IllegalGeneration;
    }

    private void Check()
    {
        Learn();
        var group = _lab.Group.Describe();
        group.Members.Select(static member => member.InstanceId).OfType<string>().ShouldBeUnique();
        if (group.State == GroupState.Stable)
        {
            MostSharing = Math.Max(MostSharing, group.Members.Count(static member => member.Assignment.Length > 0));
            foreach (var member in group.Members)
                member.Assignment.ShouldBe(_shares.GetValueOrDefault(member.InstanceId ?? member.Id) ?? []);
        }

        if (group.State is GroupState.Stable or GroupState.Empty)
            _lastStored = Text(group);
        _lab.Committed().ShouldBe(_committed);
        foreach (var (_, since) in _waiting)
            _lab.Clock.GetElapsedTime(since).ShouldBeLessThanOrEqualTo(GroupLab.Rebalance + Tick);
    }

    /// <summary>Takes in the answers that have come.</summary>
    private void Learn()
    {
        foreach (var (answer, _) in _waiting)
        {
            if (answer is Task<JoinResult> { IsCompleted: true } join && join.GetAwaiter().GetResult() is { Error: ErrorCode.None } joined)
            {
                joined.Generation.ShouldBeGreaterThanOrEqualTo(_seen);
                _seen = joined.Generation;
                _past.Add((joined.MemberId, null, joined.Generation));
                if (joined.Members.Count > 0 && !joined.SkipAssignment)
                    (_leaders.TryAdd(joined.Generation, joined.MemberId) || _leaders[joined.Generation] == joined.MemberId).ShouldBeTrue();
            }
        }

        _waiting.RemoveAll(static waiting => waiting.Answer.IsCompleted);
        foreach (var client in _clients)
        {
            if (client.Learn() is { } share)
                share.ShouldBe(_shares.GetValueOrDefault(client.Key) ?? []);
            if (client.Generation >= 0)
                _past.Add((client.MemberId, client.InstanceId, client.Generation));
        }
    }

    private static string Text(GroupDescription group) => string.Join('\n', group.Members
        .Select(static member => $"{member.Id} {member.InstanceId} {Convert.ToHexString(member.Assignment)} {Convert.ToHexString(member.Protocols[0].Metadata)}")
        .Order(StringComparer.Ordinal)
        .Prepend(group.State.ToString()));
}
