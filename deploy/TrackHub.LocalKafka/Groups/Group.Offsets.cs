using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Groups;

/// <content>The group's positions: who may commit or delete them, and when they are forgotten (KIP-211, KIP-496).</content>
internal sealed partial class Group
{
    private const string ConsumerProtocol = "consumer";

    /// <summary>
    /// Stores offsets if whoever asks may commit: a member of the running generation; or, while the group is empty, a consumer or tool
    /// outside its membership, whose generation is -1.
    /// </summary>
    /// <param name="retentionMs">How long these offsets are to stay, whatever becomes of the group; -1 as the broker's option says.</param>
    /// <returns>An error for all: ILLEGAL_GENERATION and its like, or NOT_COORDINATOR if the disk refused; then nothing is stored.</returns>
    public ErrorCode Commit(string memberId, string? instanceId, int generation, List<CommittedOffset> offsets, long retentionMs = -1)
    {
        lock (_lock)
        {
            var error = CheckCommit(memberId, instanceId, generation);
            if (error != ErrorCode.None || offsets.Count == 0)
                return error;

            var now = _clock.GetUtcNow().ToUnixTimeMilliseconds();
            var dated = offsets.ConvertAll(offset => offset with
            {
                CommittedAtMs = now,
                ExpiresAtMs = retentionMs < 0 ? null : now + Math.Min(retentionMs, long.MaxValue - now),
            });
            return TryStore(() => _store.Commit(_id, dated)) ? ErrorCode.None : ErrorCode.NotCoordinator;
        }
    }

    /// <summary>Forgets positions in topics that no member reads.</summary>
    /// <param name="asked">Partitions that exist.</param>
    /// <param name="kept">Topics that were not touched, for a member is subscribed to them.</param>
    /// <returns>An error for all: NON_EMPTY_GROUP if its members are not consumers, whose topics are unknown.</returns>
    public ErrorCode DeleteOffsets(IReadOnlyCollection<PartitionName> asked, out IReadOnlySet<string> kept)
    {
        lock (_lock)
        {
            kept = new HashSet<string>();
            if (_state == GroupState.Dead)
                return ErrorCode.GroupIdNotFound;
            if (_state != GroupState.Empty && _protocolType != ConsumerProtocol)
                return ErrorCode.NonEmptyGroup;

            var read = asked.Select(static partition => partition.Topic).Where(IsRead).ToHashSet();
            kept = read;
            var free = asked.Where(partition => !read.Contains(partition.Topic)).ToList();
            return free.Count == 0 || TryStore(() => _store.Forget(_id, free)) ? ErrorCode.None : ErrorCode.NotCoordinator;
        }
    }

    /// <summary>
    /// Forgets positions past their retention. It counts from the moment the group lost its last member; without membership, and for
    /// topics that members no longer read, from the commit. While members are there nothing they read is forgotten.
    /// </summary>
    /// <param name="retention">Kafka's offsets.retention.minutes.</param>
    /// <param name="unknownSinceMs">What to count from where a journal of an earlier version names no time; Unix milliseconds.</param>
    /// <param name="now">What ages count to; Unix milliseconds.</param>
    /// <returns>Whether nothing is left of the group, so that it is deleted.</returns>
    public bool ForgetExpired(TimeSpan retention, long unknownSinceMs, long now)
    {
        lock (_lock)
        {
            if (_state == GroupState.Dead)
                return true;

            var offsets = _store.OffsetsOf(_id);
            var expired = offsets
                .Where(offset => !IsInUse(offset) && now >= (offset.ExpiresAtMs ?? (SinceMs(offset) + (long)retention.TotalMilliseconds)))
                .Select(static offset => new PartitionName(offset.Topic, offset.Partition))
                .ToList();
            if (expired.Count > 0 && !TryStore(() => _store.Forget(_id, expired)))
                return false;
            if (_state != GroupState.Empty || _pending.Count > 0 || expired.Count < offsets.Count || !TryStore(() => _store.Delete(_id)))
                return false;

            _state = GroupState.Dead;
            return true;
        }

        long SinceMs(CommittedOffset offset)
        {
            var since = _state == GroupState.Empty && _protocolType.Length > 0 && _emptySinceMs > 0 ? _emptySinceMs : offset.CommittedAtMs;
            return since > 0 ? since : unknownSinceMs;
        }
    }

    private bool IsInUse(CommittedOffset offset) => _state switch
    {
        GroupState.Empty => false,
        GroupState.Stable => _protocolType != ConsumerProtocol || IsRead(offset.Topic),
        _ => true,
    };

    private ErrorCode CheckCommit(string memberId, string? instanceId, int generation)
    {
        if (_state == GroupState.Dead)
            return ErrorCode.CoordinatorNotAvailable;
        if (generation < 0 && _state == GroupState.Empty)
            return ErrorCode.None;
        if (generation < 0 && memberId.Length == 0 && instanceId is null)
            return ErrorCode.UnknownMemberId;

        var error = Check(memberId, instanceId, generation, out var member);
        if (error != ErrorCode.None)
            return error;

        Touch(member);
        // While it gathers, members may still commit what they did; one that joined must first learn its share.
        return _state == GroupState.CompletingRebalance ? ErrorCode.RebalanceInProgress : ErrorCode.None;
    }

    private bool IsRead(string topic) =>
        _state != GroupState.Empty
        && (_protocol is null || _members.All.Any(member => ConsumerSubscription.MayRead(member.MetadataFor(_protocol), topic)));
}
