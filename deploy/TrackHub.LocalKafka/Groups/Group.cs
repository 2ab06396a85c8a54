using Microsoft.Extensions.Logging;
using TrackHub.LocalKafka.Hosting;
using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Groups;

/// <summary>
/// The membership of one consumer group: Kafka's classic rebalance protocol, in which the broker gathers the members and one of them,
/// the leader, divides the partitions. Eager and cooperative assignors look the same from here.
/// </summary>
/// <remarks>
/// Thread-safe on one lock. A stable generation is stored before its members learn of it, so a restarted broker goes on with it.
/// What members ask is in this file, joining in <c>Group.Joining.cs</c>, the turns of the state in <c>Group.Rebalance.cs</c>, what ends
/// with time in <c>Group.Deadlines.cs</c>, committed offsets in <c>Group.Offsets.cs</c>. Sources: Kafka's protocol guide; KIP-62
/// (session and rebalance time-outs), 134 (initial delay), 345 (static members), 389 (size limit), 394 (known ids), 559 and 814.
/// </remarks>
internal sealed partial class Group : IDisposable
{
    private readonly Lock _lock = new();
    private readonly string _id;
    private readonly GroupStore _store;
    private readonly TimeProvider _clock;
    private readonly TimeSpan _initialDelay;
    private readonly int _maxSize;
    private readonly ILogger _logger;
    private readonly ITimer _timer;

    private readonly GroupMembers _members = new();
    private readonly Dictionary<string, long> _pending = [];   // ids given out that nobody joined with yet, and when they lapse
    private GroupState _state = GroupState.Empty;
    private long _emptySinceMs;   // Unix time; 0 while unknown
    private int _generation;
    private string _protocolType = "";
    private string? _protocol;

    public Group(string id, GroupStore store, TimeProvider clock, LocalKafkaOptions options, ILogger logger)
    {
        _id = id;
        _store = store;
        _clock = clock;
        _initialDelay = options.GroupInitialRebalanceDelay;
        _maxSize = options.GroupMaxSize;
        _logger = logger;
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
            TryCompleteJoin();
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
            member.HasSynced = true;
            if (_state == GroupState.Stable)
            {
                Reschedule();
                return Task.FromResult(ShareOf(member));
            }

            member.Syncing ??= new TaskCompletionSource<SyncResult>(TaskCreationOptions.RunContinuationsAsynchronously);
            var result = member.Syncing.Task;
            if (memberId == _members.Leader)
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
            var error = ErrorCode.None;
            if (memberId.Length == 0)
            {
                if (_members.FindStatic(instanceId) is not { } named)
                    return ErrorCode.UnknownMemberId;
                Remove(named);
            }
            else if (!_pending.Remove(memberId))
            {
                error = Find(memberId, instanceId, out var member);
                if (error != ErrorCode.None)
                    return error;
                Remove(member);
            }

            TryCompleteJoin();
            Reschedule();
            return error;
        }
    }

    /// <summary>Deletes the group with its offsets, if it has no members.</summary>
    /// <returns>NON_EMPTY_GROUP; GROUP_ID_NOT_FOUND if it is deleted already; NOT_COORDINATOR if the disk refused.</returns>
    public ErrorCode Delete()
    {
        lock (_lock)
        {
            if (_state != GroupState.Empty)
                return _state == GroupState.Dead ? ErrorCode.GroupIdNotFound : ErrorCode.NonEmptyGroup;
            if (!TryStore(() => _store.Delete(_id)))
                return ErrorCode.NotCoordinator;

            _state = GroupState.Dead;
            return ErrorCode.None;
        }
    }

    /// <summary>State, protocol and members as they are now.</summary>
    public GroupDescription Describe()
    {
        lock (_lock)
        {
            var isStable = _state == GroupState.Stable;
            var members = _members.All.Select(member => isStable ? member.ToStored() : member.ToStored() with { Assignment = [] }).ToList();
            return new GroupDescription(_state, _protocolType, isStable ? _protocol ?? "" : "", members);
        }
    }

    /// <summary>Ends the timer and answers who waits.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _timer.Dispose();
            _state = GroupState.Dead;
            foreach (var member in _members.All)
            {
                member.AnswerJoin(new JoinResult(ErrorCode.NotCoordinator, member.Id));
                member.AnswerSync(SyncResult.Refused(ErrorCode.NotCoordinator));
            }
        }
    }

    /// <summary>The member of that id, which must be the one its instance id stands for, if it names one.</summary>
    private ErrorCode Find(string memberId, string? instanceId, out GroupMember member)
    {
        member = _members.Find(memberId)!;
        if (_state == GroupState.Dead)
            return ErrorCode.CoordinatorNotAvailable;
        if (instanceId is not null && _members.FindStatic(instanceId)?.Id is var named && named != memberId)
            return named is null ? ErrorCode.UnknownMemberId : ErrorCode.FencedInstanceId;
        return member is null ? ErrorCode.UnknownMemberId : ErrorCode.None;
    }

    private ErrorCode Check(string memberId, string? instanceId, int generation, out GroupMember member)
    {
        var error = Find(memberId, instanceId, out member);
        return error == ErrorCode.None && generation != _generation ? ErrorCode.IllegalGeneration : error;
    }

    /// <summary>Writes to the journal; false if the disk refused, after which nothing may count that was to be written.</summary>
    private bool TryStore(Action write)
    {
        try
        {
            write();
            return true;
        }
        catch (IOException fault)
        {
            Log.NotStored(_logger, fault, _id);
            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(50, LogLevel.Error, "Group {Group}: the disk refused a change; its members are told to try again")]
        public static partial void NotStored(ILogger logger, Exception fault, string group);
    }
}
