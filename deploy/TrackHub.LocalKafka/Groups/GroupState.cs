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
