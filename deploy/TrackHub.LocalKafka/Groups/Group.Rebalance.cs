using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Groups;

/// <content>The turns of the state: joins gathered, assignment spread, members lost. All under the group's lock.</content>
internal sealed partial class Group
{
    private void PrepareRebalance()
    {
        foreach (var member in _members.All)
        {
            // It could not send heartbeats while it waited: its session starts anew.
            if (member.AnswerSync(SyncResult.Refused(ErrorCode.RebalanceInProgress)))
                Touch(member);
        }

        // A group's first members come one by one: it waits a set time for them, however many are there.
        _gathersFirst = _state == GroupState.Empty;
        _hasGrown = false;
        _firstJoin = In(_initialDelay);
        _phaseEnd = In(LongestRebalance());
        _state = GroupState.PreparingRebalance;
    }

    private void TryCompleteJoin()
    {
        if (_state != GroupState.PreparingRebalance)
            return;

        if (!_gathersFirst)
        {
            if (_pending.Count == 0 && _members.All.All(static member => member.Joining is not null))
                CompleteJoin();
            return;
        }

        var now = _clock.GetTimestamp();
        if (now < _firstJoin)
            return;
        if (_hasGrown && _generation == 0 && now < _phaseEnd)
        {
            _hasGrown = false;
            _firstJoin = Math.Min(In(_initialDelay), _phaseEnd);
            if (now < _firstJoin)
                return;
        }

        CompleteJoin();
    }

    private void CompleteJoin()
    {
        // A static member that is away keeps its place until its session ends.
        foreach (var member in _members.All.Where(static member => member is { Joining: null, InstanceId: null }).ToList())
            _members.Remove(member);
        if (!_members.TryElectLeader() && _members.Count > 0)
        {
            // Only static members are left and all of them are away: there is nobody to go on with.
            _gathersFirst = false;
            _phaseEnd = In(LongestRebalance());
            return;
        }

        _generation++;
        _protocol = _members.Vote();
        if (_members.Count == 0)
        {
            _phaseEnd = long.MaxValue;
            _emptySinceMs = _clock.GetUtcNow().ToUnixTimeMilliseconds();
            _state = GroupState.Empty;
            // If it is not stored, a restart brings back the last generation, whose members' sessions then end again.
            TryStore(() => _store.Put(ToStored()));
            return;
        }

        _state = GroupState.CompletingRebalance;
        _phaseEnd = In(LongestRebalance());
        foreach (var member in _members.All)
        {
            member.IsNew = false;
            member.HasSynced = false;
            Touch(member);
            member.AnswerJoin(Joined(member));
        }
    }

    private void Stabilize(Dictionary<string, byte[]> assignments)
    {
        foreach (var member in _members.All)
            member.Assignment = assignments.GetValueOrDefault(member.Id) ?? [];
        if (!TryStore(() => _store.Put(ToStored())))
        {
            AnswerSyncs(static (_, _) => SyncResult.Refused(ErrorCode.NotCoordinator));
            PrepareRebalance();
            return;
        }

        _state = GroupState.Stable;
        AnswerSyncs(static (group, member) => group.ShareOf(member));
    }

    private void AnswerSyncs(Func<Group, GroupMember, SyncResult> answer)
    {
        foreach (var member in _members.All)
        {
            if (member.Syncing is null)
                continue;

            Touch(member);
            member.AnswerSync(answer(this, member));
        }
    }

    private void Remove(GroupMember member)
    {
        _members.Remove(member);
        member.AnswerJoin(new JoinResult(ErrorCode.UnknownMemberId, ""));
        member.AnswerSync(SyncResult.Refused(ErrorCode.UnknownMemberId));
        if (_state is GroupState.Stable or GroupState.CompletingRebalance)
            PrepareRebalance();
    }

    private SyncResult ShareOf(GroupMember member) => new(ErrorCode.None, member.Assignment, _protocolType, _protocol);

    private StoredGroup ToStored() => new(
        _id,
        _generation,
        _protocolType,
        _protocol,
        _members.Leader,
        _members.All.Select(static member => member.ToStored()).ToList(),
        _emptySinceMs);

    private void Restore()
    {
        if (_store.Find(_id) is not { } stored)
            return;

        (_generation, _protocolType, _protocol) = (stored.Generation, stored.ProtocolType, stored.Protocol);
        _emptySinceMs = stored.EmptySinceMs;
        _members.Restore(stored);
        foreach (var member in _members.All)
            Touch(member);
        _state = _members.Count == 0 ? GroupState.Empty : GroupState.Stable;
        // The limit may have been lowered: members then join anew until it is reached.
        if (_members.Count > _maxSize)
            PrepareRebalance();
        Reschedule();
    }
}
