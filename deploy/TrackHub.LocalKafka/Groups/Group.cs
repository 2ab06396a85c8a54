using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Groups;

/// <summary>Where a group is in its rebalance. Names are Kafka's.</summary>
internal enum GroupState
{
    /// <summary>No members; offsets may be kept.</summary>
    Empty,

    /// <summary>Waiting for every member to join again.</summary>
    PreparingRebalance,

    /// <summary>Waiting for the leader's assignment.</summary>
    CompletingRebalance,

    /// <summary>Every member has its share.</summary>
    Stable,

    /// <summary>Deleted.</summary>
    Dead,
}

/// <summary>
/// The membership of one consumer group: Kafka's classic rebalance protocol, in which the broker gathers the members and one of them,
/// the leader, divides the partitions. Eager and cooperative assignors look the same from here.
/// </summary>
/// <remarks>
/// Thread-safe on one lock. A stable generation is stored before its members learn of it, so a restarted broker goes on with it.
/// Requests are in this file, the turns of the state in <c>Group.Rebalance.cs</c>.
/// </remarks>
internal sealed partial class Group : IDisposable
{
    private readonly Lock _lock = new();
    private readonly string _id;
    private readonly GroupStore _store;
    private readonly TimeProvider _clock;
    private readonly TimeSpan _initialDelay;
    private readonly ITimer _timer;

    private readonly Dictionary<string, GroupMember> _members = [];
    private readonly Dictionary<string, long> _pending = [];   // ids given out that nobody joined with yet, and when they lapse
    private GroupState _state = GroupState.Empty;
    private int _generation;
    private string _protocolType = "";
    private string? _protocol;
    private string? _leader;
    private long _phaseEnd;       // when a rebalance goes on without those who are missing
    private long _earliestJoin;   // a new group's first rebalance gathers members until then

    public Group(string id, GroupStore store, TimeProvider clock, TimeSpan initialDelay)
    {
        _id = id;
        _store = store;
        _clock = clock;
        _initialDelay = initialDelay;
        _timer = clock.CreateTimer(static group => ((Group)group!).Expire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        lock (_lock)
            Restore();
    }

    /// <summary>Joins a member; completes when the group has gathered, or at once with an error.</summary>
    public Task<JoinResult> JoinAsync(JoinAsk ask)
    {
        lock (_lock)
        {
            var result = Join(ask);
            Reschedule();
            return result;
        }
    }

    /// <summary>Takes the leader's assignments; completes with the member's share.</summary>
    public Task<SyncResult> SyncAsync(
        string memberId, string? instanceId, int generation, string? protocolType, string? protocol, Dictionary<string, byte[]> assignments)
    {
        lock (_lock)
        {
            var error = Check(memberId, instanceId, generation, out var member);
            if (error == ErrorCode.None && ((protocolType ?? _protocolType) != _protocolType || (protocol ?? _protocol) != _protocol))
                error = ErrorCode.InconsistentGroupProtocol;
            if (error == ErrorCode.None && _state == GroupState.PreparingRebalance)
                error = ErrorCode.RebalanceInProgress;
            if (error != ErrorCode.None)
                return Task.FromResult(SyncResult.Refused(error));

            Touch(member);
            if (_state == GroupState.Stable)
                return Task.FromResult(ShareOf(member));

            member.Syncing ??= new TaskCompletionSource<SyncResult>(TaskCreationOptions.RunContinuationsAsynchronously);
            var result = member.Syncing.Task;
            if (memberId == _leader)
                Stabilize(assignments);
            Reschedule();
            return result;
        }
    }

    /// <summary>Keeps a member's session; REBALANCE_IN_PROGRESS tells it to join again.</summary>
    public ErrorCode Heartbeat(string memberId, string? instanceId, int generation)
    {
        lock (_lock)
        {
            var error = Check(memberId, instanceId, generation, out var member);
            if (error != ErrorCode.None)
                return error;

            Touch(member);
            return _state == GroupState.PreparingRebalance ? ErrorCode.RebalanceInProgress : ErrorCode.None;
        }
    }

    /// <summary>Removes a member by id, or a static one by its instance id alone.</summary>
    public ErrorCode Leave(string memberId, string? instanceId)
    {
        lock (_lock)
        {
            if (_pending.Remove(memberId))
            {
                TryCompleteJoin();
                Reschedule();
                return ErrorCode.None;
            }

            var member = memberId.Length == 0 ? FindStatic(instanceId) : _members.GetValueOrDefault(memberId);
            if (member is null)
                return FindStatic(instanceId) is null ? ErrorCode.UnknownMemberId : ErrorCode.FencedInstanceId;

            Remove(member);
            Reschedule();
            return ErrorCode.None;
        }
    }

    /// <summary>Stores offsets if the member may commit. Generation -1 is a consumer or tool outside the group's membership.</summary>
    public ErrorCode Commit(string memberId, string? instanceId, int generation, List<CommittedOffset> offsets)
    {
        lock (_lock)
        {
            if (generation >= 0 || memberId.Length > 0)
            {
                var error = Check(memberId, instanceId, generation, out var member);
                if (error != ErrorCode.None)
                    return error;

                Touch(member);
                if (_state == GroupState.CompletingRebalance)
                    return ErrorCode.RebalanceInProgress;
            }
            else if (_members.Count > 0 || _state == GroupState.Dead)
            {
                return ErrorCode.UnknownMemberId;
            }

            _store.Commit(_id, offsets);
            return ErrorCode.None;
        }
    }

    /// <summary>Deletes the group with its offsets, if it has no members.</summary>
    public ErrorCode Delete()
    {
        lock (_lock)
        {
            if (_members.Count > 0)
                return ErrorCode.NonEmptyGroup;

            _state = GroupState.Dead;
            _store.Delete(_id);
            return ErrorCode.None;
        }
    }

    /// <summary>State, protocol and members as they are now.</summary>
    public (GroupState State, string ProtocolType, string Protocol, List<StoredMember> Members) Describe()
    {
        lock (_lock)
        {
            var protocol = _state == GroupState.Stable ? _protocol ?? "" : "";
            return (_state, _protocolType, protocol, _members.Values.Select(static member => member.ToStored()).ToList());
        }
    }

    /// <summary>Ends the timer and answers who waits.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _timer.Dispose();
            _state = GroupState.Dead;
            foreach (var member in _members.Values)
            {
                member.AnswerJoin(new JoinResult(ErrorCode.RebalanceInProgress, member.Id));
                member.AnswerSync(SyncResult.Refused(ErrorCode.RebalanceInProgress));
            }
        }
    }

    private ErrorCode Check(string memberId, string? instanceId, int generation, out GroupMember member)
    {
        member = null!;
        if (_state == GroupState.Dead)
            return ErrorCode.UnknownMemberId;
        if (FindStatic(instanceId) is { } named && named.Id != memberId)
            return ErrorCode.FencedInstanceId;
        if (!_members.TryGetValue(memberId, out var found))
            return ErrorCode.UnknownMemberId;

        member = found;
        return generation == _generation ? ErrorCode.None : ErrorCode.IllegalGeneration;
    }

    private GroupMember? FindStatic(string? instanceId) =>
        instanceId is null ? null : _members.Values.FirstOrDefault(member => member.InstanceId == instanceId);
}
