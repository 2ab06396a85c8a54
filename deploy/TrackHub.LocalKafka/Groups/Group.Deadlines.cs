namespace TrackHub.LocalKafka.Groups;

/// <content>What ends with time: sessions, ids given out, the phases of a rebalance. All under the group's lock.</content>
internal sealed partial class Group
{
    /// <summary>How long a member's first join waits. Its client may be gone without a word, and its next try is another member.</summary>
    private static readonly TimeSpan NewMemberTimeout = TimeSpan.FromMinutes(5);

    private long _phaseEnd = long.MaxValue;   // when a rebalance goes on without those who have not joined, or not synced
    private bool _gathersFirst;               // the group was empty: its rebalance waits until _firstJoin
    private long _firstJoin;
    private bool _hasGrown;                   // members came while it waited, so others may still come

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

            foreach (var member in _members.All.Where(member => member.CanExpire && member.SessionEnd <= now).ToList())
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
            CompleteJoin();
            return;
        }

        foreach (var member in _members.All.Where(static member => !member.HasSynced).ToList())
            Remove(member);
    }

    private void Reschedule()
    {
        if (_state == GroupState.Dead)
            return;
        if (_state == GroupState.Stable && _members.All.All(static member => member.HasSynced))
            _phaseEnd = long.MaxValue;

        var next = _phaseEnd;
        foreach (var end in _pending.Values)
            next = Math.Min(next, end);
        foreach (var member in _members.All)
            next = member.CanExpire ? Math.Min(next, member.SessionEnd) : next;
        if (_state == GroupState.PreparingRebalance && _gathersFirst)
            next = Math.Min(next, _firstJoin);

        if (next == long.MaxValue)
        {
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            return;
        }

        // A millisecond more, so that the timer does not fire just before its deadline.
        var left = _clock.GetElapsedTime(_clock.GetTimestamp(), next).TotalMilliseconds;
        _timer.Change(TimeSpan.FromMilliseconds(Math.Max(0, Math.Ceiling(left)) + 1), Timeout.InfiniteTimeSpan);
    }

    private TimeSpan LongestRebalance() => _members.All.Select(static member => member.RebalanceTimeout).DefaultIfEmpty().Max();

    private void Touch(GroupMember member) => member.SessionEnd = In(member.SessionTimeout);

    private long In(TimeSpan time) => _clock.GetTimestamp() + (long)(time.TotalSeconds * _clock.TimestampFrequency);
}
