using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Groups;

/// <content>The turns of the state: joins gathered, assignment spread, members lost. All under the group's lock.</content>
internal sealed partial class Group
{
    private Task<JoinResult> Join(JoinAsk ask)
    {
        if (_state == GroupState.Dead)
            return Refused(ask, ErrorCode.UnknownMemberId);
        if (!Fits(ask))
            return Refused(ask, ErrorCode.InconsistentGroupProtocol);

        var named = FindStatic(ask.InstanceId);
        if (ask.MemberId.Length == 0)
        {
            var id = $"{(ask.InstanceId ?? ask.ClientId)}-{Guid.NewGuid()}";
            if (named is not null)
                return Replace(named, id, ask);
            if (ask.InstanceId is not null || !ask.RequireKnownId)
                return Add(id, ask);

            _pending[id] = In(ask.SessionTimeout);
            return Task.FromResult(new JoinResult(ErrorCode.MemberIdRequired, id));
        }

        if (named is not null && named.Id != ask.MemberId)
            return Refused(ask, ErrorCode.FencedInstanceId);
        if (_pending.Remove(ask.MemberId))
            return Add(ask.MemberId, ask);
        return _members.TryGetValue(ask.MemberId, out var member) ? Rejoin(member, ask) : Refused(ask, ErrorCode.UnknownMemberId);
    }

    private Task<JoinResult> Add(string id, JoinAsk ask)
    {
        var member = new GroupMember(id, ask.InstanceId);
        _members.Add(id, member);
        _protocolType = ask.ProtocolType;
        return GatherWith(member, ask);
    }

    private Task<JoinResult> Rejoin(GroupMember member, JoinAsk ask)
    {
        // A repeated join of a member that knows nothing new gets the running generation again: its answer was lost.
        var isRepeated = member.HasSameProtocols(ask.Protocols)
            && (_state == GroupState.CompletingRebalance || (_state == GroupState.Stable && member.Id != _leader));
        if (!isRepeated)
            return GatherWith(member, ask);

        Touch(member);
        return Task.FromResult(Joined(member));
    }

    /// <summary>A static member came back under a new id: it takes over its share without a rebalance if it asks for the same.</summary>
    private Task<JoinResult> Replace(GroupMember former, string id, JoinAsk ask)
    {
        var member = new GroupMember(id, ask.InstanceId) { Assignment = former.Assignment };
        var keepsShare = _state == GroupState.Stable && former.HasSameProtocols(ask.Protocols);
        _members.Remove(former.Id);
        former.AnswerJoin(new JoinResult(ErrorCode.FencedInstanceId, former.Id));
        former.AnswerSync(SyncResult.Refused(ErrorCode.FencedInstanceId));
        _members.Add(id, member);
        var wasLeader = _leader == former.Id;
        if (wasLeader)
            _leader = id;
        if (!keepsShare)
            return GatherWith(member, ask);

        member.Update(ask);
        Touch(member);
        _store.Put(ToStored());
        // Named under its former id, a returned leader does not take itself for one, so does not assign again (KIP-345).
        return Task.FromResult(Joined(member) with
        {
            Leader = wasLeader ? former.Id : _leader ?? "",
            Members = [],
            SkipAssignment = wasLeader,
        });
    }

    private Task<JoinResult> GatherWith(GroupMember member, JoinAsk ask)
    {
        member.Update(ask);
        // A join sent again replaces the one whose connection is gone.
        member.AnswerJoin(new JoinResult(ErrorCode.RebalanceInProgress, member.Id));
        member.Joining = new TaskCompletionSource<JoinResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        var joining = member.Joining.Task;
        if (_state == GroupState.PreparingRebalance)
            TryCompleteJoin();
        else
            PrepareRebalance();
        return joining;
    }

    private void PrepareRebalance()
    {
        foreach (var member in _members.Values.Where(static member => member.Syncing is not null))
        {
            // It could not send heartbeats while it waited: its session starts anew.
            Touch(member);
            member.AnswerSync(SyncResult.Refused(ErrorCode.RebalanceInProgress));
        }

        _earliestJoin = _state == GroupState.Empty ? In(_initialDelay) : 0;
        _state = GroupState.PreparingRebalance;
        _phaseEnd = In(LongestRebalance());
        TryCompleteJoin();
    }

    private void TryCompleteJoin()
    {
        if (_state == GroupState.PreparingRebalance
            && _pending.Count == 0
            && _members.Values.All(static member => member.Joining is not null)
            && _clock.GetTimestamp() >= _earliestJoin)
        {
            CompleteJoin();
        }
    }

    private void CompleteJoin()
    {
        _generation++;
        if (_members.Count == 0)
        {
            (_state, _leader, _protocol) = (GroupState.Empty, null, null);
            _store.Put(ToStored());
            return;
        }

        _state = GroupState.CompletingRebalance;
        _phaseEnd = In(LongestRebalance());
        _protocol = Vote();
        if (_leader is null || _members.GetValueOrDefault(_leader)?.Joining is null)
            _leader = (_members.Values.FirstOrDefault(static member => member.Joining is not null) ?? _members.Values.First()).Id;
        foreach (var member in _members.Values.Where(static member => member.Joining is not null))
        {
            Touch(member);
            member.AnswerJoin(Joined(member));
        }
    }

    private void Stabilize(Dictionary<string, byte[]> assignments)
    {
        foreach (var member in _members.Values)
            member.Assignment = assignments.GetValueOrDefault(member.Id) ?? [];
        _store.Put(ToStored());
        _state = GroupState.Stable;
        foreach (var member in _members.Values)
        {
            Touch(member);
            member.AnswerSync(ShareOf(member));
        }
    }

