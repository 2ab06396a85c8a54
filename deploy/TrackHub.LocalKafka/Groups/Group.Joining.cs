using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Groups;

/// <content>Joins: who is let in, who is known already. All under the group's lock.</content>
internal sealed partial class Group
{
    private Task<JoinResult> Join(JoinAsk ask)
    {
        if (_state == GroupState.Dead)
            return Refused(ask, ErrorCode.CoordinatorNotAvailable);
        if (!HasRoomFor(ask.MemberId))
            return TurnAway(ask);
        if (!Fits(ask))
            return Refused(ask, ErrorCode.InconsistentGroupProtocol);
        return ask.MemberId.Length == 0 ? JoinAnew(ask) : JoinAgain(ask);
    }

    private Task<JoinResult> JoinAnew(JoinAsk ask)
    {
        var id = $"{(ask.InstanceId ?? ask.ClientId)}-{Guid.NewGuid()}";
        if (_members.FindStatic(ask.InstanceId) is { } former)
            return Replace(former, id, ask);
        if (ask.InstanceId is not null || !ask.RequireKnownId)
            return Add(id, ask);

        _pending[id] = In(ask.SessionTimeout);
        return Task.FromResult(new JoinResult(ErrorCode.MemberIdRequired, id));
    }

    private Task<JoinResult> JoinAgain(JoinAsk ask)
    {
        // Only dynamic members are given an id to come back with.
        if (ask.InstanceId is null && _pending.Remove(ask.MemberId))
            return Add(ask.MemberId, ask);
        var error = Find(ask.MemberId, ask.InstanceId, out var member);
        if (error != ErrorCode.None)
            return Refused(ask, error);

        // A repeated join of a member that knows nothing new gets the running generation again: its answer was lost.
        var isRepeated = member.HasSameProtocols(ask.Protocols)
            && (_state == GroupState.CompletingRebalance || (_state == GroupState.Stable && member.Id != _members.Leader));
        if (!isRepeated)
            return GatherWith(member, ask);

        Touch(member);
        return Task.FromResult(Joined(member));
    }

    private Task<JoinResult> Add(string id, JoinAsk ask)
    {
        var member = new GroupMember(id, ask.InstanceId) { IsNew = true, SessionEnd = In(NewMemberTimeout) };
        _hasGrown |= _state == GroupState.PreparingRebalance;
        _members.Add(member);
        _protocolType = ask.ProtocolType;
        return GatherWith(member, ask);
    }

    /// <summary>A static member came back under a new id: it takes over its share, without a rebalance if the assignor stays.</summary>
    private Task<JoinResult> Replace(GroupMember former, string id, JoinAsk ask)
    {
        var formerLeader = _members.Leader;
        var member = former.ReturnedAs(id);
        member.Update(ask);
        _members.Swap(former, member);
        if (_state != GroupState.Stable || _members.Vote() != _protocol)
        {
            former.AnswerJoin(new JoinResult(ErrorCode.FencedInstanceId, former.Id));
            former.AnswerSync(SyncResult.Refused(ErrorCode.FencedInstanceId));
            return GatherWith(member, ask);
        }

        if (!TryStore(() => _store.Put(ToStored())))
        {
            _members.Swap(member, former);
            return Refused(ask, ErrorCode.NotCoordinator);
        }

        Touch(member);
        var leads = _members.Leader == id;
        // Before KIP-814 a returned leader is named under its former id, so that it does not take itself for one and assign again.
        return Task.FromResult(ask.CanSkipAssignment
            ? Joined(member) with { SkipAssignment = leads }
            : Joined(member) with { Leader = formerLeader ?? "", Members = [] });
    }

    private Task<JoinResult> GatherWith(GroupMember member, JoinAsk ask)
    {
        member.Update(ask);
        // A join sent again replaces the one whose connection is gone.
        member.AnswerJoin(new JoinResult(ErrorCode.RebalanceInProgress, member.Id));
        member.Joining = new TaskCompletionSource<JoinResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        var joining = member.Joining.Task;
        if (_state != GroupState.PreparingRebalance)
            PrepareRebalance();
        return joining;
    }

    /// <summary>While members gather, those that came count, so that of too many the last to come are turned away.</summary>
    private bool HasRoomFor(string memberId) => _state switch
    {
        GroupState.Empty => true,
        GroupState.PreparingRebalance =>
            _members.Find(memberId)?.Joining is not null || _members.All.Count(static member => member.Joining is not null) < _maxSize,
        _ => _members.Find(memberId) is not null || _members.Count < _maxSize,
    };

    private Task<JoinResult> TurnAway(JoinAsk ask)
    {
        _pending.Remove(ask.MemberId);
        if (_members.Find(ask.MemberId) is { } member)
            _members.Remove(member);
        return Refused(ask with { MemberId = "" }, ErrorCode.GroupMaxSizeReached);
    }

    private bool Fits(JoinAsk ask) =>
        ask.ProtocolType.Length > 0
        && ask.Protocols.Count > 0
        && (_state == GroupState.Empty || (ask.ProtocolType == _protocolType && _members.Knows(ask.Protocols)));

    private JoinResult Joined(GroupMember member) => new(ErrorCode.None, member.Id)
    {
        Generation = _generation,
        ProtocolType = _protocolType,
        Protocol = _protocol,
        Leader = _members.Leader ?? "",
        Members = member.Id == _members.Leader
            ? [.. _members.All.Select(other => (other.Id, other.InstanceId, other.MetadataFor(_protocol)))]
            : [],
    };

    private static Task<JoinResult> Refused(JoinAsk ask, ErrorCode error) => Task.FromResult(new JoinResult(error, ask.MemberId));
}