    private void Remove(GroupMember member)
    {
        _members.Remove(member.Id);
        member.AnswerJoin(new JoinResult(ErrorCode.UnknownMemberId, member.Id));
        member.AnswerSync(SyncResult.Refused(ErrorCode.UnknownMemberId));
        if (_state is GroupState.Stable or GroupState.CompletingRebalance)
            PrepareRebalance();
        else
            TryCompleteJoin();
    }

    /// <summary>Runs when the next deadline has come.</summary>
    private void Expire()
    {
        lock (_lock)
        {
            if (_state == GroupState.Dead)
                return;

            var now = _clock.GetTimestamp();
            foreach (var (id, end) in _pending)
            {
                if (end <= now)
                    _pending.Remove(id);
            }

            foreach (var member in _members.Values.Where(member => !member.IsWaiting && member.SessionEnd <= now).ToList())
                Remove(member);
            if (_phaseEnd <= now)
                GoOnWithoutTheMissing();
            TryCompleteJoin();
            Reschedule();
        }
    }

    private void GoOnWithoutTheMissing()
    {
        if (_state == GroupState.PreparingRebalance)
        {
            // A static member that is away keeps its place until its session ends.
            foreach (var member in _members.Values.Where(static member => member is { Joining: null, InstanceId: null }).ToList())
                _members.Remove(member.Id);
            CompleteJoin();
        }
        else if (_state == GroupState.CompletingRebalance)
        {
            foreach (var member in _members.Values.Where(static member => member.Syncing is null).ToList())
                _members.Remove(member.Id);
            PrepareRebalance();
        }
    }

    private void Reschedule()
    {
        if (_state == GroupState.Dead)
            return;

        var next = long.MaxValue;
        foreach (var end in _pending.Values)
            next = Math.Min(next, end);
        foreach (var member in _members.Values)
            next = member.IsWaiting ? next : Math.Min(next, member.SessionEnd);
        if (_state is GroupState.PreparingRebalance or GroupState.CompletingRebalance)
            next = Math.Min(next, _phaseEnd);
        if (_state == GroupState.PreparingRebalance && _earliestJoin > _clock.GetTimestamp())
            next = Math.Min(next, _earliestJoin);

        if (next == long.MaxValue)
        {
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            return;
        }

        // A millisecond more, so that the timer does not fire just before its deadline.
        var left = _clock.GetElapsedTime(_clock.GetTimestamp(), next).TotalMilliseconds;
        _timer.Change(TimeSpan.FromMilliseconds(Math.Max(0, Math.Ceiling(left)) + 1), Timeout.InfiniteTimeSpan);
    }

    private void Restore()
    {
        if (_store.Find(_id) is not { } stored)
            return;

        (_generation, _protocolType, _protocol, _leader) = (stored.Generation, stored.ProtocolType, stored.Protocol, stored.Leader);
        foreach (var member in stored.Members.Select(GroupMember.FromStored))
        {
            _members.Add(member.Id, member);
            Touch(member);
        }

        _state = _members.Count == 0 ? GroupState.Empty : GroupState.Stable;
        Reschedule();
    }

    private bool Fits(JoinAsk ask)
    {
        if (ask.ProtocolType.Length == 0 || ask.Protocols.Count == 0)
            return false;

        var others = _members.Values
            .Where(member => member.Id != ask.MemberId && (ask.InstanceId is null || member.InstanceId != ask.InstanceId))
            .ToList();
        return others.Count == 0
            || (ask.ProtocolType == _protocolType
                && ask.Protocols.Exists(protocol => others.TrueForAll(other => Knows(other, protocol.Name))));
    }

    private static bool Knows(GroupMember member, string protocol) => member.Protocols.Exists(candidate => candidate.Name == protocol);

    /// <summary>Each member votes for the first of its protocols that all know; the most votes win.</summary>
    private string? Vote() => _members.Values
        .Select(member => member.Protocols.Find(protocol => _members.Values.All(other => Knows(other, protocol.Name)))?.Name)
        .GroupBy(static name => name)
        .MaxBy(static votes => votes.Count())?.Key;

    private JoinResult Joined(GroupMember member) => new(ErrorCode.None, member.Id)
    {
        Generation = _generation,
        ProtocolType = _protocolType,
        Protocol = _protocol,
        Leader = _leader ?? "",
        Members = member.Id == _leader
            ? [.. _members.Values.Select(other => (other.Id, other.InstanceId, other.MetadataFor(_protocol)))]
            : [],
    };

    private static Task<JoinResult> Refused(JoinAsk ask, ErrorCode error) => Task.FromResult(new JoinResult(error, ask.MemberId));

    private SyncResult ShareOf(GroupMember member) => new(ErrorCode.None, member.Assignment, _protocolType, _protocol);

    private StoredGroup ToStored() =>
        new(_id, _generation, _protocolType, _protocol, _leader, _members.Values.Select(static member => member.ToStored()).ToList());

    private TimeSpan LongestRebalance() => _members.Values.Select(static member => member.RebalanceTimeout).DefaultIfEmpty().Max();

    private void Touch(GroupMember member) => member.SessionEnd = In(member.SessionTimeout);

    private long In(TimeSpan time) => _clock.GetTimestamp() + (long)(time.TotalSeconds * _clock.TimestampFrequency);
}
